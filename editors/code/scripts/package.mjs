// Packages the extension with the server inside: node scripts/package.mjs SERVER VSIX [TARGET]
// TARGET is what the server was built for, in VS Code's words, such as win32-x64; else this machine.
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

const here = `${process.platform}-${process.arch}`;
const [server, vsix, target = here] = process.argv.slice(2);
if (!server || !vsix) throw new Error('usage: node scripts/package.mjs SERVER VSIX [TARGET]');

rmSync('server', { recursive: true, force: true });
mkdirSync('server');
const program = join('server', basename(server));
copyFileSync(server, program);
chmodSync(program, 0o755);
copyFileSync('../../LICENSE', 'LICENSE');

await createVSIX({
  packagePath: vsix,
  target,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
