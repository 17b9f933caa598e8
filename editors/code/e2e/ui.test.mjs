// What a person sees and does, in a real VS Code. Screenshots go to target/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { command, cursor, openBrowser, openFile, ready, startCodeServer, theme } from './harness.mjs';
import { networks, ROOT } from './networks.mjs';

const SHOTS = join(ROOT, 'target/screenshots');
let code, browser, page;
const shot = (name) => page.screenshot({ path: join(SHOTS, `${name}.png`) });
const map = () => page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

/** A file of the workspace as it is on disk. */
const text = (name) => readFileSync(join(code.ws, name), 'utf8');
/** Line and column of a text, from 1. */
function place(whole, part) {
  const before = whole.slice(0, whole.indexOf(part)).split('\n');
  return [before.length, before.at(-1).length + 1];
}

before(
  async () => {
    mkdirSync(SHOTS, { recursive: true });
    code = await startCodeServer({ vsix: process.env.VSIX, files: networks(), settings: { 'workbench.colorTheme': 'Dark Modern' } });
    browser = await openBrowser(code, 'residual.yaml');
    page = browser.page;
    page.setDefaultTimeout(30_000);
  },
  { timeout: 180_000 },
);
after(async () => {
  await browser?.close();
  await code?.stop();
});

test('a fault is underlined and listed', async () => {
  await openFile(page, 'faults.yaml');
  await page.locator('.monaco-editor .squiggly-error').first().waitFor();
  await command(page, 'Problems: Focus on Problems View');
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'unknown key `activaton`' }).waitFor();
  await shot('problems');
  await page.keyboard.press('Control+j');
  await page.locator('.markers-panel').waitFor({ state: 'hidden' });
});

test('a quick fix changes the file on disk', async () => {
  const before = text('faults.yaml');
  await cursor(page, ...place(before, 'activaton'));
  await page.keyboard.press('Control+.');
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Rename to `activation`' });
  await fix.waitFor();
  await shot('quick-fix');
  await fix.click();
  await page.locator('.view-line', { hasText: /activation:/ }).waitFor();
  await page.keyboard.press('Control+s');
  await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  assert.equal(text('faults.yaml'), before.replace('activaton', 'activation'));
});

/** Hovers over the offset that the layer `join` reads from, and yields the picture's address. */
async function hoveredPicture(name) {
  const [line, column] = place(text('residual.yaml'), 'in_offset: 0x2000');
  const picture = page.locator('.monaco-hover:not(.hidden) img[src^="data:image/svg+xml"]').first();
  const shown = async () => {
    await cursor(page, line, column + 2);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Control+i');
    return picture.evaluate((image) => [image.src, image.naturalWidth], undefined, { timeout: 10_000 });
  };
  // The editor closes a hover when anything moves under it, as the first hints of a file do.
  const [src, width] = await shown().catch(shown);
  assert.ok(width > 200, `the picture is ${width} wide`);
  await shot(name);
  await page.keyboard.press('Escape');
  await page.locator('.monaco-hover:not(.hidden)').waitFor({ state: 'hidden' });
  return src;
}

test('a hover draws the memory map in the colours of the theme', async () => {
  await openFile(page, 'residual.yaml');
  const dark = await hoveredPicture('hover-dark');
  await theme(page, 'Light Modern');
  await page.locator('.monaco-workbench.vs').waitFor();
  const light = await hoveredPicture('hover-light');
  await theme(page, 'Dark Modern');
  await page.locator('.monaco-workbench.vs-dark').waitFor();
  assert.notEqual(dark, light);
});

test('inlay hints and code lenses stand in the text', async () => {
  await page.locator('.codelens-decoration:visible').first().waitFor();
  await page.locator('.view-line', { hasText: /in_offset:\s0x2000\s*to\s0x3fff/ }).waitFor();
});

test('from in_sequences to the layer', async () => {
  const network = text('residual.yaml');
  const [line, column] = place(network, 'in_sequences: body');
  await cursor(page, line, column + 'in_sequences: '.length + 1);
  await page.keyboard.press('F12');
  await page.locator('.statusbar-item', { hasText: `Ln ${place(network, 'name: body')[0]}, ` }).waitFor();
});

test('a layer is renamed everywhere', async () => {
  const before = text('residual.yaml');
  const [line, column] = place(before, 'name: body');
  await cursor(page, line, column + 'name: '.length);
  await page.keyboard.press('F2');
  const box = page.locator('.rename-box input');
  await box.waitFor();
  await box.fill('trunk');
  await box.press('Enter');
  await page.locator('.view-line', { hasText: /trunk/ }).first().waitFor();
  await page.keyboard.press('Control+s');
  await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  const after = text('residual.yaml');
  assert.match(after, /- name: trunk/);
  assert.match(after, /in_sequences: trunk/);
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
  const [line] = place(text('residual.yaml'), '- name: skip');
  await page.locator('.statusbar-item', { hasText: `Ln ${line}, ` }).waitFor();
  await map().locator('.title', { hasText: 'layer 2 skip' }).waitFor();
});

test('the map changes as one types, and marks a conflict', async () => {
  const whole = text('residual.yaml');
  const [line, column] = place(whole, 'out_offset: 0x0000\n\n  - name: shrink');
  await cursor(page, line, column + 'out_offset: 0x0000'.length);
  await map().locator('.title', { hasText: 'layer 4 join' }).waitFor();
  assert.equal(await map().locator('.picture .conflict').count(), 0);
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type('out_offset: 0x2800');
  await map().locator('.picture .conflict').first().waitFor();
  await map().locator('.entry.lost', { hasText: 'conflict' }).first().waitFor();
  await shot('panel-conflict');
  for (let i = 0; i < 2; i++) await page.keyboard.press('Control+z');
  await map().locator('.picture .conflict').first().waitFor({ state: 'detached' });
  await map().locator('.picture .writes').first().waitFor();
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

test('the panel is still there after the window was loaded again', async () => {
  // The address so far names a file, which VS Code would open instead of what was open.
  await page.goto(`${code.url}/?folder=${encodeURIComponent(code.ws)}`);
  await page.locator('.monaco-workbench .part.editor').waitFor();
  await openFile(page, 'residual.yaml');
  await ready(page);
  await cursor(page, 34, 5);
  await command(page, 'ai8x-lint: Show Memory Map');
  await map().locator('.title', { hasText: 'layer 2 skip' }).waitFor();
  const loaded = page.waitForEvent('load');
  await command(page, 'Developer: Reload Window');
  await loaded;
  await map().locator('.title', { hasText: 'layer 2 skip' }).waitFor();
  await map().locator('.picture svg').waitFor();
});

test('nothing outside this machine was asked for', () => {
  assert.deepEqual([...browser.outside], []);
});
