// Writes what follows from src/settings.ts: the manifest's settings and the README's table.
// With --check nothing is written, and a difference is an error.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/settings.ts'],
  bundle: true,
  format: 'esm',
  write: false,
});
const settings = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

function manifest(text) {
  const json = JSON.parse(text);
  json.contributes.configuration = settings.configuration();
  json.capabilities.untrustedWorkspaces.restrictedConfigurations = settings.restricted();
  return `${JSON.stringify(json, null, 2)}\n`;
}

function readme(text) {
  return text.replace(
    /(<!-- settings -->\n)[^]*?(\n<!-- \/settings -->)/,
    (_, before, after) => before + settings.table() + after,
  );
}

let stale = false;
for (const [file, update] of [['package.json', manifest], ['README.md', readme]]) {
  const before = readFileSync(file, 'utf8');
  const after = update(before);
  if (after === before) continue;
  stale = true;
  if (process.argv.includes('--check')) console.error(`${file} is stale: npm run manifest`);
  else writeFileSync(file, after);
}
if (stale && process.argv.includes('--check')) process.exit(1);
