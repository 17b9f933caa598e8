import type { MemoryMap, Range, Step } from '../protocol';

/** The places of a step's picture, in pixels. Nothing here draws. */
export interface Layout {
  width: number;
  height: number;
  instances: (Box & { instance: number })[];
  quadrants: { label: string; x: number }[];
  ticks: { label: string; y: number }[];
  parts: Part[];
  conflicts: (Box & { instance: number; start: number; end: number })[];
  /** Per instance, how high it is filled at any time of the run. */
  peaks: Box[];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A tensor's part in one instance. */
export interface Part extends Box {
  instance: number;
  /** Which tensor of the step. */
  tensor: number;
  /** Where every n-th word is used: this part's place among n. */
  stripe: { phase: number; of: number } | undefined;
}

export const INSTANCES = 16;
export const PER_QUADRANT = 4;
const MARGIN = { left: 54, right: 6, top: 22, bottom: 20 };
const GAP = { instance: 3, quadrant: 12 };
/** A tensor of a few bytes is still seen. */
const LEAST = 3;
/** The height of a letter. */
const LETTER = 13;
/** The width of a layer's number, with its space. */
const NUMBER = 26;

/** Lays out 16 instances across and their addresses upward. */
export function layout(map: MemoryMap, step: Step, width: number, depth: number): Layout {
  const gaps = 12 * GAP.instance + 3 * GAP.quadrant;
  const column = Math.max(4, (width - MARGIN.left - MARGIN.right - gaps) / INSTANCES);
  const left = (instance: number) => {
    const quadrant = Math.floor(instance / PER_QUADRANT);
    return MARGIN.left + instance * (column + GAP.instance) + quadrant * (GAP.quadrant - GAP.instance);
  };
  const bottom = MARGIN.top + depth;
  const scale = depth / map.instance_bytes;
  const box = (instance: number, start: number, end: number): Box => {
    const height = Math.max(LEAST, (end + 1 - start) * scale);
    const y = Math.max(MARGIN.top, Math.min(bottom - start * scale - height, bottom - height));
    return { x: left(instance), y, width: column, height };
  };

  const across = Array.from({ length: INSTANCES }, (_, instance) => instance);
  // Round addresses: four steps to 0x8000, five to 0x14000.
  const interval = map.instance_bytes > 0x8000 ? 0x4000 : 0x2000;
  const steps = Math.floor(map.instance_bytes / interval);
  return {
    width,
    height: bottom + MARGIN.bottom,
    instances: across.map((instance) => ({ instance, ...box(instance, 0, map.instance_bytes - 1) })),
    quadrants: [0, 1, 2, 3].map((quadrant) => {
      const [first, last] = [quadrant * PER_QUADRANT, quadrant * PER_QUADRANT + PER_QUADRANT - 1];
      return { label: `quadrant ${quadrant}`, x: (left(first) + left(last) + column) / 2 };
    }),
    ticks: Array.from({ length: steps + 1 }, (_, at) => ({
      label: hex(at * interval),
      y: bottom - at * interval * scale,
    })),
    parts: step.tensors.flatMap((tensor, index) =>
      tensor.ranges.map((range) => ({
        tensor: index,
        instance: range.instance,
        stripe: stripe(range),
        ...box(range.instance, range.start, range.end),
      })),
    ),
    conflicts: conflicts(step).map((range) => ({ ...range, ...box(range.instance, range.start, range.end) })),
    peaks: map.budget.data_memory.parts.flatMap(({ used }, instance) =>
      used > 0 ? [box(instance, 0, used - 1)] : [],
    ),
  };
}

function stripe({ start, step }: Range): Part['stripe'] {
  const of = step / 4;
  return of > 1 ? { phase: (start / 4) % of, of } : undefined;
}

/**
 * The bytes at stake: the step names the first word that is lost; it is lost where the output and the
 * tensor that has this word meet.
 */
export function conflicts(step: Step): Range[] {
  const output = step.tensors.find(({ role }) => role === 'writes');
  const has = (range: Range, instance: number, offset: number) =>
    range.instance === instance && range.start <= offset && offset <= range.end;
  const found: Range[] = [];
  for (const { instance, offset } of step.conflicts) {
    const victims = step.tensors.filter(
      (tensor) => tensor !== output && tensor.ranges.some((range) => has(range, instance, offset)),
    );
    const meetings = victims.flatMap((victim) => victim.ranges).flatMap((lost) => {
      const over = output?.ranges.filter((range) => range.instance === lost.instance) ?? [];
      return over.map(({ start, end }) => ({
        instance: lost.instance,
        start: Math.max(start, lost.start),
        end: Math.min(end, lost.end),
        step: 4,
      }));
    });
    const real = meetings.filter(({ start, end }) => start <= end);
    found.push(...(real.length > 0 ? real : [{ instance, start: offset, end: offset + 3, step: 4 }]));
  }
  const key = (range: Range) => `${range.instance} ${range.start} ${range.end}`;
  return [...new Map(found.map((range) => [key(range), range])).values()];
}

/** The middle of what is seen of a part beside the conflicts; undefined where no letter has room. */
export function middle(part: Part, conflicts: Layout['conflicts']): number | undefined {
  let [top, bottom] = [part.y, part.y + part.height];
  for (const box of conflicts.filter(({ instance }) => instance === part.instance)) {
    const [above, below] = [box.y - top, bottom - box.y - box.height];
    if (above >= below) bottom = Math.min(bottom, box.y);
    else top = Math.max(top, box.y + box.height);
  }
  // Interleaved tensors share their place: their letters stand one above the other, as their stripes.
  const shift = part.stripe ? (part.stripe.phase - (part.stripe.of - 1) / 2) * LETTER : 0;
  const room = LETTER * (part.stripe?.of ?? 1);
  return bottom - top >= room && part.width >= 10 ? (top + bottom) / 2 - shift : undefined;
}

/** Stripes of a part, from its bottom upward: every n-th is its own. */
export function stripes({ x, y, width, height, stripe }: Part): Box[] {
  if (!stripe) return [{ x, y, width, height }];
  // Words are finer than pixels: the stripes show that and how they alternate, not how many.
  const thick = Math.max(2, Math.min(4, height / (2 * stripe.of)));
  const boxes: Box[] = [];
  for (let at = stripe.phase * thick; at < height; at += stripe.of * thick) {
    const tall = Math.min(thick, height - at);
    boxes.push({ x, y: y + height - at - tall, width, height: tall });
  }
  return boxes;
}

/** Which of many stops are numbered, so that numbers have room: every n-th, and the one at hand. */
export function numbered(stops: number, width: number, now: number): boolean[] {
  const every = Math.max(1, Math.ceil((stops * NUMBER) / Math.max(width, 1)));
  return Array.from({ length: stops }, (_, at) => {
    const near = every > 1 && Math.abs(at - now) < every;
    return at === now || (at % every === 0 && !near);
  });
}

export const hex = (offset: number) => `0x${offset.toString(16).padStart(4, '0')}`;
