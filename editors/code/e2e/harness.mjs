// Starts a real VS Code (code-server) and Chromium on it; everything lives in one throwaway folder.
import { chromium } from 'playwright-core';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const NODE24 = process.env.NODE24 ?? process.execPath; // node 24, code-server refuses others
const ENTRY = process.env.CODE_SERVER; // …/node_modules/code-server/out/node/entry.js
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

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
  'security.workspace.trust.startupPrompt': 'never',
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
 * Starts VS Code with the extension in it, and a workspace with these files. `trust` leaves workspace
 * trust on: the workspace is then not trusted.
 */
export async function startCodeServer({ vsix, settings = {}, files, trust = false, args = [] }) {
  const dir = mkdtempSync(join(tmpdir(), 'code-'));
  const [ud, extensions, ws, home] = ['ud', 'extensions', 'ws', 'home'].map((name) => join(dir, name));
  for (const folder of [join(ud, 'User'), extensions, ws, home]) mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(ws, name)), { recursive: true });
    writeFileSync(join(ws, name), text);
  }
  const user = { ...QUIET, 'security.workspace.trust.enabled': trust, ...settings };
  writeFileSync(join(ud, 'User', 'settings.json'), JSON.stringify(user, null, 2));
  writeFileSync(join(dir, 'config.yaml'), 'auth: none\n');
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_RUNTIME_DIR: dir,
    // A port where nobody listens: no gallery is asked.
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: 'http://127.0.0.1:9/', itemUrl: 'http://127.0.0.1:9/' }),
  };
  const base = ['--user-data-dir', ud, '--extensions-dir', extensions, '--config', join(dir, 'config.yaml')];
  execFileSync(NODE24, [ENTRY, ...base, '--install-extension', vsix], { env, stdio: 'pipe' });
  const port = await freePort();
  const log = openSync(join(dir, 'server.log'), 'a');
  const child = spawn(
    NODE24,
    [
      ENTRY,
      ...base,
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--auth',
      'none',
      '--disable-telemetry',
      '--disable-update-check',
      ...(trust ? [] : ['--disable-workspace-trust']),
      '--disable-getting-started-override',
      '--disable-proxy',
      '--disable-file-downloads',
      '--reconnection-grace-time',
      '1',
      ...args,
    ],
    // A process group of its own, so that all of it can be ended, also when a test throws.
    { env, stdio: ['ignore', log, log], detached: true },
  );
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  };
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  const healthy = () => fetch(`${url}/healthz`).then(({ ok }) => ok, () => false);
  for (let i = 0; !(await healthy()); i++) {
    if (i > 300 || child.exitCode !== null) throw new Error(`code-server did not start, see ${dir}/server.log`);
    await new Promise((go) => setTimeout(go, 100));
  }
  async function stop() {
    const gone = new Promise((go) => child.once('exit', go));
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await Promise.race([gone, new Promise((go) => setTimeout(go, 3000))]);
    kill();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
  return { url, port, dir, ws, stop };
}

/** A browser that reaches this machine only, and tells what else was asked for. */
export async function launch() {
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1280, height: 900 },
    deviceScaleFactor: 1,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const outside = new Set();
  page.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1[:/]|data:|blob:)/.test(request.url())) outside.add(request.url());
  });
  async function close() {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  return { page, outside, close };
}

/** A browser with a file of the workspace open, and the extension ready. */
export async function openBrowser(code, file) {
  const browser = await launch();
  const { page } = browser;
  try {
    const payload = JSON.stringify([['openFile', `vscode-remote://127.0.0.1:${code.port}${join(code.ws, file)}`]]);
    await page.goto(`${code.url}/?folder=${encodeURIComponent(code.ws)}&payload=${encodeURIComponent(payload)}`);
    await page.locator('.editor-instance .monaco-editor').first().waitFor();
    await ready(page);
  } catch (error) {
    await browser.close();
    throw error;
  }
  return browser;
}

/** Waits until the extension is ready. */
export async function ready(page) {
  const status = page.locator('.statusbar-item[id*="ai8x-lint"]');
  await status.locator('.codicon-circuit-board').waitFor({ timeout: 60_000 });
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
