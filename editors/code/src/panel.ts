import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { layerAt, layers, type Symbol } from './layers';
import type { FromPanel, PanelState, ToPanel } from './protocol';
import type { Server } from './server';

/** Whether a text looks like a network, in whatever state it is; the server looks closer. */
export function isNetwork(document: vscode.TextDocument): boolean {
  if (document.languageId !== 'yaml') return false;
  const text = document.getText();
  return /^layers[ \t]*:/m.test(text) && /^arch[ \t]*:/m.test(text);
}

/** What VS Code calls the panel, also when it brings one back. */
const TYPE = 'ai8x-lint.map';
const OPTIONS: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [] };

/** The memory map beside the text: one panel, which follows the network at hand. */
export class Panel implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #server: Server;
  #panel: vscode.WebviewPanel | undefined;
  #document: vscode.TextDocument | undefined;
  #layers = new Map<number, Symbol>();
  /** The next map starts with the layer at the cursor. */
  #atCursor = false;
  /** A question is under way, and whether the text has changed since. */
  #asking = false;
  #stale = false;
  readonly #subscriptions: vscode.Disposable[];

  constructor(extension: vscode.Uri, server: Server) {
    this.#extension = extension;
    this.#server = server;
    this.#subscriptions = [
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (this.#panel && editor && isNetwork(editor.document)) this.#take(editor.document);
      }),
      server.onDidTell((document) => {
        if (document === this.#document) void this.#refresh();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const [cursor] = selections;
        if (textEditor.document === this.#document && cursor) this.#follow(cursor.active.line);
      }),
      server.onDidChange(({ state }) => {
        if (state === 'running') void this.#refresh();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.#document) this.#take(undefined);
      }),
      vscode.window.registerWebviewPanelSerializer(TYPE, {
        deserializeWebviewPanel: (panel, state: PanelState | undefined) => this.#restore(panel, state),
      }),
    ];
  }

  /** Opens the panel beside the text, or shows it, with this layer at hand. */
  show(document: vscode.TextDocument | undefined, layer?: number): void {
    this.#panel ??= this.#open();
    this.#panel.reveal(undefined, true);
    if (document) this.#take(document);
    if (layer === undefined) return;
    this.#atCursor = false;
    this.#send({ type: 'layer', layer });
  }

  dispose(): void {
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #open(): vscode.WebviewPanel {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    return this.#fill(vscode.window.createWebviewPanel(TYPE, 'Memory Map', column, OPTIONS));
  }

  /** Goes on with the panel of a window that was loaded again. */
  async #restore(panel: vscode.WebviewPanel, state: PanelState | undefined): Promise<void> {
    // Somebody was quicker.
    if (this.#panel) return panel.dispose();
    panel.webview.options = OPTIONS;
    this.#panel = this.#fill(panel);
    if (state?.uri === undefined) return;
    const uri = vscode.Uri.parse(state.uri);
    // The file may be gone: then the panel says that none is open.
    const document = await vscode.workspace.openTextDocument(uri).then(undefined, () => undefined);
    if (this.#panel === panel) this.#take(document);
  }

  #fill(panel: vscode.WebviewPanel): vscode.WebviewPanel {
    panel.webview.onDidReceiveMessage((message: FromPanel) => {
      if (message.type === 'ready') void this.#refresh();
      else void this.#reveal(message.layer);
    });
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#document = undefined;
    });
    const part = (name: string) =>
      readFileSync(vscode.Uri.joinPath(this.#extension, 'dist', name).fsPath, 'utf8');
    panel.webview.html = page(part('panel.js'), part('panel.css'));
    return panel;
  }

  #take(document: vscode.TextDocument | undefined): void {
    if (this.#document === document) return;
    this.#document = document;
    this.#layers.clear();
    this.#atCursor = true;
    void this.#refresh();
  }

  /** Asks for the map of the newest text; changes during a question make one more question. */
  async #refresh(): Promise<void> {
    this.#stale = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#panel && this.#stale) {
        this.#stale = false;
        await this.#ask();
      }
    } finally {
      this.#asking = false;
    }
  }

  async #ask(): Promise<void> {
    const document = this.#document;
    if (!document) return this.#send({ type: 'nothing', file: null });
    const textDocument = { uri: this.#server.uri(document.uri) };
    const uri = document.uri.toString();
    const file = vscode.workspace.asRelativePath(document.uri);
    // A question can fail while the server is being restarted; the next condition asks again.
    const [answer, outline] = await Promise.all([
      this.#server.map(document.uri),
      this.#server.request<Symbol[] | null>('textDocument/documentSymbol', { textDocument }),
    ]).catch(() => [undefined, undefined] as const);
    if (document !== this.#document) return;
    if (outline) this.#layers = layers(outline);
    this.#send(answer ? { type: 'map', uri, file, ...answer } : { type: 'nothing', file });
    const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
    if (this.#atCursor && answer && editor) {
      this.#atCursor = false;
      this.#follow(editor.selection.active.line);
    }
  }

  #follow(line: number): void {
    const layer = layerAt(this.#layers, line);
    if (layer !== undefined) this.#send({ type: 'layer', layer });
  }

  async #reveal(layer: number): Promise<void> {
    const place = this.#layers.get(layer);
    if (!this.#document || !place) return;
    const { start } = place.selectionRange;
    const cursor = new vscode.Range(start.line, start.character, start.line, start.character);
    const editors = vscode.window.visibleTextEditors;
    const editor = await vscode.window.showTextDocument(this.#document, {
      viewColumn: editors.find(({ document }) => document === this.#document)?.viewColumn,
      selection: cursor,
    });
    editor.revealRange(cursor, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  #send(message: ToPanel): void {
    void this.#panel?.webview.postMessage(message);
  }
}

/** The panel's page: its own script and style in it, and nothing else from anywhere. */
export function page(script: string, style: string): string {
  const nonce = randomBytes(16).toString('hex');
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${style}</style>
<title>Memory Map</title>
</head>
<body>
<div id="panel"></div>
<script nonce="${nonce}">${script}</script>
</body>
</html>`;
}
