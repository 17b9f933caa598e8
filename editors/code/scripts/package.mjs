// Packages the extension with the server inside: node scripts/package.mjs SERVER VSIX
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

const [server, vsix] = process.argv.slice(2);
if (!server || !vsix) throw new Error('usage: node scripts/package.mjs SERVER VSIX');

rmSync('server', { recursive: true, force: true });
mkdirSync('server');
const program = join('server', basename(server));
copyFileSync(server, program);
chmodSync(program, 0o755);
copyFileSync('../../LICENSE', 'LICENSE');

await createVSIX({
  packagePath: vsix,
  target: `${process.platform}-${process.arch}`,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
