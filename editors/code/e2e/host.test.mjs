// Opens VS Code so that its extension host runs host.cjs, and reads what that found.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch, startCodeServer } from './harness.mjs';
import { CROWDED, networks } from './networks.mjs';

const EMPTY = '{ "name": "empty", "publisher": "none", "version": "0.0.1", "engines": { "vscode": "*" } }';

test('inside the extension host', { timeout: 180_000 }, async (t) => {
  const code = await startCodeServer({
    vsix: process.env.VSIX,
    files: { ...networks(), 'crowded.yaml': CROWDED, 'closed.yaml': CROWDED },
    // Only with this driver does a built VS Code run an extension's tests.
    args: ['--vscode-option', 'enable-smoke-test-driver'],
  });
  const browser = await launch();
  try {
    const { page } = browser;
    const exit = new Promise((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', () => {});
    const remote = (path) => `vscode-remote://127.0.0.1:${code.port}${path}`;
    // Tests run only beside an extension under development; ours is installed, so this one is empty.
    const empty = join(code.dir, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'package.json'), EMPTY);
    const payload = [
      ['extensionDevelopmentPath', remote(empty)],
      ['extensionTestsPath', remote(join(import.meta.dirname, 'host.cjs'))],
      ['skipWelcome', 'true'],
    ];
    const query = `folder=${encodeURIComponent(code.ws)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await page.goto(`${code.url}/?${query}`);
    const late = new Promise((resolve) => setTimeout(resolve, 120_000, 'no answer').unref());
    const outcome = await Promise.race([exit, late]);
    assert.equal(outcome, 0);
    const results = JSON.parse(readFileSync(join(code.ws, '.results.json'), 'utf8'));
    for (const { name, error } of results) {
      await t.test(name, () => {
        if (error) throw new Error(error);
      });
    }
    assert.ok(results.length > 0);
  } finally {
    await browser.close();
    await code.stop();
  }
});
