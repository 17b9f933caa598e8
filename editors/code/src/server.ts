import { constants, accessSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import {
  LanguageClient,
  State,
  type LanguageClientOptions,
  type Location,
  type Position,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { findServer, permitted, programName, type Found, type Inspected } from './find-server';
import { MAP_REQUEST, THEME_NOTIFICATION, type MapAnswer } from './protocol';
import { SECTION } from './settings';
import { theme } from './theme';

/**
 * Networks and models may lie on disk, on a remote machine, or nowhere yet; the left side of a diff is
 * neither. The server tells models from other Python files, and says nothing of those.
 */
export const SELECTOR = ['file', 'untitled', 'vscode-remote', 'vscode-vfs'].flatMap((scheme) => [
  { scheme, language: 'yaml' },
  { scheme, language: 'python' },
]);

export type Condition =
  | { state: 'starting' }
  | { state: 'running'; found: Found; version: string }
  | { state: 'stopped'; reason: string };

/** The language server: one process, started, watched and ended. */
export class Server implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #bundled: string;
  readonly #changed = new vscode.EventEmitter<Condition>();
  #client: LanguageClient | undefined;
  /** Starting and stopping, one after the other. */
  #work: Promise<void> = Promise.resolve();

  readonly #told = new vscode.EventEmitter<vscode.TextDocument>();

  readonly onDidChange = this.#changed.event;
  /** The server has been told a document's newest text: a question about it comes after that. */
  readonly onDidTell = this.#told.event;

  constructor(extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#log = log;
    const program = programName(process.platform === 'win32');
    this.#bundled = vscode.Uri.joinPath(extension, 'server', program).fsPath;
  }

  /** Ends the server, if it runs, and starts it with the settings of now. */
  restart(): Promise<void> {
    return this.#queue(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#queue(() => this.#stop());
  }

  dispose(): void {
    void this.stop();
    this.#changed.dispose();
    this.#told.dispose();
  }

  /** The running client's answer; undefined where no server runs. */
  async request<T>(method: string, params: unknown): Promise<T | undefined> {
    if (!this.#client?.isRunning()) return undefined;
    return this.#client.sendRequest<T>(method, params);
  }

  /** The answer to a command of the server. */
  execute<T>(command: string, ...parameters: unknown[]): Promise<T | undefined> {
    return this.request<T>('workspace/executeCommand', { command, arguments: parameters });
  }

  map(document: vscode.Uri): Promise<MapAnswer | undefined> {
    return this.request<MapAnswer>(MAP_REQUEST, { textDocument: { uri: this.uri(document) } });
  }

  /** A URI as the server knows it. */
  uri(document: vscode.Uri): string {
    return this.#client?.code2ProtocolConverter.asUri(document) ?? document.toString();
  }

  /** Shows those who read a layer, as the command of a code lens names them. */
  async showReaders(uri: string, position: Position, readers: Location[]): Promise<void> {
    const convert = this.#client?.protocol2CodeConverter;
    if (!convert) return;
    await vscode.commands.executeCommand(
      'editor.action.showReferences',
      convert.asUri(uri),
      convert.asPosition(position),
      readers.map(convert.asLocation),
    );
  }

  /** Writes what the server is and knows to the log, and shows that. */
  async showInformation(): Promise<void> {
    const answer = await this.execute<unknown>('ai8x.serverInformation');
    this.#log.info(answer ? JSON.stringify(answer, null, 2) : 'The server does not run.');
    this.#log.show();
  }

  async tellTheme(kind: vscode.ColorThemeKind): Promise<void> {
    if (!this.#client?.isRunning()) return;
    await this.#client.sendNotification(THEME_NOTIFICATION, { theme: theme(kind) });
  }

  #queue(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step, step);
    return this.#work;
  }

  async #start(): Promise<void> {
    this.#changed.fire({ state: 'starting' });
    const settings = vscode.workspace.getConfiguration(SECTION);
    const inspected = settings.inspect<string>('server.path') as Inspected | undefined;
    const setting = permitted(inspected, vscode.workspace.isTrusted);
    const found = findServer({
      setting,
      bundled: this.#bundled,
      path: process.env['PATH'] ?? '',
      home: homedir(),
      windows: process.platform === 'win32',
      isProgram,
    });
    if (!found) {
      this.#fail(
        setting
          ? `The setting ${SECTION}.server.path names no program: ${setting}`
          : 'There is no ai8x-lint: neither with the extension nor on PATH. Install it, or say in the settings where it is.',
      );
      return;
    }
    this.#log.info(`Server: ${found.command} (${found.origin})`);

    const run: ServerOptions = { command: found.command, args: ['server'] };
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: this.#log,
      traceOutputChannel: this.#log,
      // Hovers carry the map as a picture and in colour; commands in them are not run.
      markdown: { isTrusted: false, supportHtml: true },
      initializationOptions: {
        theme: theme(vscode.window.activeColorTheme.kind),
        [SECTION]: settings,
      },
      synchronize: { configurationSection: SECTION },
      middleware: {
        didOpen: async (document, next) => {
          await next(document);
          this.#told.fire(document);
        },
        didChange: async (change, next) => {
          await next(change);
          this.#told.fire(change.document);
        },
      },
    };
    const client = new LanguageClient(SECTION, 'ai8x-lint', run, options);
    this.#client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.#client !== client) return;
      if (newState === State.Starting) this.#changed.fire({ state: 'starting' });
      if (newState === State.Stopped) {
        this.#changed.fire({ state: 'stopped', reason: 'The server has ended; the log may say why.' });
      }
      if (newState === State.Running) {
        const version = client.initializeResult?.serverInfo?.version ?? 'of unknown version';
        this.#changed.fire({ state: 'running', found, version });
      }
    });
    try {
      await client.start();
    } catch (error) {
      this.#fail(`The server did not start: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // One that never came up cannot be stopped.
    await client?.stop().catch((error: unknown) => this.#log.warn(String(error)));
  }

  #fail(reason: string): void {
    this.#log.error(reason);
    this.#changed.fire({ state: 'stopped', reason });
    void vscode.window.showErrorMessage(reason, 'Open Settings', 'Show Log').then((choice) => {
      if (choice === 'Show Log') this.#log.show();
      if (choice === 'Open Settings') {
        void vscode.commands.executeCommand('workbench.action.openSettings', `${SECTION}.server.path`);
      }
    });
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
