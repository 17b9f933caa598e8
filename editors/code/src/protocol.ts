/** What the server is asked and told beyond the Language Server Protocol. */

export interface Range {
  instance: number;
  start: number;
  end: number;
  step: number;
}

export interface Tensor {
  layer: number | null;
  role: 'reads' | 'writes' | 'live';
  needed_until: number | null;
  ranges: Range[];
}

export interface Cost {
  macs: number | null;
  weight_bytes: number | null;
  kernel_rows: number | null;
  bias_bytes: number | null;
  cycles: number | null;
}

export interface Step {
  layer: number;
  name: string | null;
  operation: string;
  input: [number, number, number, number] | null;
  output: [number, number, number] | null;
  tensors: Tensor[];
  conflicts: { instance: number; offset: number }[];
  used_bytes: number;
  cost: Cost;
  complete: boolean;
}

export interface Usage {
  used: number;
  limit: number;
  percent: number;
}

export interface Share {
  parts: Usage[];
  complete: boolean;
}

/** `ai8x-lint schema map` describes it; here is what the panel draws. */
export interface MemoryMap {
  device: string;
  instance_bytes: number;
  steps: Step[];
  budget: {
    data_memory: Share;
    kernel_memory: Share;
    bias_memory: Share;
    weight_bytes: number | null;
    macs: number | null;
    cycles: number | null;
  };
}

/** The answer to `ai8x/map`; null for a file that is no network. */
export type MapAnswer = { map: MemoryMap; text: string } | null;

/** The answer to `ai8x.checkWorkspace`. */
export interface Counts {
  files: number;
  errors: number;
  warnings: number;
  others: number;
  unread: number;
}

/** The answer to `ai8x.allocate`; null for a file that is no network. */
export type Allocation = { summary: string } | null;

export type Theme = 'dark' | 'light' | 'highContrast';

export const MAP_REQUEST = 'ai8x/map';
export const THEME_NOTIFICATION = 'ai8x/theme';

/** From the extension to the panel. */
export type ToPanel =
  | { type: 'map'; uri: string; file: string; map: MemoryMap; text: string }
  /** The text cannot be understood at the moment; `file` is null where no network is open. */
  | { type: 'nothing'; file: string | null }
  /** The cursor stands in this layer. */
  | { type: 'layer'; layer: number };

/** From the panel to the extension. */
export type FromPanel = { type: 'ready' } | { type: 'reveal'; layer: number };

/** What the panel's page remembers when the window is loaded again. */
export interface PanelState {
  /** The network. */
  uri?: string;
  /** The layer at hand. */
  layer?: number;
}
