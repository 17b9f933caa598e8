import './panel.css';
import type { FromPanel, MemoryMap, PanelState, Share, Step, ToPanel } from '../protocol';
import { html, svg } from './dom';
import { conflicts, hex, layout, middle, numbered, stripes, type Box } from './layout';
import { among, amount, extents, layerName, letters, lifetime, maker, shapes } from './words';

declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
};

const vscode = acquireVsCodeApi();
const root = document.getElementById('panel') as HTMLElement;

let shown: Extract<ToPanel, { type: 'map' }> | undefined;
/** The layer at hand, by its number: it stays while others come and go. */
let layer = vscode.getState()?.layer ?? 0;

// What stays while the map changes, so that a drag of the slider or the focus is not lost.
const note = html('p', { class: 'note', role: 'status' });
const title = html('button', { class: 'title', title: 'Go to the layer' });
const subtitle = html('span', { class: 'subtitle' });
const badge = html('span', { class: 'badge' });
const head = html('header', {}, title, subtitle, badge);
const picture = html('figure', { class: 'picture' });
const profile = html('div', { class: 'profile' });
const slider = html('input', { type: 'range', min: '0', step: '1', 'aria-label': 'Time of execution' });
const time = html('section', { class: 'time' }, profile, slider);
const legend = html('ul', { class: 'legend' });
const budget = html('section', { class: 'budget' });
const text = html('pre', {});
const words = html('details', {}, html('summary', {}, 'As text'), text);
const tip = html('div', { class: 'tip', role: 'tooltip', hidden: '' });
const body = html('main', {}, head, picture, time, legend, budget, words);
root.append(note, body, tip);

window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
  if (data.type === 'map') {
    shown = data;
    remember();
  } else if (data.type === 'layer') {
    if (shown?.map.steps.every((step) => step.layer !== data.layer)) return;
    select(data.layer);
    return;
  } else if (data.file === null || data.file !== shown?.file) {
    shown = undefined;
  }
  root.classList.toggle('old', data.type === 'nothing' && shown !== undefined);
  note.textContent =
    data.type === 'map'
      ? ''
      : shown
        ? 'The text cannot be read at the moment: this is its last map.'
        : data.file === null
          ? 'Open a network file to see its memory map.'
          : `${data.file} has no memory map: it is no network, or it cannot be read yet.`;
  draw();
});
slider.addEventListener('input', () => {
  const step = shown?.map.steps[Number(slider.value)];
  if (step) select(step.layer);
});
title.addEventListener('click', () => vscode.postMessage({ type: 'reveal', layer }));
new ResizeObserver(draw).observe(picture);
vscode.postMessage({ type: 'ready' });

function select(chosen: number): void {
  layer = chosen;
  remember();
  draw();
}

function remember(): void {
  vscode.setState({ uri: shown?.uri, layer });
}

function draw(): void {
  const map = shown?.map;
  const index = Math.max(0, map?.steps.findIndex((step) => step.layer === layer) ?? 0);
  const step = map?.steps[index];
  body.hidden = !step;
  hideTip();
  if (!map || !step) return;
  layer = step.layer;
  const percent = Math.ceil((100 * step.used_bytes) / map.instance_bytes);
  title.textContent = `layer ${step.layer}${step.name ? ` ${step.name}` : ''}`;
  subtitle.textContent = `${step.operation}   ${shapes(step)}`;
  badge.textContent = `data ${percent} %${step.complete ? '' : ', in part unknown'} · ${map.device}`;
  drawPicture(map, step);
  drawTime(map, index);
  drawLegend(map, step);
  drawBudget(map, step);
  if (text.textContent !== shown?.text) text.textContent = shown?.text ?? '';
}

const place = ({ x, y, width, height }: Box) => `M${x} ${y}h${width}v${height}h${-width}z`;

function drawPicture(map: MemoryMap, step: Step): void {
  // Before the panel is laid out it has no width; the observer comes again.
  const width = picture.clientWidth;
  if (width === 0) return;
  const plan = layout(map, step, width, 240);
  const marks = letters(step.tensors);
  const parts = step.tensors.map((tensor, index) => {
    const own = plan.parts.filter((part) => part.tensor === index);
    const group = svg('g', { class: `part ${tone(step, index)}`, 'data-tensor': `${index}` });
    const path = own.flatMap(stripes).map(place).join('');
    group.append(svg('path', { d: path, class: 'fill' }), svg('path', { d: path, class: 'pattern' }));
    const [first] = extents(tensor.ranges);
    const said = [maker(map, tensor), `${first?.bytes}, ${first?.where}`, lifetime(map, step, tensor)];
    hover(group, index, said.filter(Boolean).join('\n'), tensor.layer);
    return group;
  });
  const signs = plan.parts.flatMap((part) => {
    const y = middle(part, plan.conflicts);
    if (y === undefined) return [];
    const at = { x: `${part.x + part.width / 2}`, y: `${y}`, 'data-tensor': `${part.tensor}` };
    return [svg('text', { ...at, class: `letter ${tone(step, part.tensor)}` }, marks[part.tensor] ?? '')];
  });
  const alarms = plan.conflicts.map((box) => {
    const mark = svg('g', { class: 'conflict' });
    mark.append(svg('path', { d: place(box) }), svg('path', { d: place(box), class: 'pattern' }));
    const bytes = `${hex(box.start)}–${hex(box.end)} of instance ${box.instance}`;
    hover(mark, undefined, `Conflict: ${bytes} is written\nwhile somebody needs what is there`, step.layer);
    return mark;
  });
  const image = svg('svg', {
    width: `${plan.width}`,
    height: `${plan.height}`,
    role: 'img',
    'aria-label': `Data memory while ${layerName(map, step.layer)} runs`,
  });
  image.append(
    patterns(),
    ...plan.quadrants.map(({ label, x }) => svg('text', { x: `${x}`, y: '13', class: 'mid' }, label)),
    ...plan.ticks.map(({ label, y }) => svg('text', { x: '48', y: `${y + 4}`, class: 'end' }, label)),
    ...plan.instances.map((box) => svg('path', { d: place(box), class: 'instance' })),
    ...plan.ticks.slice(1, -1).map(({ y }) =>
      svg('path', { d: `M52 ${y}H${plan.width - 6}`, class: 'grid' }),
    ),
    ...parts,
    ...alarms,
    ...signs,
    ...plan.peaks.map(({ x, y, width }) => svg('path', { d: `M${x - 1} ${y}h${width + 2}`, class: 'peak' })),
    ...plan.instances.map(({ instance, x, width }) =>
      svg('text', { x: `${x + width / 2}`, y: `${plan.height - 6}`, class: 'mid' }, `${instance}`),
    ),
  );
  picture.replaceChildren(image);
}

/** Operands have a tone each; so have tensors that wait. */
function tone(step: Step, index: number): string {
  const role = step.tensors[index]?.role ?? 'live';
  const before = step.tensors.slice(0, index).filter((tensor) => tensor.role === role).length;
  return `${role} ${role}-${before % 2}`;
}

function patterns(): SVGElement {
  const pattern = (id: string, size: number, d: string) => {
    const tile = { id, width: `${size}`, height: `${size}`, patternUnits: 'userSpaceOnUse' };
    return svg('pattern', tile, svg('path', { d, class: `ink ${id}-ink` }));
  };
  return svg(
    'defs',
    {},
    pattern('hatch', 6, 'M-1 1l2 -2M0 6l6 -6M5 7l2 -2'),
    pattern('dots', 5, 'M2 2h1v1h-1z'),
    pattern('cross', 6, 'M0 0l6 6M6 0l-6 6'),
  );
}

function hover(mark: Element, tensor: number | undefined, said: string, goal: number | null): void {
  mark.addEventListener('pointermove', (event) => {
    const { clientX, clientY } = event as PointerEvent;
    tip.textContent = goal === null ? said : `${said}\nClick to go to the layer`;
    tip.hidden = false;
    const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(clientX + 12, right))}px`;
    tip.style.top = `${clientY + 16 + window.scrollY}px`;
    highlight(tensor);
  });
  mark.addEventListener('pointerleave', hideTip);
  mark.addEventListener('click', () => {
    if (goal !== null) vscode.postMessage({ type: 'reveal', layer: goal });
  });
}

function hideTip(): void {
  tip.hidden = true;
  highlight(undefined);
}

/** The others step back. */
function highlight(tensor: number | undefined): void {
  for (const mark of root.querySelectorAll('[data-tensor]')) {
    const other = tensor !== undefined && mark.getAttribute('data-tensor') !== `${tensor}`;
    mark.classList.toggle('faint', other);
  }
}

/** Above the slider: how full memory is while each layer runs, each bar over the slider's stop. */
function drawTime(map: MemoryMap, index: number): void {
  slider.max = `${map.steps.length - 1}`;
  slider.value = `${index}`;
  // A thumb as wide as a bar stops right below each.
  slider.style.setProperty('--thumb', `${Math.max(14, time.clientWidth / map.steps.length)}px`);
  const named = map.steps[index];
  slider.setAttribute('aria-valuetext', named ? layerName(map, named.layer) : '');
  const labels = numbered(map.steps.length, time.clientWidth, index);
  profile.replaceChildren(
    ...map.steps.map((step, at) => {
      const percent = Math.ceil((100 * step.used_bytes) / map.instance_bytes);
      const alarm = step.conflicts.length > 0;
      const label = `${layerName(map, step.layer)}: data ${percent} %${alarm ? ', conflict' : ''}`;
      const bar = html('span', { class: 'bar' });
      bar.style.height = `${Math.max(2, Math.min(100, percent) * 0.36)}px`;
      const stop = html(
        'button',
        { class: `stop${at === index ? ' now' : ''}${alarm ? ' alarm' : ''}`, title: label, 'aria-label': label, tabindex: '-1' },
        alarm ? '!' : '',
        bar,
        html('span', { class: 'number' }, labels[at] ? `${step.layer}` : ''),
      );
      stop.addEventListener('click', () => select(step.layer));
      return stop;
    }),
  );
}

const ROLES = { reads: 'reads', writes: 'writes', live: 'keeps' };

function drawLegend(map: MemoryMap, step: Step): void {
  const marks = letters(step.tensors);
  const rows = step.tensors.map((tensor, index) => {
    const row = html(
      'button',
      { class: 'entry row', 'data-tensor': `${index}` },
      html('span', { class: `swatch ${tone(step, index)}`, 'aria-hidden': 'true' }, marks[index] ?? ''),
      html('span', { class: 'role' }, ROLES[tensor.role]),
      html('span', {}, ...extents(tensor.ranges).map(({ bytes, where }) => pair(bytes, where))),
      pair(maker(map, tensor), lifetime(map, step, tensor)),
    );
    row.addEventListener('pointerenter', () => highlight(index));
    row.addEventListener('pointerleave', () => highlight(undefined));
    const goal = tensor.layer;
    if (goal === null) row.disabled = true;
    else row.addEventListener('click', () => vscode.postMessage({ type: 'reveal', layer: goal }));
    return html('li', {}, row);
  });
  const lost = extents(conflicts(step)).map(({ bytes, where }) =>
    html(
      'li',
      { class: 'entry lost' },
      html('span', { class: 'swatch conflict', 'aria-hidden': 'true' }, '!'),
      html('span', { class: 'role' }, 'conflict'),
      pair(bytes, where),
      pair('written while somebody needs', 'what is there'),
    ),
  );
  const gap = step.complete ? [] : [html('li', { class: 'entry gap' }, UNKNOWN)];
  legend.replaceChildren(...lost, ...rows, peak(map), ...gap);
}

const UNKNOWN =
  'Not all that this layer reads and writes is known. Findings in the text may say why; else the ' +
  'input’s or the weights’ shapes are missing: NAME.shapes.json beside NAME.yaml, or in_channels, ' +
  'out_channels and in_dim of the layers.';

/** A fact, and what is said of it below. */
const pair = (fact: string, below: string) =>
  html('span', { class: 'pair' }, fact, html('span', { class: 'below' }, below));

function peak(map: MemoryMap): HTMLElement {
  const { parts, complete } = map.budget.data_memory;
  const most = Math.max(0, ...parts.map(({ percent }) => percent));
  const fullest = parts.flatMap(({ percent }, instance) => (percent === most ? [instance] : []));
  return html(
    'li',
    { class: 'entry' },
    html('span', { class: 'swatch peak-swatch', 'aria-hidden': 'true' }),
    html('span', { class: 'role' }, 'peak'),
    most > 0 ? pair(`${complete ? '' : 'at least '}${most} %`, among(fullest)) : pair('unknown', ''),
    pair('highest use of each instance', 'over the whole run'),
  );
}

function drawBudget(map: MemoryMap, { cost }: Step): void {
  const { kernel_memory, bias_memory, weight_bytes, macs, cycles } = map.budget;
  const of = (value: number | null, unit: string) => (value === null ? [] : [`${amount(value)} ${unit}`]);
  const sum = [
    ...of(weight_bytes, 'bytes of weights'),
    ...of(macs, 'MACs'),
    ...of(cycles, 'cycles, an estimate'),
  ];
  const own = [
    ...of(cost.kernel_rows, 'kernel rows'),
    ...of(cost.bias_bytes, 'bias bytes'),
    ...of(cost.macs, 'MACs'),
    ...of(cost.cycles, 'cycles'),
  ];
  budget.replaceChildren(
    meter('Weights', kernel_memory, 'processor', 'rows', 'height'),
    meter('Biases', bias_memory, 'quadrant', 'bytes', 'width'),
    html('p', { class: 'sum' }, html('b', {}, 'Network '), sum.join(' · ') || 'unknown'),
    html('p', { class: 'sum' }, html('b', {}, 'This layer '), own.join(' · ') || 'unknown'),
  );
}

/** A bar for each part of a memory, and the fullest in words. */
function meter(name: string, { parts, complete }: Share, part: string, unit: string, grows: 'height' | 'width'): HTMLElement {
  const fullest = parts.reduce((most, { percent }, at) => (percent > (parts[most]?.percent ?? 0) ? at : most), 0);
  const usage = parts[fullest];
  const bars = parts.map(({ used, limit, percent }, at) => {
    const level = html('span', { class: `level${percent > 100 ? ' over' : ''}` });
    level.style[grows] = `${Math.min(100, percent)}%`;
    const first = grows === 'height' && at % 16 === 0 && at > 0;
    return html('span', { class: `cell${first ? ' first' : ''}`, title: `${part} ${at}: ${used} of ${limit} ${unit}, ${percent} %` }, level);
  });
  const most = !usage || (!complete && usage.used === 0)
    ? 'unknown'
    : `${complete ? '' : 'at least '}${usage.percent} % · ${part} ${fullest} has ${usage.used} of ${usage.limit} ${unit}`;
  return html('div', { class: 'meter' }, html('p', {}, html('b', {}, `${name} `), most), html('div', { class: `cells ${grows}`, role: 'img', 'aria-label': `${name}: ${most}` }, ...bars));
}
