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
