// A workspace that nobody trusts brings a program, and settings that name it as the server.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, startCodeServer } from './harness.mjs';
import { networks } from './networks.mjs';

test('the program of a workspace that is not trusted is not run', { timeout: 180_000 }, async () => {
  const code = await startCodeServer({
    vsix: process.env.VSIX,
    trust: true,
    files: {
      ...networks(),
      '.vscode/settings.json': '{ "ai8x-lint.server.path": "/bin/touch" }',
    },
  });
  try {
    // `/bin/touch server` would leave a file and be no server: the extension would not become ready.
    const browser = await openBrowser(code, 'faults.yaml');
    try {
      const { page } = browser;
      await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      await page.locator('.monaco-editor .squiggly-error').first().waitFor();
    } finally {
      await browser.close();
    }
    assert.ok(!existsSync(join(code.ws, 'server')));
  } finally {
    await code.stop();
  }
});
