// A stand-in for vscode-languageclient: a server that is there at once, and answers what the tests say.

export enum State { Stopped = 1, Running = 2, Starting = 3 }

export const answers: Record<string, (params: never) => unknown> = {};
export const clients: LanguageClient[] = [];

export class LanguageClient {
  readonly code2ProtocolConverter = { asUri: (uri: { toString(): string }) => uri.toString() };
  readonly protocol2CodeConverter = {
    asUri: (uri: string) => `uri ${uri}`,
    asPosition: (position: { line: number }) => `line ${position.line}`,
    asLocation: (location: { uri: string }) => `place in ${location.uri}`,
  };
  readonly initializeResult = { serverInfo: { version: '1.2.3' } };
  readonly sent: { method: string; params: unknown }[] = [];
  running = false;
  #listener: (change: { newState: State }) => void = () => {};

  constructor(
    _id: string,
    _name: string,
    readonly server: { command: string; args: string[] },
    readonly options: {
      initializationOptions: { theme: string };
      markdown: unknown;
      middleware: { didChange(change: { document: unknown }, next: () => Promise<void>): Promise<void> };
    },
  ) {
    clients.push(this);
  }
  onDidChangeState(listener: (change: { newState: State }) => void) {
    this.#listener = listener;
  }
  async start() {
    this.running = true;
    this.#listener({ newState: State.Running });
  }
  async stop() {
    this.running = false;
  }
  die() {
    this.running = false;
    this.#listener({ newState: State.Stopped });
  }
  isRunning = () => this.running;
  async sendRequest(method: string, params: never) {
    this.sent.push({ method, params });
    return answers[method]?.(params) ?? null;
  }
  async sendNotification(method: string, params: unknown) {
    this.sent.push({ method, params });
  }
}
