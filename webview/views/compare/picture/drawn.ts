/** What a picture of settings and results is, whichever it is. */
import type { SVGTemplateResult, TemplateResult } from 'lit';
import { type Column, meanRate, RESULT_COLUMNS } from '../../../../protocol/comparison/columns.ts';
import type { RunSummary } from '../../../../protocol/runs.ts';
import type { Quantity } from '../../../plot/quantity-axis.ts';
import type { KeyEntry, RelationLook } from '../../../plot/relation.ts';
import type { Row } from '../rows.ts';

/** A result of one run, in the units of its column. */
export const OF_RUN: Record<string, (run: RunSummary) => number | undefined> = {
  accuracy: ({ result }) => result && 100 * result.accuracy,
  loss: ({ result }) => result?.loss,
  spikes: ({ result }) => {
    const rate = meanRate(result?.spikeRates?.map((mean) => ({ mean, count: 1 })));
    return rate === undefined ? undefined : 100 * rate;
  },
  time: ({ seconds }) => seconds,
  last: ({ last }) => last?.test && 100 * last.test.accuracy,
  epoch: ({ result }) => result?.epoch,
};
export const RESULTS = RESULT_COLUMNS.filter(({ id }) => Object.hasOwn(OF_RUN, id));

/** In the order of the file. */
export function keyOf(rows: readonly Row[]): KeyEntry[] {
  return rows.map((row) => ({ group: row.index, name: nameOf(row) }));
}

export function nameOf({ earlier, variant }: Row): string {
  return earlier ? `${variant} (earlier settings)` : variant;
}

export interface Drawn {
  /** Empty where the picture needs none. */
  key: readonly KeyEntry[];
  /** What a variant is drawn with, around a place. */
  sign?: (group: number, x: number, y: number) => SVGTemplateResult;
  title: string;
  note: string;
  /** Of each dot or line, for whoever reads them. */
  texts: readonly string[];
  svg: (look: RelationLook, scheme?: 'dark' | 'light') => TemplateResult;
}

export function shown(value: Quantity | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : String(Number(value.toPrecision(4)));
}

/** `Accuracy (%)` */
export function labelOf({ label, unit }: Column): string {
  return `${label}${unit ? ` (${unit})` : ''}`;
}
