// The networks that the tests open: the project's own examples.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export function networks() {
  const names = ['residual.yaml', 'residual.shapes.json', 'broken/faults.yaml', 'broken/faults.shapes.json'];
  return Object.fromEntries(
    names.map((name) => [name.split('/').at(-1), readFileSync(join(ROOT, 'examples', name), 'utf8')]),
  );
}
