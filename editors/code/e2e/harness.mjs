// Starts a real VS Code (code-server) and Chromium on it; everything lives in one throwaway folder.
import { chromium } from 'playwright-core';
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, writeFileSync, rmSync, cpSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NODE24 = process.env.NODE24 ?? process.execPath; // node 24, code-server refuses others
const ENTRY = process.env.CODE_SERVER; // …/node_modules/code-server/out/node/entry.js
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const freePort = () => new Promise((res, rej) => {
  const s = createServer().once('error', rej);
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => res(port)); });
});

/** Settings that take the noise out: no chat view, no welcome, no look-ups, no animation, quick hovers. */
const QUIET = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'editor.minimap.enabled': false,
  'editor.hover.delay': 100,
  'editor.cursorBlinking': 'solid',
  'editor.occurrencesHighlight': 'off',
  'editor.accessibilitySupport': 'off',
  'files.autoSave': 'off',
  'files.simpleDialog.enable': true,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.commandCenter': false,
};

/**
 * settings: user settings. machine: settings of scope machine or machine-overridable; from the user file those reach
 * the extension or not, by chance of what is read first, so they have to stand in the server's Machine/settings.json.
 */
export async function startCodeServer({ vsix, settings = {}, machine = {}, files, install = true, args = [] }) {
  const dir = mkdtempSync(join(tmpdir(), 'cs-e2e-'));
  const ud = join(dir, 'ud'), ext = join(dir, 'ext'), ws = join(dir, 'ws');
  for (const d of [join(ud, 'User'), join(ud, 'Machine'), ext, ws, join(dir, 'home')]) mkdirSync(d, { recursive: true });
  if (typeof files === 'string') cpSync(files, ws, { recursive: true });
  else for (const [n, text] of Object.entries(files)) writeFileSync(join(ws, n), text);
  writeFileSync(join(ud, 'User', 'settings.json'), JSON.stringify({ ...QUIET, ...settings }, null, 2));
  writeFileSync(join(ud, 'Machine', 'settings.json'), JSON.stringify(machine, null, 2));
  // an own HOME keeps ~/.config/code-server, ~/.local and ~/.vscode* untouched
  const env = { ...process.env, HOME: join(dir, 'home'), XDG_CONFIG_HOME: join(dir, 'home/.config'), XDG_DATA_HOME: join(dir, 'home/.local/share'),
    XDG_CACHE_HOME: join(dir, 'home/.cache'), XDG_RUNTIME_DIR: dir, EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: 'http://127.0.0.1:9/', itemUrl: 'http://127.0.0.1:9/' }) };
  const base = ['--user-data-dir', ud, '--extensions-dir', ext, '--config', join(dir, 'config.yaml')];
  writeFileSync(join(dir, 'config.yaml'), 'auth: none\n');
  if (install) execFileSync(NODE24, [ENTRY, ...base, '--install-extension', vsix], { env, stdio: 'pipe' });
  const port = await freePort();
  const log = openSync(join(dir, 'server.log'), 'a');
  const child = spawn(NODE24, [ENTRY, ...base, '--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry', '--disable-update-check',
    '--disable-workspace-trust', '--disable-getting-started-override', '--disable-proxy', '--disable-file-downloads', '--reconnection-grace-time', '1', ...args],
    { env, stdio: ['ignore', log, log], detached: true });          // detached: its own process group, so that all of it can be ended
  const kill = () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* gone */ } };
  process.once('exit', kill);                                       // also when a test throws before stop()
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    try { if ((await fetch(`${url}/healthz`)).ok) break; } catch { /* not up yet */ }
    if (i > 300 || child.exitCode !== null) throw new Error(`code-server did not start, see ${dir}/server.log`);
    await new Promise((r) => setTimeout(r, 100));
  }
  return { url, port, dir, ws, ext, ud, async stop() {
    const gone = new Promise((r) => child.once('exit', r));
    try { process.kill(-child.pid, 'SIGTERM'); } catch { /* gone */ }
    await Promise.race([gone, new Promise((r) => setTimeout(r, 3000))]);
    kill();
    if (!process.env.KEEP) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  } };
}

export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), 'cr-e2e-'));
  const ctx = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1, locale: 'en-US', timezoneId: 'UTC', reducedMotion: 'reduce',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],  // nothing but loopback can be reached
  });
  const page = ctx.pages()[0] ?? await ctx.newPage();
  const outside = new Set();
  page.on('request', (r) => { if (!/^(http:\/\/127\.0\.0\.1[:/]|data:|blob:)/.test(r.url())) outside.add(r.url()); });
  return { ctx, page, outside, async close() { await ctx.close(); rmSync(profile, { recursive: true, force: true, maxRetries: 5 }); } };
}

export async function openBrowser(cs, file) {
  const br = await launch();
  await open(br.page, cs, file);
  return br;
}

export async function open(page, cs, file) {
  const payload = JSON.stringify([['openFile', `vscode-remote://127.0.0.1:${cs.port}${join(cs.ws, file)}`]]);
  await page.goto(`${cs.url}/?folder=${encodeURIComponent(cs.ws)}&payload=${encodeURIComponent(payload)}`);
  await page.locator('.monaco-workbench').waitFor();
  await page.locator(`.editor-instance .monaco-editor[role="code"], .editor-instance .monaco-editor`).first().waitFor();
}

/** Runs a command by its title through the palette. */
export async function command(page, title) {
  await page.keyboard.press('F1');
  const box = page.locator('.quick-input-widget .quick-input-box input');
  await box.waitFor();
  await box.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Puts the cursor at line:column (both from 1), and the focus in the editor. */
export async function cursor(page, line, col) {
  await page.keyboard.press('Control+g');
  const box = page.locator('.quick-input-widget .quick-input-box input');
  await box.waitFor();
  await box.fill(`:${line}:${col}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${col}` }).waitFor();
}

/** Opens another file of the workspace. */
export async function openFile(page, name) {
  await page.keyboard.press('Control+p');
  const box = page.locator('.quick-input-widget .quick-input-box input');
  await box.waitFor();
  await box.fill(name);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** Takes another colour theme. */
export async function theme(page, name) {
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Control+t');
  const box = page.locator('.quick-input-widget .quick-input-box input');
  await box.waitFor();
  await box.fill(name);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}
