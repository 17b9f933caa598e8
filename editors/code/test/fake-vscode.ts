// A stand-in for the vscode module, as far as the extension touches it; esbuild's alias puts it in.
// The tests set what is `state` and look at what was `made`.

type Listener = (event: never) => unknown;

export class EventEmitter<T> {
  #listeners: ((event: T) => unknown)[] = [];
  event = (listener: (event: T) => unknown) => {
    this.#listeners.push(listener);
    return { dispose: () => (this.#listeners = this.#listeners.filter((one) => one !== listener)) };
  };
  fire(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  dispose(): void {
    this.#listeners = [];
  }
}

const events = new Map<string, EventEmitter<unknown>>();
function event(name: string) {
  const emitter = events.get(name) ?? new EventEmitter();
  events.set(name, emitter);
  return (listener: Listener) => emitter.event(listener as (event: unknown) => unknown);
}
export const fire = (name: string, value: unknown) => events.get(name)?.fire(value);

export const state = {
  trusted: true,
  /** The button that is taken, where a message has it. */
  choice: undefined as string | undefined,
  settings: {} as Record<string, { globalValue?: unknown; workspaceValue?: unknown }>,
};
export const made = {
  items: [] as { text: string; command?: string; tooltip?: unknown; visible: boolean }[],
  panels: [] as Webview[],
  serializers: [] as { deserializeWebviewPanel(panel: Webview, state: unknown): Promise<void> }[],
  errors: [] as string[],
  messages: [] as string[],
  log: [] as string[],
  executed: [] as unknown[][],
  shown: [] as { line: number }[],
  commands: new Map<string, (...args: unknown[]) => unknown>(),
};
export function reset(): void {
  events.clear();
  made.commands.clear();
  for (const list of [made.items, made.panels, made.serializers, made.errors, made.messages, made.log, made.executed, made.shown]) list.length = 0;
  state.trusted = true;
  state.settings = {};
  state.choice = undefined;
}

/** A panel: `received` is what the page was sent, `say` what the page sends. */
export class Webview {
  received: { type: string; [key: string]: unknown }[] = [];
  #messages = new EventEmitter<unknown>();
  #disposed = new EventEmitter<void>();
  onDidDispose = this.#disposed.event;
  say = (message: unknown) => this.#messages.fire(message);
  webview = {
    html: '',
    options: {},
    onDidReceiveMessage: this.#messages.event,
    postMessage: async (message: { type: string }) => this.received.push(message),
  };
  reveal(): void {}
  dispose(): void {
    this.#disposed.fire();
  }
}

export class Uri {
  constructor(readonly fsPath: string) {}
  static file = (path: string) => new Uri(path);
  static parse = (text: string) => new Uri(text.replace(/^file:\/\//, ''));
  static joinPath = (base: Uri, ...parts: string[]) => new Uri([base.fsPath, ...parts].join('/'));
  toString = () => `file://${this.fsPath}`;
}
export class Range {
  constructor(readonly line: number) {}
}
export class MarkdownString {
  isTrusted: unknown;
  constructor(readonly value: string) {}
}
export class ThemeColor {
  constructor(readonly id: string) {}
}
export enum StatusBarAlignment { Left = 1, Right = 2 }
export enum ViewColumn { Beside = -2 }
export enum ColorThemeKind { Light = 1, Dark, HighContrast, HighContrastLight }
export enum TextEditorRevealType { InCenterIfOutsideViewport = 2 }

interface Editor {
  document: ReturnType<typeof textDocument>;
  selection?: { active: { line: number; character: number } };
}

export const workspace = {
  get isTrusted() {
    return state.trusted;
  },
  getConfiguration: () => ({ inspect: (key: string) => state.settings[key] }),
  asRelativePath: (uri: Uri) => uri.fsPath,
  openTextDocument: async (uri: Uri) => textDocument(uri.fsPath, ''),
  onDidCloseTextDocument: (listener: Listener) => event('close')(listener),
  onDidGrantWorkspaceTrust: (listener: Listener) => event('trust')(listener),
  onDidChangeConfiguration: (listener: Listener) => event('configuration')(listener),
};
export const commands = {
  registerCommand(id: string, run: (...args: unknown[]) => unknown) {
    made.commands.set(id, run);
    return { dispose: () => made.commands.delete(id) };
  },
  executeCommand: async (...call: unknown[]) => void made.executed.push(call),
};
const say = (line: string) => made.log.push(line);
export const window = {
  activeColorTheme: { kind: ColorThemeKind.Dark },
  activeTextEditor: undefined as Editor | undefined,
  visibleTextEditors: [] as Editor[],
  createOutputChannel: () => ({ info: say, warn: say, error: say, show() {}, dispose() {} }),
  createStatusBarItem() {
    const item = { text: '', visible: false, show: () => (item.visible = true), hide: () => (item.visible = false), dispose() {} };
    made.items.push(item);
    return item;
  },
  createWebviewPanel() {
    const panel = new Webview();
    made.panels.push(panel);
    return panel;
  },
  registerWebviewPanelSerializer(_type: string, serializer: (typeof made.serializers)[number]) {
    made.serializers.push(serializer);
    return { dispose() {} };
  },
  async showInformationMessage(text: string, ...choices: string[]) {
    made.messages.push(text);
    return choices.find((choice) => choice === state.choice);
  },
  async showWarningMessage(text: string) {
    made.messages.push(text);
  },
  async showErrorMessage(text: string) {
    made.errors.push(text);
  },
  async showTextDocument(_document: unknown, options: { selection: { line: number } }) {
    made.shown.push({ line: options.selection.line });
    return { revealRange() {} };
  },
  onDidChangeActiveTextEditor: (listener: Listener) => event('editor')(listener),
  onDidChangeVisibleTextEditors: (listener: Listener) => event('editors')(listener),
  onDidChangeActiveColorTheme: (listener: Listener) => event('theme')(listener),
  onDidChangeTextEditorSelection: (listener: Listener) => event('selection')(listener),
};

export function textDocument(path: string, text: string, languageId = 'yaml') {
  return { uri: new Uri(path), languageId, getText: () => text };
}
