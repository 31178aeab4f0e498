/** The comparison of variants as a table of texts, for whatever writes it down. */
import { duration, loss, percent, spread } from '../format.ts';
import type { Comparison, ComparisonRow } from '../runs.ts';
import { epochNote } from './epochs.ts';
import { intervalText, points } from './verdicts.ts';

export interface TableRow extends ComparisonRow {
  /** Trained with settings that the file no longer has. */
  earlier: boolean;
  /** Seeds of the file; 0 for earlier settings, of which nothing is asked. */
  wanted: number;
}

/** The rows of the file as it is now. */
export function tableRows({ rows, seeds }: Comparison): TableRow[] {
  return rows.map((row) => ({ ...row, earlier: false, wanted: seeds.length }));
}

/** Whether the seeds say that the accuracy is better than the baseline's: what is set in bold, everywhere. */
export function isBetter({ verdict }: Pick<ComparisonRow, 'verdict'>): boolean {
  return verdict?.kind === 'better';
}

export const HEAD = [
  ...['Variant', 'Changes', 'Accuracy (%)', 'Test set 95 % (%)', 'Difference (pp)', '95 % interval (pp)', 'Verdict'],
  ...['Loss', 'Spike rates (%)', 'Time', 'Seeds', 'Epochs'],
];

/** The column that is bold where the verdict is. */
export const ACCURACY = HEAD.indexOf('Accuracy (%)');
/** Columns of words. */
export const WORDS: ReadonlySet<string> = new Set(['Variant', 'Changes', 'Verdict', 'Epochs']);

/** How the numbers are to be read. */
export const NOTE =
  'Mean ± sample standard deviation over the seeds that finished. Differences are paired by seed against the first variant, with the 95 % interval of their mean by Student’s t; bold: better by the sign-flip test at 5 %, Holm-corrected over the variants. Test set: Wilson’s 95 % interval of the mean accuracy.';

/** NOTE, and on how much of the data the numbers are where that is not all: whoever reads an export has nothing else. */
export function noteOf(rows: readonly Pick<ComparisonRow, 'fewer'>[]): string {
  return [NOTE, ...new Set(rows.flatMap(({ fewer }) => fewer ?? []))].join(' ');
}

/** One text for each column of HEAD. */
export function cells(row: TableRow): string[] {
  const { paired } = row.verdict ?? {};
  return [
    row.variant,
    row.earlier ? 'earlier settings' : changesText(row.changes) || '–',
    spread(row.accuracy, (v) => percent(v, 2)),
    row.testInterval ? `${percent(row.testInterval.low)} to ${percent(row.testInterval.high)}` : '–',
    paired ? points(paired.mean, 2) : '–',
    paired?.interval ? intervalText(paired.interval, 2) : '–',
    row.verdict?.sentence ?? '–',
    spread(row.loss, loss),
    row.spikeRates?.map((r) => percent(r.mean, 1)).join(' / ') ?? '–',
    row.seconds ? duration(row.seconds.mean) : '–',
    row.wanted > row.results.length ? `${row.results.length} of ${row.wanted}` : String(row.results.length),
    epochNote(row.results) || '–',
  ];
}

export function changesText(changes: Record<string, string>): string {
  return Object.entries(changes)
    .map(([path, value]) => `${path}: ${value}`)
    .join('; ');
}
