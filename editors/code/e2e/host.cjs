// Runs inside the extension host of a real VS Code: the whole API, no screen. Writes what it finds to
// .results.json of the workspace.
const assert = require('node:assert/strict');
const { writeFileSync } = require('node:fs');
const vscode = require('vscode');

const run = (command, ...rest) => vscode.commands.executeCommand(command, ...rest);
async function until(what, condition) {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((go) => setTimeout(go, 50))) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`not within 20 s: ${what}`);
}

async function open(name) {
  const [file] = await vscode.workspace.findFiles(name);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}
/** Where a text stands; `shift` columns further on. */
function place(document, text, shift = 0) {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `there is no ${text}`);
  return document.positionAt(offset + shift);
}
const whole = (document) => new vscode.Range(0, 0, document.lineCount, 0);
const codes = (document) =>
  vscode.languages.getDiagnostics(document.uri).map(({ code }) => code?.value ?? code);
const edited = async (document, change) => {
  assert.ok(await vscode.workspace.applyEdit(change));
  return document.getText();
};
async function undo(document, text) {
  await vscode.window.showTextDocument(document);
  await until('undone', async () => document.getText() === text || (await run('undo'), false));
}

const tests = {
  async 'the extension starts'() {
    const extension = vscode.extensions.getExtension('ai8x-lint.ai8x-lint');
    assert.ok(extension);
    await extension.activate();
  },

  async 'findings have a code, a place and related places'() {
    const document = await open('faults.yaml');
    await until('findings', () => codes(document).includes('AX006') && codes(document).includes('AX304'));
    const found = vscode.languages.getDiagnostics(document.uri);
    const overwrites = found.find(({ code }) => (code?.value ?? code) === 'AX304');
    assert.equal(document.getText(overwrites.range), '0x0800');
    assert.equal(overwrites.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(overwrites.relatedInformation.length > 0);
  },

  async 'a quick fix mends the text, and the finding goes'() {
    const document = await open('faults.yaml');
    const before = document.getText();
    const range = new vscode.Range(place(document, 'activaton'), place(document, 'activaton', 9));
    const actions = await run('vscode.executeCodeActionProvider', document.uri, range, vscode.CodeActionKind.QuickFix.value, 20);
    const fix = actions.find(({ title }) => title.includes('Rename to `activation`'));
    assert.ok(fix?.edit, actions.map(({ title }) => title).join('; '));
    assert.equal(await edited(document, fix.edit), before.replace('activaton', 'activation'));
    await until('the finding gone', () => !codes(document).includes('AX006'));
    await undo(document, before);
    await until('the finding back', () => codes(document).includes('AX006'));
  },

  async 'a hover has the map as a picture, and HTML may be shown'() {
    const document = await open('residual.yaml');
    const hovers = await until('hover', async () => {
      const found = await run('vscode.executeHoverProvider', document.uri, place(document, 'out_offset', 3));
      return found.length > 0 && found;
    });
    const [content] = hovers.flatMap(({ contents }) => contents);
    assert.match(content.value, /data:image\/svg\+xml;base64,/);
    assert.equal(content.supportHtml, true);
    assert.ok(!content.isTrusted);
  },

  async 'inlay hints and code lenses'() {
    const document = await open('residual.yaml');
    const hints = await run('vscode.executeInlayHintProvider', document.uri, whole(document));
    assert.ok(hints.length > 5, `${hints.length} hints`);
    const lenses = await run('vscode.executeCodeLensProvider', document.uri, 50);
    assert.ok(lenses.length > 7, `${lenses.length} lenses`);
    const ids = new Set(await vscode.commands.getCommands());
    for (const { command } of lenses) assert.ok(command && (!command.command || ids.has(command.command)), command?.command);
  },

  async 'outline: one network, and its layers below it'() {
    const document = await open('residual.yaml');
    const outline = await run('vscode.executeDocumentSymbolProvider', document.uri);
    const ours = outline.find(({ name }) => name === 'residual');
    assert.ok(ours, outline.map(({ name }) => name).join());
    const layers = ours.children.map(({ name }) => name).filter((name) => name.startsWith('#'));
    assert.deepEqual(layers, ['#0 stem', '#1 body', '#2 skip', '#3 branch', '#4 join', '#5 shrink', '#6 scores']);
  },

  async 'from in_sequences to the layer, and back'() {
    const document = await open('residual.yaml');
    const reference = place(document, 'in_sequences: [skip', 'in_sequences: ['.length);
    const [goal] = await run('vscode.executeDefinitionProvider', document.uri, reference);
    const range = goal.targetRange ?? goal.range;
    assert.ok(range.start.line <= place(document, 'name: skip').line && place(document, 'name: skip').line <= range.end.line);
    const references = await run('vscode.executeReferenceProvider', document.uri, place(document, 'name: skip', 7));
    assert.ok(references.some((one) => one.range.contains(reference)));
  },

  async 'rename a layer, and those who read it follow'() {
    const document = await open('residual.yaml');
    const before = document.getText();
    const change = await run('vscode.executeDocumentRenameProvider', document.uri, place(document, 'name: body', 7), 'trunk');
    const after = await edited(document, change);
    assert.match(after, /name: trunk/);
    assert.match(after, /in_sequences: trunk/);
    await undo(document, before);
  },

  async 'completion offers what a key may be'() {
    const document = await open('residual.yaml');
    const at = place(document, 'op: linear', 4);
    const { items } = await run('vscode.executeCompletionItemProvider', document.uri, at);
    const labels = items.map(({ label }) => (label.label ?? label).toLowerCase());
    assert.ok(labels.some((label) => label.includes('conv1d')), labels.join());
  },

  async 'a setting takes effect at once'() {
    const document = await open('residual.yaml');
    const settings = vscode.workspace.getConfiguration('ai8x-lint');
    const hints = async () => (await run('vscode.executeInlayHintProvider', document.uri, whole(document))).length;
    await settings.update('inlayHints.enabled', false, vscode.ConfigurationTarget.Workspace);
    await until('no hints', async () => (await hints()) === 0);
    await settings.update('inlayHints.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    await until('hints', async () => (await hints()) > 0);
  },

  async 'all networks are checked, those that are not open too'() {
    const [file] = await vscode.workspace.findFiles('closed.yaml');
    const found = () => vscode.languages.getDiagnostics(file).map(({ code }) => code?.value ?? code);
    assert.deepEqual(found(), []);
    void run('ai8x-lint.checkWorkspace');
    await until('findings of a closed file', () => found().includes('AX304'));
    await vscode.workspace.fs.delete(file);
    await until('no findings of a file that is gone', () => found().length === 0);
  },

  async 'an action chooses new offsets for a layer'() {
    const document = await open('crowded.yaml');
    const before = document.getText();
    const at = place(document, '0x2004', 3);
    const kind = vscode.CodeActionKind.RefactorRewrite.value;
    const actions = await run('vscode.executeCodeActionProvider', document.uri, new vscode.Range(at, at), kind, 20);
    const action = actions.find(({ title }) => title === 'Re-allocate the data memory of this layer');
    assert.ok(action?.edit, actions.map(({ title }) => title).join('; '));
    const after = await edited(document, action.edit);
    assert.doesNotMatch(after, /out_offset: 0x2004/);
    await undo(document, before);
  },

  async 'a command chooses new offsets for the network'() {
    const document = await open('crowded.yaml');
    const before = document.getText();
    await until('findings', () => codes(document).includes('AX304'));
    void run('ai8x-lint.allocate');
    await until('no collision', () => document.getText() !== before && !codes(document).includes('AX304'));
    await undo(document, before);
  },

  async 'the server can be restarted'() {
    const document = await open('faults.yaml');
    await run('ai8x-lint.restart');
    await until('findings', () => codes(document).includes('AX006'));
  },

  async 'the panel opens'() {
    await open('residual.yaml');
    await run('ai8x-lint.showMap');
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await until('tab', () => tabs().some(({ label }) => label === 'Memory Map'));
  },
};

exports.run = async () => {
  const results = [];
  for (const [name, test] of Object.entries(tests)) {
    const error = await test().then(() => null, (reason) => String(reason?.stack ?? reason));
    results.push({ name, error });
  }
  const [folder] = vscode.workspace.workspaceFolders;
  writeFileSync(`${folder.uri.fsPath}/.results.json`, JSON.stringify(results));
};
