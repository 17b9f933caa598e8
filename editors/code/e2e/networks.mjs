// The networks that the tests open: the project's own examples.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

/** The second layer writes over what it reads. */
export const CROWDED = `# ai8x-lint: device=MAX78000
arch: crowded
dataset: demo
layers:
  - name: first
    op: conv2d
    in_dim: [16, 16]
    in_channels: 1
    kernel_size: 3x3
    pad: 1
    processors: 0x0000000000000001
    output_processors: 0x000000000000000f
    out_offset: 0x2000
  - name: second
    op: conv2d
    kernel_size: 3x3
    pad: 1
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2004
`;

export function networks() {
  const names = ['residual.yaml', 'residual.shapes.json', 'broken/faults.yaml', 'broken/faults.shapes.json'];
  return Object.fromEntries(
    names.map((name) => [name.split('/').at(-1), readFileSync(join(ROOT, 'examples', name), 'utf8')]),
  );
}
