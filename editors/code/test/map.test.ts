import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerAt, layers } from '../src/layers';
import type { MemoryMap, Step, Tensor } from '../src/protocol';
import { conflicts, layout, middle, numbered, stripes } from '../src/webview/layout';
import { amount, extents, layerName, letters, lifetime, maker, runs, shapes } from '../src/webview/words';

const everywhere = (start: number, end: number, step = 4, instances = [0, 1]) =>
  instances.map((instance) => ({ instance, start, end, step }));
const tensor = (rest: Partial<Tensor>): Tensor => ({
  layer: 1,
  role: 'reads',
  needed_until: 2,
  ranges: everywhere(0, 0xfff),
  ...rest,
});
const step = (rest: Partial<Step>): Step => ({
  layer: 2,
  name: 'sum',
  operation: 'add',
  input: [2, 8, 4, 4],
  output: [8, 4, 4],
  tensors: [],
  conflicts: [],
  used_bytes: 0x2000,
  cost: { macs: null, weight_bytes: null, kernel_rows: null, bias_bytes: null, cycles: null },
  complete: true,
  ...rest,
});
const map = (...steps: Step[]): MemoryMap => {
  const share = { parts: [{ used: 0x1000, limit: 0x8000, percent: 13 }, { used: 0, limit: 0x8000, percent: 0 }], complete: true };
  return {
    device: 'MAX78000',
    instance_bytes: 0x8000,
    steps,
    budget: { data_memory: share, kernel_memory: share, bias_memory: share, weight_bytes: null, macs: null, cycles: null },
  };
};

test('addresses grow upward, instances to the right', () => {
  const at = step({ tensors: [tensor({ ranges: everywhere(0, 0x3fff) }), tensor({ ranges: everywhere(0x4000, 0x7fff) })] });
  const plan = layout(map(at), at, 600, 200);
  const [low, lowNext, high] = plan.parts;
  assert.ok(low && lowNext && high);
  assert.equal(high.y + high.height, low.y, 'the second tensor lies on the first');
  assert.equal(low.height, 100);
  assert.ok(lowNext.x > low.x);
  const [first, last] = [plan.instances[0], plan.instances[15]];
  assert.ok(first && last && first.x >= 0 && last.x + last.width <= 600);
  assert.equal(plan.instances.length, 16);
  assert.deepEqual(plan.ticks.map(({ label }) => label), ['0x0000', '0x2000', '0x4000', '0x6000', '0x8000']);
  assert.equal(plan.peaks.length, 1, 'an instance that nobody uses has no peak');
});

test('the larger chip has round addresses too', () => {
  const large = { ...map(step({})), instance_bytes: 0x14000 };
  const labels = layout(large, step({}), 600, 200).ticks.map(({ label }) => label);
  assert.deepEqual(labels, ['0x0000', '0x4000', '0x8000', '0xc000', '0x10000', '0x14000']);
});

test('of many layers some are numbered, and always the one at hand', () => {
  assert.deepEqual(numbered(4, 400, 1), [true, true, true, true]);
  const many = numbered(128, 520, 61);
  assert.ok(many[61] && many.filter(Boolean).length <= 20);
  const places = many.flatMap((shown, at) => (shown ? [at] : []));
  assert.ok(places.every((at, i) => i === 0 || at - places[i - 1]! >= 6), 'they do not touch');
});

test('a narrow panel still has 16 columns in it', () => {
  const plan = layout(map(step({})), step({}), 120, 200);
  assert.ok(plan.instances.every(({ width }) => width > 0));
});

test('a tensor of four bytes is seen, and inside its instance', () => {
  const at = step({ tensors: [tensor({ ranges: everywhere(0, 3) }), tensor({ ranges: everywhere(0x7ffc, 0x7fff) })] });
  const { parts, instances } = layout(map(at), at, 600, 200);
  const [instance] = instances;
  for (const part of parts) {
    assert.ok(part.height >= 3);
    assert.ok(instance && part.y >= instance.y && part.y + part.height <= instance.y + instance.height);
  }
});

test('operands that alternate are stripes that do not cover each other', () => {
  const tensors = [tensor({ ranges: everywhere(0x2000, 0x3ffb, 8) }), tensor({ ranges: everywhere(0x2004, 0x3fff, 8) })];
  const at = step({ tensors });
  const { parts } = layout(map(at), at, 600, 200);
  const [one, other] = [parts[0], parts[2]];
  assert.ok(one && other);
  assert.deepEqual([one.stripe, other.stripe], [{ phase: 0, of: 2 }, { phase: 1, of: 2 }]);
  const [a, b] = [stripes(one), stripes(other)];
  assert.ok(a.length > 3 && Math.abs(a.length - b.length) <= 1);
  assert.ok(a[0] && b[0] && b[0].y + b[0].height <= a[0].y + 0.01, 'the second starts above the first');
  assert.notEqual(middle(one, []), middle(other, []), 'nor their letters');
});

test('a conflict is where the output meets the tensor that has the lost word', () => {
  const at = step({
    tensors: [
      tensor({ ranges: everywhere(0, 0xfff) }),
      tensor({ layer: 2, role: 'writes', ranges: everywhere(0x800, 0x17ff, 4, [1, 2]) }),
    ],
    conflicts: [{ instance: 1, offset: 0x800 }],
  });
  assert.deepEqual(conflicts(at), [{ instance: 1, start: 0x800, end: 0xfff, step: 4 }]);
  const plan = layout(map(at), at, 600, 320);
  const part = plan.parts.find(({ tensor, instance }) => tensor === 0 && instance === 1);
  const [box] = plan.conflicts;
  assert.ok(part && box);
  const letter = middle(part, plan.conflicts);
  assert.ok(letter === undefined || letter > box.y + box.height, 'the letter is not below the conflict');
});

test('a conflict without known tensors is the word itself', () => {
  const at = step({ conflicts: [{ instance: 3, offset: 0x40 }] });
  assert.deepEqual(conflicts(at), [{ instance: 3, start: 0x40, end: 0x43, step: 4 }]);
});

test('words about tensors', () => {
  const at = step({});
  const whole = map(step({ layer: 1, name: null }), at, step({ layer: 3, name: 'last' }));
  assert.equal(layerName(whole, 2), 'layer 2 (sum)');
  assert.equal(layerName(whole, 1), 'layer 1');
  assert.equal(shapes(at), '2 × 8×4×4 → 8×4×4');
  assert.equal(shapes(step({ input: null, output: null })), '? → ?');
  assert.equal(maker(whole, tensor({ layer: null })), 'the network’s input');
  assert.equal(maker(whole, tensor({ layer: 3 })), 'output of layer 3 (last)');
  assert.equal(lifetime(whole, at, tensor({})), 'read here for the last time');
  assert.equal(lifetime(whole, at, tensor({ needed_until: 3 })), 'needed until layer 3 (last)');
  assert.equal(lifetime(whole, at, tensor({ needed_until: null })), 'output of the network');
  assert.deepEqual(extents([...everywhere(0, 0xfff, 4, [0, 1, 2, 8]), ...everywhere(4, 0xfff, 8, [3])]), [
    { bytes: '0x0000–0x0fff', where: 'instances 0–2, 8' },
    { bytes: '0x0004–0x0fff', where: 'instance 3, every 2nd word' },
  ]);
  assert.equal(runs([0, 1, 2, 5, 7, 8]), '0–2, 5, 7–8');
  assert.equal(amount(99046), '99,046');
  assert.equal(amount(10_958_848), '11M');
});

test('letters are those of the text map', () => {
  const live = tensor({ role: 'live' });
  assert.deepEqual(letters([tensor({}), tensor({ role: 'writes' }), live, live]), ['r', 'W', 'a', 'b']);
  const half = tensor({ ranges: everywhere(0, 0xfff, 8) });
  assert.deepEqual(letters([half, half]), ['x', 'x']);
});

test('layers are found in the outline by their number, not by their place', () => {
  const at = (line: number, name: string, children: never[] = []) => {
    const range = { start: { line, character: 2 }, end: { line: line + 2, character: 0 } };
    return { name, range, selectionRange: range, children };
  };
  const unload = { ...at(1, 'unload'), children: [at(2, '#0')] };
  const found = layers([{ ...at(0, 'net'), children: [unload, at(10, '#1 second'), at(20, '#0 first')] }]);
  assert.deepEqual([...found.keys()], [1, 0]);
  assert.equal(layerAt(found, 21), 0);
  assert.equal(layerAt(found, 12), 1);
  assert.equal(layerAt(found, 2), undefined, 'blocks of unload are no layers');
});
