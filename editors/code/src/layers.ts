import type { Range } from 'vscode-languageclient';

/** A symbol of the server's outline, as far as layers are concerned. */
export interface Symbol {
  name: string;
  range: Range;
  selectionRange: Range;
  children?: Symbol[];
}

/**
 * Where each layer stands, by its number. The outline names a layer by `#` and its number, which need
 * not be its position: `sequence` may say otherwise.
 */
export function layers(outline: Symbol[]): Map<number, Symbol> {
  const found = new Map<number, Symbol>();
  const visit = (symbol: Symbol) => {
    const number = /^#(\d+)\b/.exec(symbol.name)?.[1];
    if (number !== undefined) found.set(Number(number), symbol);
    else symbol.children?.forEach(visit);
  };
  outline.forEach(visit);
  return found;
}

/** The layer on this line. */
export function layerAt(layers: Map<number, Symbol>, line: number): number | undefined {
  for (const [number, { range }] of layers) {
    if (range.start.line <= line && line <= range.end.line) return number;
  }
  return undefined;
}
