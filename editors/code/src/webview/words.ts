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

/** `0x2000–0x3fff` and the instances that have it; several where they differ. */
export function extent(ranges: Range[]): { bytes: string; instances: string }[] {
  const instances = new Map<string, number[]>();
  for (const { instance, start, end, step } of ranges) {
    const every = step > 4 ? `, every ${ordinal(step / 4)} word` : '';
    const bytes = `${hex(start)}–${hex(end)}${every}`;
    instances.set(bytes, [...(instances.get(bytes) ?? []), instance]);
  }
  return [...instances].map(([bytes, those]) => ({ bytes, instances: runs(those) }));
}

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

const number = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
export const compact = (value: number) => number.format(value);
