import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { activate, deactivate } from '../src/extension';
import { page } from '../src/panel';
import { answers, clients } from './fake-client';
import * as vscode from './fake-vscode';

const { made, state } = vscode;
let folder: string;
let context: { extensionUri: vscode.Uri; subscriptions: { dispose(): void }[] };

function program(path: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));
const start = () => activate(context as never);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'extension-'));
  vscode.reset();
  clients.length = 0;
  for (const method of Object.keys(answers)) delete answers[method];
  context = { extensionUri: vscode.Uri.file(folder), subscriptions: [] };
  vscode.window.activeTextEditor = undefined;
  vscode.window.visibleTextEditors = [];
});
afterEach(async () => {
  await deactivate();
  for (const subscription of context.subscriptions) subscription.dispose();
  rmSync(folder, { recursive: true });
});

test('starts the bundled server, tells it the theme, and says so', async () => {
  const bundled = program('server/ai8x-lint');
  await start();
  assert.deepEqual(clients[0]?.server, { command: bundled, args: ['server'] });
  assert.equal(clients[0]?.options.initializationOptions.theme, 'dark');
  assert.deepEqual(clients[0]?.options.markdown, { isTrusted: false, supportHtml: true });
  assert.equal(made.items[0]?.text, '$(circuit-board) ai8x-lint');
  assert.match((made.items[0]?.tooltip as vscode.MarkdownString).value, /1\.2\.3, with the extension/);
});

test('the status item is there while a YAML file is in sight', async () => {
  program('server/ai8x-lint');
  await start();
  assert.equal(made.items[0]?.visible, false);
  vscode.fire('editors', [{ document: vscode.textDocument('/a.md', '', 'markdown') }, { document: vscode.textDocument('/net.yaml', '') }]);
  assert.equal(made.items[0]?.visible, true);
  vscode.fire('editors', []);
  assert.equal(made.items[0]?.visible, false);
});

test('tells the server when the theme changes', async () => {
  program('server/ai8x-lint');
  await start();
  for (const [kind, theme] of [[1, 'light'], [2, 'dark'], [3, 'highContrast'], [4, 'light']] as const) {
    vscode.fire('theme', { kind });
    await settled();
    assert.deepEqual(clients[0]?.sent.at(-1), { method: 'ai8x/theme', params: { theme } });
  }
});

test('a workspace that is not trusted cannot choose the server; once trusted it can', async () => {
  const bundled = program('server/ai8x-lint');
  const theirs = program('repository/evil');
  state.settings['server.path'] = { workspaceValue: theirs };
  state.trusted = false;
  await start();
  assert.equal(clients[0]?.server.command, bundled);
  state.trusted = true;
  vscode.fire('trust', undefined);
  await settled();
  assert.equal(clients[0]?.running, false);
  assert.equal(clients[1]?.server.command, theirs);
});

test('a wrong path is said, and a right one mends it', async () => {
  state.settings['server.path'] = { globalValue: join(folder, 'gone') };
  await start();
  assert.equal(clients.length, 0);
  assert.match(made.errors[0] ?? '', /names no program: .*gone/);
  assert.equal(made.items[0]?.text, '$(error) ai8x-lint');
  state.settings['server.path'] = { globalValue: program('mine') };
  vscode.fire('configuration', { affectsConfiguration: (key: string) => key === 'ai8x-lint.server.path' });
  await settled();
  assert.equal(made.items[0]?.text, '$(circuit-board) ai8x-lint');
});

test('restart ends the old server and starts a new one', async () => {
  program('server/ai8x-lint');
  await start();
  await made.commands.get('ai8x-lint.restart')?.();
  assert.deepEqual(clients.map(({ running }) => running), [false, true]);
});

test('the readers of a layer are shown as references', async () => {
  program('server/ai8x-lint');
  await start();
  const readers = [{ uri: 'file:///net.yaml' }, { uri: 'file:///net.yaml' }];
  await made.commands.get('ai8x-lint.showReaders')?.('file:///net.yaml', { line: 4 }, readers);
  assert.deepEqual(made.executed.at(-1), [
    'editor.action.showReferences',
    'uri file:///net.yaml',
    'line 4',
    ['place in file:///net.yaml', 'place in file:///net.yaml'],
  ]);
});

test('the server says what it is', async () => {
  program('server/ai8x-lint');
  await start();
  answers['workspace/executeCommand'] = ({ command }: { command: string }) => ({ said: command });
  await made.commands.get('ai8x-lint.serverInformation')?.();
  assert.match(made.log.at(-1) ?? '', /"said": "ai8x.serverInformation"/);
  clients[0]?.die();
  await made.commands.get('ai8x-lint.serverInformation')?.();
  assert.match(made.log.at(-1) ?? '', /does not run/);
});

test('all networks are checked, and the findings are shown on demand', async () => {
  program('server/ai8x-lint');
  await start();
  const counts = { files: 3, errors: 2, warnings: 1, others: 0, unread: 1 };
  answers['workspace/executeCommand'] = ({ command }: { command: string }) =>
    command === 'ai8x.checkWorkspace' ? counts : null;
  await made.commands.get('ai8x-lint.checkWorkspace')?.();
  assert.equal(made.messages.at(-1), '3 files: 2 errors, 1 warning; 1 more cannot be read (the log says why)');
  assert.deepEqual(made.executed.at(-1)?.[0], 'setContext');
  state.choice = 'Show Problems';
  await made.commands.get('ai8x-lint.checkWorkspace')?.();
  assert.deepEqual(made.executed.at(-1), ['workbench.actions.view.problems']);
  Object.assign(counts, { files: 1, errors: 0, warnings: 0, unread: 0 });
  await made.commands.get('ai8x-lint.checkWorkspace')?.();
  assert.equal(made.messages.at(-1), '1 file: no findings');
  clients[0]?.die();
  await made.commands.get('ai8x-lint.checkWorkspace')?.();
  assert.match(made.messages.at(-1) ?? '', /does not run/);
});

test('the network or the layer at the cursor is placed anew, or it is said why not', async () => {
  program('server/ai8x-lint');
  const document = network();
  await start();
  vscode.window.activeTextEditor = { document, selection: { active: { line: 3, character: 4 } } };
  answers['workspace/executeCommand'] = () => ({ summary: '1 output moved' });
  for (const [id, position] of [['allocate', null], ['allocateLayer', { line: 3, character: 4 }]] as const) {
    await made.commands.get(`ai8x-lint.${id}`)?.();
    assert.deepEqual(clients[0]?.sent.at(-1)?.params, {
      command: 'ai8x.allocate',
      arguments: ['file:///net.yaml', position],
    });
    assert.equal(made.messages.at(-1), '1 output moved');
  }
  answers['workspace/executeCommand'] = () => null;
  await made.commands.get('ai8x-lint.allocate')?.();
  assert.equal(made.messages.at(-1), 'This file is no network.');
  answers['workspace/executeCommand'] = () => Promise.reject(new Error('no free place was found'));
  await made.commands.get('ai8x-lint.allocate')?.();
  assert.equal(made.messages.at(-1), 'The data memory cannot be re-allocated: no free place was found');
  vscode.window.activeTextEditor = undefined;
  await made.commands.get('ai8x-lint.allocate')?.();
  assert.equal(made.messages.at(-1), 'No network is open.');
});

test('a server that dies is seen in the status bar', async () => {
  program('server/ai8x-lint');
  await start();
  clients[0]?.die();
  assert.equal(made.items[0]?.text, '$(error) ai8x-lint');
});

const NETWORK = 'arch: a\ndataset: d\nlayers:\n  - name: one\n';
const MAP = { map: { steps: [{ layer: 0 }] }, text: 'drawn' };
function network() {
  const document = vscode.textDocument('/net.yaml', NETWORK);
  vscode.window.activeTextEditor = { document };
  const range = { start: { line: 3, character: 2 }, end: { line: 3, character: 13 } };
  answers['ai8x/map'] = () => MAP;
  answers['textDocument/documentSymbol'] = () => [
    { name: 'a', range, selectionRange: range, children: [{ name: '#0 one', range, selectionRange: range }] },
  ];
  return document;
}
/** A change of the text, with the notification to the server taking `sending`. */
const type = (document: unknown, sending = Promise.resolve()) =>
  clients.at(-1)?.options.middleware.didChange({ document }, () => sending);
async function openPanel(document = network()) {
  program('server/ai8x-lint');
  for (const part of ['dist/panel.js', 'dist/panel.css']) program(part);
  await start();
  await made.commands.get('ai8x-lint.showMap')?.();
  await settled();
  const panel = made.panels[0];
  assert.ok(panel);
  return { document, panel };
}

test('a text becomes a network as it is typed', async () => {
  program('server/ai8x-lint');
  let text = 'arch: a\n';
  const document = { ...vscode.textDocument('/net.yaml', ''), getText: () => text };
  vscode.window.activeTextEditor = { document };
  await start();
  const said = () => made.executed.filter(([command]) => command === 'setContext').map(([, , value]) => value);
  await type(document);
  assert.deepEqual(said(), [false]);
  text += 'layers:\n';
  await type(document);
  await type(document);
  assert.deepEqual(said(), [false, true], 'and is said once');
});

test('the panel shows the map, and a click goes to the layer', async () => {
  const { panel } = await openPanel();
  assert.deepEqual(panel.received.at(-1), { type: 'map', uri: 'file:///net.yaml', file: '/net.yaml', ...MAP });
  panel.say({ type: 'reveal', layer: 0 });
  await settled();
  assert.deepEqual(made.shown, [{ line: 3 }]);
});

test('the panel asks about a text after the server was told it, not before', async () => {
  const { document } = await openPanel();
  const asked = () => clients[0]?.sent.filter(({ method }) => method === 'ai8x/map').length;
  const before = asked();
  let sent = () => {};
  const told = type(document, new Promise((resolve) => (sent = resolve)));
  await settled();
  assert.equal(asked(), before);
  sent();
  await told;
  assert.equal(asked(), before! + 1);
});

test('the panel asks once more after a burst of changes, not once a change', async () => {
  const { document, panel } = await openPanel();
  const before = panel.received.length;
  let release = () => {};
  answers['ai8x/map'] = () => new Promise((resolve) => (release = () => resolve(MAP)));
  for (let i = 0; i < 5; i++) void type(document);
  await settled();
  release();
  await settled();
  answers['ai8x/map'] = () => MAP;
  release();
  await settled();
  assert.equal(panel.received.length - before, 2);
});

test('the panel follows the cursor, and says when there is no map', async () => {
  const { document, panel } = await openPanel();
  vscode.fire('selection', { textEditor: { document }, selections: [{ active: { line: 3 } }] });
  assert.deepEqual(panel.received.at(-1), { type: 'layer', layer: 0 });
  answers['ai8x/map'] = () => null;
  void type(document);
  await settled();
  assert.deepEqual(panel.received.at(-1), { type: 'nothing', file: '/net.yaml' });
  panel.dispose();
  void type(document);
  await settled();
  assert.equal(panel.received.at(-1)?.type, 'nothing', 'a closed panel is sent nothing more');
});

test('the panel starts with the layer at the cursor, or with that of the lens', async () => {
  const document = network();
  const at = { line: 3, character: 0 };
  vscode.window.visibleTextEditors = [{ document, selection: { active: at } }];
  const { panel } = await openPanel(document);
  assert.deepEqual(panel.received.at(-1), { type: 'layer', layer: 0 });
  vscode.fire('close', document);
  await settled();
  await made.commands.get('ai8x-lint.showMap')?.(undefined, 5);
  await settled();
  const layers = panel.received.filter(({ type }) => type === 'layer').map(({ layer }) => layer);
  assert.deepEqual(layers, [0, 5]);
});

test('the panel lets go of a network that is closed', async () => {
  const { document, panel } = await openPanel();
  vscode.fire('close', document);
  await settled();
  assert.deepEqual(panel.received.at(-1), { type: 'nothing', file: null });
});

test('the panel of a window that is loaded again goes on with its network', async () => {
  const { panel: old } = await openPanel();
  const panel = new vscode.Webview();
  const restore = (other: vscode.Webview) =>
    made.serializers[0]?.deserializeWebviewPanel(other, { uri: 'file:///other.yaml', layer: 0 });
  let closed = false;
  panel.onDidDispose(() => (closed = true));
  await restore(panel);
  assert.ok(closed, 'there is one panel');
  old.dispose();
  const again = new vscode.Webview();
  await restore(again);
  again.say({ type: 'ready' });
  await settled();
  const shown = again.received.at(-1);
  assert.deepEqual([shown?.type, shown?.uri], ['map', 'file:///other.yaml']);
});

test('the page has its own script and style in it, and may load nothing', () => {
  const html = page('script()', 'style {}');
  const policy = /content="([^"]*)"/.exec(html)?.[1] ?? '';
  const [, nonce] = /'nonce-([0-9a-f]{32})'/.exec(policy) ?? [];
  assert.equal(policy, `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`);
  assert.ok(html.includes(`<script nonce="${nonce}">script()</script>`));
  assert.ok(html.includes(`<style nonce="${nonce}">style {}</style>`));
  assert.doesNotMatch(html, /https?:|src=|href=/);
  assert.notEqual(html, page('script()', 'style {}'), 'a nonce is used once');
});
