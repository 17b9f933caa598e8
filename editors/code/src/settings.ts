/** One setting. The manifest's `configuration` and the README's table are written from the list. */
export interface Setting {
  key: string;
  type: 'string' | 'boolean';
  default: string | boolean;
  enum?: string[];
  /** `machine-overridable` for what starts a program; a workspace that is not trusted cannot set it. */
  scope: 'machine-overridable' | 'resource' | 'window';
  description: string;
}

export const SECTION = 'ai8x-lint';

export const SETTINGS: Setting[] = [
  {
    key: 'server.path',
    type: 'string',
    default: '',
    scope: 'machine-overridable',
    description:
      'The `ai8x-lint` program to run. If empty: the one that came with the extension, else the first on `PATH`. Ignored in the settings of a workspace that is not trusted.',
  },
  {
    key: 'device',
    type: 'string',
    default: '',
    enum: ['', 'MAX78000', 'MAX78002', 'both'],
    scope: 'window',
    description:
      'The chip of networks that do not say it themselves, by a comment, `ai8x-lint.toml` or their name. If empty, both chips are checked.',
  },
  {
    key: 'hover.picture',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Draw the memory map in hovers as a picture; otherwise as text.',
  },
  {
    key: 'inlayHints.enabled',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Show inlay hints. The switches below choose which.',
  },
  {
    key: 'inlayHints.shapes',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'The shapes that a layer reads and writes, behind its head.',
  },
  {
    key: 'inlayHints.ranges',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'The last byte that is read or written, behind an offset.',
  },
  {
    key: 'inlayHints.channels',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Channels and passes, behind a mask.',
  },
  {
    key: 'inlayHints.scalars',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'What a number means that YAML reads in another way than it looks.',
  },
  {
    key: 'codeLens.enabled',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Show a line above `layers` and above each layer: its readers, its memory map.',
  },
  {
    key: 'trace.server',
    type: 'string',
    default: 'off',
    enum: ['off', 'messages', 'verbose'],
    scope: 'window',
    description: 'Write the messages between VS Code and the server to the log.',
  },
];

/** The manifest's `contributes.configuration`. */
export function configuration(): object {
  const properties = SETTINGS.map((setting) => [
    `${SECTION}.${setting.key}`,
    {
      type: setting.type,
      default: setting.default,
      ...(setting.enum && { enum: setting.enum }),
      scope: setting.scope,
      markdownDescription: setting.description,
    },
  ]);
  return { title: 'ai8x-lint', properties: Object.fromEntries(properties) };
}

/** The settings whose value from a workspace counts only if the workspace is trusted. */
export function restricted(): string[] {
  return SETTINGS.filter((setting) => setting.scope === 'machine-overridable').map(
    (setting) => `${SECTION}.${setting.key}`,
  );
}

/** The README's table. */
export function table(): string {
  const rows = SETTINGS.map(
    (setting) =>
      `| \`${SECTION}.${setting.key}\` | \`${JSON.stringify(setting.default)}\` | ${setting.description} |`,
  );
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
