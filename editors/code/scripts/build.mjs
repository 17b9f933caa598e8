// Bundles the extension and its panel into dist/; with --tests also the unit tests into dist/tests/.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const common = { bundle: true, logLevel: 'warning', legalComments: 'linked', minify: true };
await build({
  ...common,
  entryPoints: ['src/extension.ts'],
  outdir: 'dist',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
});
await build({
  ...common,
  entryPoints: { panel: 'src/webview/main.ts' },
  outdir: 'dist',
  platform: 'browser',
  format: 'iife',
  target: 'chrome124',
});

if (process.argv.includes('--tests')) {
  await build({
    bundle: true,
    logLevel: 'warning',
    entryPoints: readdirSync('test').filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name}`),
    outdir: 'dist/tests',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    alias: { vscode: './test/fake-vscode.ts', 'vscode-languageclient/node': './test/fake-client.ts' },
  });
}
