import * as vscode from 'vscode';
import { isNetwork, Panel } from './panel';
import { Server } from './server';
import { SECTION } from './settings';
import { Status } from './status';
import { allocate, checkWorkspace } from './tasks';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('ai8x-lint', { log: true });
  const status = new Status();
  const started = new Server(context.extensionUri, log);
  server = started;
  const panel = new Panel(context.extensionUri, started);
  let atHand: boolean | undefined;
  const follow = (editor: vscode.TextEditor | undefined) => {
    const network = editor !== undefined && isNetwork(editor.document);
    if (network === atHand) return;
    atHand = network;
    void vscode.commands.executeCommand('setContext', 'ai8x-lint.network', network);
  };
  follow(vscode.window.activeTextEditor);
  status.follow(vscode.window.visibleTextEditors);

  context.subscriptions.push(
    log,
    status,
    panel,
    started,
    started.onDidChange((condition) => status.show(condition)),
    // A text becomes a network as it is typed.
    started.onDidTell((document) => {
      const editor = vscode.window.activeTextEditor;
      if (editor?.document === document) follow(editor);
    }),
    vscode.window.onDidChangeActiveTextEditor(follow),
    vscode.window.onDidChangeVisibleTextEditors((editors) => status.follow(editors)),
    vscode.window.onDidChangeActiveColorTheme(({ kind }) => started.tellTheme(kind)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${SECTION}.server.path`)) void started.restart();
    }),
    vscode.commands.registerCommand('ai8x-lint.showMap', (uri?: string | vscode.Uri, layer?: unknown) =>
      showMap(panel, uri, typeof layer === 'number' ? layer : undefined),
    ),
    vscode.commands.registerCommand('ai8x-lint.showReaders', started.showReaders.bind(started)),
    vscode.commands.registerCommand('ai8x-lint.checkWorkspace', () => checkWorkspace(started)),
    vscode.commands.registerCommand('ai8x-lint.allocate', () => allocate(started, false)),
    vscode.commands.registerCommand('ai8x-lint.allocateLayer', () => allocate(started, true)),
    vscode.commands.registerCommand('ai8x-lint.restart', () => started.restart()),
    vscode.commands.registerCommand('ai8x-lint.serverInformation', () => started.showInformation()),
    vscode.commands.registerCommand('ai8x-lint.showLog', () => log.show()),
  );

  await started.restart();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

/** From the palette, the editor's title (which gives a URI object), or a code lens. */
async function showMap(panel: Panel, uri?: string | vscode.Uri, layer?: number): Promise<void> {
  const document = uri
    ? await vscode.workspace.openTextDocument(typeof uri === 'string' ? vscode.Uri.parse(uri) : uri)
    : vscode.window.activeTextEditor?.document;
  panel.show(document, layer);
}
