// What a person sees and does, in a real VS Code. Screenshots go to target/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { command, cursor, openBrowser, openFile, startCodeServer, theme } from './harness.mjs';
import { networks, ROOT } from './networks.mjs';

const SHOTS = join(ROOT, 'target/screenshots');
let code, browser, page;
const shot = (name) => page.screenshot({ path: join(SHOTS, `${name}.png`) });
const map = () => page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

before(
  async () => {
    mkdirSync(SHOTS, { recursive: true });
    code = await startCodeServer({ vsix: process.env.VSIX, files: networks(), settings: { 'workbench.colorTheme': 'Dark Modern' } });
    browser = await openBrowser(code, 'residual.yaml');
    page = browser.page;
    page.setDefaultTimeout(30_000);
    await page.locator('.statusbar-item[id*="ai8x-lint"]', { has: page.locator('.codicon-circuit-board') }).waitFor({ timeout: 60_000 });
  },
  { timeout: 180_000 },
);
after(async () => {
  await browser?.close();
  await code?.stop();
});

test('the panel shows the map of the layer at the cursor, and the slider moves through time', async () => {
  await page.keyboard.press('Control+b'); // the side bar goes
  await command(page, 'ai8x-lint: Show Memory Map');
  const panel = map();
  await panel.locator('.picture svg').waitFor();
  assert.equal(await panel.locator('.instance').count(), 16);
  await panel.locator('input[type=range]').fill('4');
  await panel.locator('.title', { hasText: 'layer 4 join' }).waitFor();
  assert.equal(await panel.locator('.part.reads').count(), 2);
  await panel.locator('input[type=range]').press('ArrowLeft');
  await panel.locator('.title', { hasText: 'layer 3 branch' }).waitFor();
  await panel.locator('input[type=range]').press('ArrowRight');
  await panel.locator('.title', { hasText: 'layer 4 join' }).waitFor();
  await shot('panel-dark');
});

test('a hover over a tensor names it, a click goes to the layer that made it', async () => {
  const part = map().locator('.part.reads .fill').first();
  await part.hover({ position: { x: 8, y: 2 } });
  await map().locator('.tip', { hasText: 'output of layer 2 (skip)' }).waitFor();
  await shot('panel-hover');
  await part.click({ position: { x: 8, y: 2 } });
  const line = readFileSync(join(code.ws, 'residual.yaml'), 'utf8').split('\n').findIndex((text) => text.includes('name: skip'));
  await page.locator('.statusbar-item', { hasText: `Ln ${line + 1}, ` }).waitFor();
  await map().locator('.title', { hasText: 'layer 2 skip' }).waitFor();
});

test('the map changes as one types, and marks a conflict', async () => {
  const before = readFileSync(join(code.ws, 'residual.yaml'), 'utf8').split('\n');
  const layer = before.findIndex((text) => text.includes('name: join'));
  const line = before.findIndex((text, at) => at > layer && text.includes('out_offset:'));
  await cursor(page, line + 1, before[line].length + 1);
  await map().locator('.title', { hasText: 'layer 4 join' }).waitFor();
  assert.equal(await map().locator('.picture .conflict').count(), 0);
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type('out_offset: 0x2800');
  await map().locator('.picture .conflict').first().waitFor();
  await map().locator('.entry.lost', { hasText: 'conflict' }).first().waitFor();
  await shot('panel-conflict');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
});

test('light and high contrast', async () => {
  for (const [name, kind, picture] of [
    ['Light Modern', 'vscode-light', 'panel-light'],
    ['Dark High Contrast', 'vscode-high-contrast', 'panel-high-contrast'],
    ['Dark Modern', 'vscode-dark', undefined],
  ]) {
    await theme(page, name);
    await map().locator(`body.${kind}`).waitFor();
    if (picture) await shot(picture);
  }
});

test('nothing outside this machine was asked for', () => {
  assert.deepEqual([...browser.outside], []);
});
