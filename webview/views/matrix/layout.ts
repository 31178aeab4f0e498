import type { TableRow } from '../../../protocol/comparison/table.ts';
import type { Matrix, MatrixColumn } from '../../../protocol/matrix.ts';

/** More seeds than these share one column. */
const MAX_SEEDS = 12;

export const RESULTS = {
  accuracy: {
    label: 'Accuracy',
    unit: '%',
    about: 'Mean ± standard deviation over the seeds, at the epoch that counts',
  },
  difference: {
    label: 'Difference',
    unit: 'pp',
    about: 'Difference from the first variant, seed by seed, and the verdict',
  },
  spikes: { label: 'Spike rate', unit: '%', about: 'Spikes per neuron and step in each spiking layer' },
} as const;
export type Result = keyof typeof RESULTS;

/** What stands in a column. */
export type Column =
  | { kind: 'name' }
  | { kind: 'setting'; index: number; setting: MatrixColumn }
  | { kind: 'seed'; seed: number }
  | { kind: 'seeds'; seeds: readonly number[] }
  | { kind: 'result'; result: Result };

/** From left to right: the name, the settings, how far each seed is, what came out. */
export function columnsOf({ columns, seeds }: Matrix): Column[] {
  return [
    { kind: 'name' },
    ...columns.map((setting, index): Column => ({ kind: 'setting', index, setting })),
    ...(seeds.length > MAX_SEEDS
      ? [{ kind: 'seeds', seeds } as const]
      : seeds.map((seed): Column => ({ kind: 'seed', seed }))),
    ...(Object.keys(RESULTS) as Result[]).map((result): Column => ({ kind: 'result', result })),
  ];
}

/** `leak` of `neuron.leak`, and where that is: `neuron`. */
export function heading(field: string): { name: string; place: string } {
  const parts = field.split('.');
  return { name: parts.at(-1)!, place: parts.slice(0, -1).join('.') };
}

/** The word for a value, where its column has one: `none (k = 1)` for a leak of 1. */
export function wordFor({ choices }: MatrixColumn, text: string): string {
  const found = choices.find((choice) => choice.text === text);
  if (found?.label) return found.label;
  return text.startsWith('{ learnable: true') ? 'learnable' : text;
}

/** Of the last column, which has the buttons of the rows. */
export const ACTIONS_WIDTH = 44;
/** On both sides of what stands in a cell. */
const PADDING = 20;
/** A symbol beside it, and its gap. */
const SYMBOL = 22;
/** The little curve of a seed, and its gap. */
const CURVE = 50;

/**
 * Widths of the columns in CSS pixels, from what stands in them in any row: where they were left to the browser, each row
 * that comes into sight had the whole table measured.
 * @param digit width of a digit; letters are about as wide
 */
export function widthsOf(
  matrix: Matrix,
  columns: readonly Column[],
  results: ReadonlyMap<string, TableRow>,
  digit: number,
): number[] {
  const rows = [...results.values()];
  const wide = (signs: number, more: number, least: number, most: number): number =>
    Math.round(Math.max(least, Math.min(most, signs * digit + PADDING + more)));
  return columns.map((column) => {
    switch (column.kind) {
      case 'name':
        return wide(Math.max(...matrix.rows.map(({ variant }) => variant.length), 12), SYMBOL, 150, 280);
      case 'setting': {
        const { setting, index } = column;
        const { name, place } = heading(setting.field);
        const cells = [matrix.common[index]!, ...matrix.rows.map(({ cells }) => cells[index]!)];
        const texts = cells.map(({ text }) =>
          text === 'true' || text === 'false' ? 7 : wordFor(setting, text).length,
        );
        const symbol = cells.some(({ problem }) => problem) ? SYMBOL : 0;
        return wide(Math.max(name.length, place.length, ...texts), symbol, 72, 220);
      }
      case 'seed':
        return wide(6, SYMBOL + CURVE, 0, 200);
      case 'seeds':
        return 220;
      case 'result':
        return wide(signsOf(column.result, rows), 0, 90, 320);
    }
  });
}

function signsOf(result: Result, rows: readonly TableRow[]): number {
  switch (result) {
    case 'accuracy':
      return rows.some(({ accuracy, wanted, results }) => accuracy && wanted > results.length) ? 33 : 16;
    case 'difference':
      return 17;
    case 'spikes':
      return Math.max(9, ...rows.map(({ spikeRates }) => 7 * (spikeRates?.length ?? 0)));
  }
}

/** Where each column begins, and at the end where the last one ends. */
export function startsOf(widths: readonly number[]): number[] {
  let at = 0;
  return [0, ...widths.map((width) => (at += width))];
}

/**
 * The columns [from, to) that are drawn beside the names, which stay in sight: those on screen, and some more.
 * @param starts as of `startsOf`
 */
export function drawnColumns(scrollLeft: number, width: number, starts: readonly number[]): [number, number] {
  const more = 3;
  const columns = starts.length - 1;
  const names = starts[1]!;
  let from = 1;
  while (from < columns && starts[from + 1]! <= scrollLeft + names) from++;
  let to = from;
  while (to < columns && starts[to]! < scrollLeft + width) to++;
  return [Math.max(1, from - more), Math.min(columns, to + more)];
}
