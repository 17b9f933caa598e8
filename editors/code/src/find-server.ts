import { delimiter, isAbsolute, join } from 'node:path';

export type Origin = 'setting' | 'bundled' | 'PATH';

/** A server to run, and why this one. */
export interface Found {
  command: string;
  origin: Origin;
}

export interface Places {
  /** The value of `server.path` that may be used: see {@link permitted}. */
  setting: string;
  /** Where the extension carries its own. */
  bundled: string;
  /** The environment variable `PATH`. */
  path: string;
  home: string;
  windows: boolean;
  isProgram(file: string): boolean;
}

/**
 * The server to run: the setting's, else the bundled one, else the first on PATH. A setting that
 * names no program finds nothing: another version than the one asked for would only confuse.
 */
export function findServer(places: Places): Found | undefined {
  const { setting, bundled, windows, isProgram } = places;
  if (setting) {
    const command = setting.startsWith('~/') ? join(places.home, setting.slice(2)) : setting;
    return isProgram(command) ? { command, origin: 'setting' } : undefined;
  }
  if (isProgram(bundled)) return { command: bundled, origin: 'bundled' };
  // A relative folder on PATH would mean whatever folder is open.
  for (const folder of places.path.split(delimiter).filter(isAbsolute)) {
    const command = join(folder, programName(windows));
    if (isProgram(command)) return { command, origin: 'PATH' };
  }
  return undefined;
}

export const programName = (windows: boolean) => (windows ? 'ai8x-lint.exe' : 'ai8x-lint');

/** The values of a setting by where they stand, as VS Code's `inspect` answers. */
export interface Inspected {
  defaultValue?: string;
  globalValue?: string;
  workspaceValue?: string;
  workspaceFolderValue?: string;
}

/** The value of a setting that starts a program: the workspace's own only if it is trusted. */
export function permitted(values: Inspected | undefined, trusted: boolean): string {
  const own = trusted ? (values?.workspaceFolderValue ?? values?.workspaceValue) : undefined;
  return own ?? values?.globalValue ?? values?.defaultValue ?? '';
}
