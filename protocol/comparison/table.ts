/** The comparison of variants as rows, for whatever shows or writes them. */
import type { Comparison, ComparisonRow } from '../runs.ts';

export interface TableRow extends ComparisonRow {
  /** Trained with settings that the file no longer has. */
  earlier: boolean;
  /** Seeds of the file; 0 for earlier settings, of which nothing is asked. */
  wanted: number;
  /** Dotted path → value, of the fields in which rows differ; absent where that is not known, or there is no such field. */
  settings?: Readonly<Record<string, string>>;
}

/** The rows of the file as it is now. */
export function tableRows({ rows, seeds }: Comparison): TableRow[] {
  return rows.map((row) => ({ ...row, earlier: false, wanted: seeds.length }));
}

/** Whether the seeds say that the accuracy is better than the reference's: what is set in bold, everywhere. */
export function isBetter({ verdict }: Pick<ComparisonRow, 'verdict'>): boolean {
  return verdict?.kind === 'better';
}

/** The column that is bold where the verdict is. */
export const BOLD = 'Accuracy (%)';

/** What an export is of. */
export interface Excerpt {
  /** The variant that the others are compared with, where it is not the first of the file. */
  reference?: string | undefined;
  /** The filter that some rows did not pass. */
  filter?: string | undefined;
  /** Rows in all. */
  of?: number | undefined;
}

/** How the numbers are to be read. */
export function noteText(reference = 'the first variant'): string {
  return `Mean ± sample standard deviation over the seeds that finished. Differences are paired by seed against ${reference}, with the 95 % interval of their mean by Student’s t; bold: better by the sign-flip test at 5 %, Holm-corrected over the variants. Test set: Wilson’s 95 % interval of the mean accuracy.`;
}

/**
 * How the numbers are to be read, on how much of the data they are where that is not all, and which rows were left out:
 * whoever reads an export has nothing else.
 */
export function noteOf(rows: readonly Pick<ComparisonRow, 'fewer'>[], { reference, filter, of }: Excerpt = {}): string {
  const left = filter ? [`${rows.length} of ${of ?? rows.length} rows: ${filter}.`] : [];
  return [noteText(reference), ...new Set(rows.flatMap(({ fewer }) => fewer ?? [])), ...left].join(' ');
}

export function changesText(changes: Record<string, string>): string {
  return Object.entries(changes)
    .map(([path, value]) => `${path}: ${value}`)
    .join('; ');
}
