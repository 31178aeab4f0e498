/** Several studies in one table: variants × data sets. */

import { percent, spread } from '../format.ts';
import type { Spread } from '../runs.ts';
import { csvField } from '../text/csv.ts';
import { latexTable, latexText } from './latex.ts';
import { markdownCell, markdownTable } from './markdown.ts';
import { isBetter } from './table.ts';
import type { Verdict } from './verdicts.ts';

export interface StudyColumn {
  /** The data set, and where several studies have the same one, the study, too. */
  label: string;
  dataset: string;
  study: string;
  file: string;
  seeds: number[];
}

/** One variant on one data set. */
export interface StudyCell {
  /** Finished seeds and their accuracies. */
  values: { seed: number; accuracy: number }[];
  accuracy?: Spread;
  verdict?: Verdict;
  /** Sentences: of which data there were fewer samples than there should be. */
  fewer?: string[];
  /** What the paper printed for it, as a fraction. */
  printed?: number;
}

export interface AggregateValue {
  value: number;
  interval?: [number, number];
}

export interface StudiesRow {
  variant: string;
  /** One for each column; null where that study has no such variant. */
  cells: (StudyCell | null)[];
  /** Columns that the numbers over all of them are of: those with results. */
  over: number;
  interquartileMean?: AggregateValue;
  /** Against the first row; absent there. */
  improvement?: AggregateValue;
}

export interface StudiesTable {
  columns: StudyColumn[];
  rows: StudiesRow[];
  /** Sentences: which data sets had fewer samples than they are known to have. */
  fewer?: string[];
}

/** The studies that could be read in one table, and why the others could not. */
export interface StudiesAcross {
  table: StudiesTable;
  unread: { file: string; message: string }[];
}

const STUDIES_NOTE =
  'Mean ± sample standard deviation over the seeds that finished, (n of N) where some have not; [ ] as printed in Table 6 of the paper, whose settings may be others. Bold in the exports: better than the first variant by the sign-flip test at 5 %, Holm-corrected within each study. IQM: interquartile mean of all seeds of all data sets; P: probability that a seed is better than one of the first variant, the mean over the data sets; both by rliable’s definitions, with 95 % intervals of the stratified bootstrap.';

/** How the numbers are to be read, and on how much of the data they are where that is not all. */
export function studiesNote({ fewer = [] }: StudiesTable): string {
  return [STUDIES_NOTE, ...fewer].join(' ');
}

export function studiesHead({ columns }: StudiesTable): string[] {
  return ['Variant', ...columns.map(({ label }) => label), 'IQM (%)', 'P (%)', 'Data sets'];
}

/** Columns of words. */
export const STUDIES_WORDS: ReadonlySet<string> = new Set(['Variant']);

export function studiesCells(table: StudiesTable, bold: (text: string) => string = (text) => text): string[][] {
  return table.rows.map((row) => [
    row.variant,
    ...row.cells.map((cell, i) => cellText(cell, table.columns[i]!.seeds.length, bold)),
    aggregateText(row.interquartileMean),
    aggregateText(row.improvement),
    `${row.over} of ${table.columns.length}`,
  ]);
}

function cellText(cell: StudyCell | null, seeds: number, bold: (text: string) => string): string {
  if (!cell) return '–';
  const n = cell.values.length;
  const text = spread(cell.accuracy, (value) => percent(value, 2));
  const own = isBetter(cell) ? bold(text) : text;
  const of = n > 0 && n < seeds ? ` (${n} of ${seeds})` : '';
  return `${own}${of}${cell.printed === undefined ? '' : ` [${percent(cell.printed, 2)}]`}`;
}

function aggregateText(value: AggregateValue | undefined): string {
  if (!value) return '–';
  const range = value.interval ? ` (${value.interval.map((end) => percent(end, 1)).join(' to ')})` : '';
  return `${percent(value.value, 1)}${range}`;
}

export function studiesMarkdown(table: StudiesTable): string {
  const rows = studiesCells(table, (text) => `**${text}**`).map((row) => row.map(markdownCell));
  return [...markdownTable(studiesHead(table).map(markdownCell), rows, STUDIES_WORDS), '', studiesNote(table), ''].join(
    '\n',
  );
}

export function studiesLatex(table: StudiesTable): string {
  // Bold is put around what is escaped already, so the cells are marked first.
  const [open, close] = ['\uE001', '\uE002'];
  const rows = studiesCells(table, (text) => `${open}${text}${close}`).map((row) =>
    row.map((text) => latexText(text).replace(open, '\\textbf{').replace(close, '}')),
  );
  return latexTable(studiesHead(table), rows, STUDIES_WORDS, studiesNote(table));
}

/** Full precision, one line for each variant and data set, and one for each variant over all of them. */
export function studiesCsv(table: StudiesTable): string {
  const head = 'variant,dataset,study,seeds,seeds_wanted,accuracy_mean,accuracy_sd,accuracies,printed,verdict,data';
  const more = 'iqm,iqm_low,iqm_high,improvement,improvement_low,improvement_high';
  const number = (value: number | undefined): string => (value === undefined ? '' : String(value));
  const lines = table.rows.flatMap((row) => {
    const variant = csvField(row.variant);
    const each = row.cells.flatMap((cell, i) => {
      if (!cell) return [];
      const { dataset, study, seeds } = table.columns[i]!;
      const values = cell.values.map(({ seed, accuracy }) => `${seed}: ${accuracy}`).join('; ');
      return [
        [
          ...[variant, csvField(dataset), csvField(study), String(cell.values.length), String(seeds.length)],
          ...[number(cell.accuracy?.mean), number(cell.accuracy?.deviation), csvField(values), number(cell.printed)],
          ...[csvField(cell.verdict?.sentence ?? ''), csvField(cell.fewer?.join(' ') ?? ''), '', '', '', '', '', ''],
        ].join(','),
      ];
    });
    const all = [row.interquartileMean, row.improvement].flatMap((one) => [
      one?.value,
      one?.interval?.[0],
      one?.interval?.[1],
    ]);
    const total = [variant, 'all', '', String(row.over), '', '', '', '', '', '', '', ...all.map(number)].join(',');
    return [...each, total];
  });
  return `${[`${head},${more}`, ...lines].join('\n')}\n`;
}
