import type { Range } from 'vscode-languageclient';

/** A symbol of the server's outline, as far as layers are concerned. */
export interface Symbol {
  name: string;
  range: Range;
  selectionRange: Range;
  children?: Symbol[];
}

/**
 * Where each layer stands, by its number. The layers stand directly below the network and are named by
 * `#` and their number, which need not be their position: `sequence` may say otherwise.
 */
export function layers(outline: Symbol[]): Map<number, Symbol> {
  const found = new Map<number, Symbol>();
  for (const symbol of outline.flatMap(({ children }) => children ?? [])) {
    const number = /^#(\d+)\b/.exec(symbol.name)?.[1];
    if (number !== undefined) found.set(Number(number), symbol);
  }
  return found;
}

/** The layer on this line. */
export function layerAt(layers: Map<number, Symbol>, line: number): number | undefined {
  for (const [number, { range }] of layers) {
    if (range.start.line <= line && line <= range.end.line) return number;
  }
  return undefined;
}
