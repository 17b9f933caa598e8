import type { MemoryMap, Range, Step, Tensor } from '../protocol';
import { hex } from './layout';

/** What the panel says, as plain text. */

export function layerName(map: MemoryMap, layer: number): string {
  const name = map.steps.find((step) => step.layer === layer)?.name;
  return name ? `layer ${layer} (${name})` : `layer ${layer}`;
}

export function shapes({ input, output }: Step): string {
  const [operands, ...read] = input ?? [];
  const from = input ? `${operands === 1 ? '' : `${operands} × `}${read.join('×')}` : '?';
  return `${from} → ${output ? output.join('×') : '?'}`;
}

/** Whose the tensor is. */
export function maker(map: MemoryMap, { layer }: Tensor): string {
  return layer === null ? 'the network’s input' : `output of ${layerName(map, layer)}`;
}

/** How long it stays. */
export function lifetime(map: MemoryMap, step: Step, tensor: Tensor): string {
  if (tensor.needed_until === null) return tensor.layer === null ? '' : 'output of the network';
  if (tensor.needed_until === step.layer) return 'read here for the last time';
  return `needed until ${layerName(map, tensor.needed_until)}`;
}

/** The bytes of a tensor, and the instances that have them; several where they differ. */
export function extents(ranges: Range[]): { bytes: string; where: string }[] {
  const found = new Map<string, { bytes: string; step: number; instances: number[] }>();
  for (const { instance, start, end, step } of ranges) {
    const bytes = `${hex(start)}–${hex(end)}`;
    const key = `${bytes} ${step}`;
    const same = found.get(key) ?? { bytes, step, instances: [] };
    same.instances.push(instance);
    found.set(key, same);
  }
  return [...found.values()].map(({ bytes, step, instances }) => ({
    bytes,
    where: `${among(instances)}${step > 4 ? `, every ${ordinal(step / 4)} word` : ''}`,
  }));
}

export const among = (instances: number[]) =>
  `${instances.length === 1 ? 'instance' : 'instances'} ${runs(instances)}`;

function ordinal(n: number): string {
  return n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`;
}

/** Numbers with neighbours joined: `0–3, 8`. */
export function runs(numbers: number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

/** The letters of the text map: `r` or `x` is read, `W` written, the others wait. */
export function letters(tensors: Tensor[]): string[] {
  const others = [...'abcdefghijklmnopqstuvyz'];
  const interleaved = tensors.filter(
    ({ role, ranges }) => role === 'reads' && ranges.some(({ step }) => step > 4),
  );
  const read = interleaved.length > 1 ? 'x' : 'r';
  return tensors.map(({ role }) =>
    role === 'reads' ? read : role === 'writes' ? 'W' : (others.shift() ?? 'o'),
  );
}

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en');
/** A number as people read it: millions in short. */
export const amount = (value: number) => (value < 1e6 ? whole : short).format(value);
