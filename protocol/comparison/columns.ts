/** What can be a column of the comparison: for sorting, filtering, pictures and exports. */

import { duration, loss, percent, spread } from '../format.ts';
import { overallState, type Spread } from '../runs.ts';
import { meanOf } from '../statistics.ts';
import { tagsOf } from '../text/annotations.ts';
import { epochNote } from './epochs.ts';
import { changesText, type TableRow } from './table.ts';
import { intervalText, points } from './verdicts.ts';

/** One column of a table of texts. */
export interface TextColumn {
  head: string;
  /** Words, not numbers. */
  words?: true;
  text: (row: TableRow) => string;
}

export interface Column {
  /** A name for filters: `accuracy`, `neuron.leak`. */
  id: string;
  label: string;
  unit?: '%' | 'pp' | 's';
  title?: string;
  /** Where a row has several: each of them, `value` is all as one text. */
  values?: (row: TableRow) => readonly string[];
  /** As it is shown, a percentage from 0 to 100; undefined where there is none. */
  value: (row: TableRow) => number | string | undefined;
  /** The largest value is what one looks for first. */
  largestFirst?: boolean;
  /** What it is in a table of texts. */
  texts: readonly TextColumn[];
  /** A field of the settings, and no result. */
  setting?: true;
}

const finite = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);
const hundredfold = (s: Spread | undefined): number | undefined => s && finite(100 * s.mean);

export function meanRate(rates: readonly Spread[] | undefined): number | undefined {
  if (!rates || rates.length === 0) return undefined;
  return meanOf(rates.map((rate) => rate.mean));
}

/** Mean over the finished runs, where all of them have the number. */
function rowMean(row: TableRow, pick: (run: TableRow['results'][number]) => number | undefined): number | undefined {
  const values = row.results.flatMap((run) => finite(pick(run)) ?? []);
  return values.length === 0 || values.length < row.results.length ? undefined : meanOf(values);
}

/** Each note once. */
function notesOf({ runs }: TableRow): string {
  return [...new Set(runs.flatMap(({ note }) => note ?? []))].join('; ');
}

const number = (value: number | undefined, digits: number): string =>
  value === undefined ? '–' : value.toFixed(digits);

/** The learned leak of a run's layers: the mean of their means; undefined where none is learned. */
function learnedLeak({ result }: TableRow['results'][number]): number | undefined {
  const means = (result?.leaks ?? []).flatMap((leak) => leak?.mean ?? []);
  return means.length === 0 ? undefined : means.reduce((a, b) => a + b) / means.length;
}

const VARIANT: Column = {
  id: 'variant',
  label: 'Variant',
  value: (row) => row.variant,
  texts: [
    { head: 'Variant', words: true, text: (row) => row.variant },
    {
      head: 'Changes',
      words: true,
      text: (row) => (row.earlier ? 'earlier settings' : changesText(row.changes) || '–'),
    },
  ],
};

/** What a run gives; the first ones are shown unless somebody chooses otherwise. */
export const RESULT_COLUMNS: readonly Column[] = [
  VARIANT,
  {
    id: 'accuracy',
    label: 'Accuracy',
    unit: '%',
    title: 'On the test set, at the epoch with the best validation accuracy, or else at the last epoch',
    value: (row) => hundredfold(row.accuracy),
    largestFirst: true,
    texts: [
      { head: 'Accuracy (%)', text: (row) => spread(row.accuracy, (v) => percent(v, 2)) },
      {
        head: 'Test set 95 % (%)',
        text: ({ testInterval }) =>
          testInterval ? `${percent(testInterval.low)} to ${percent(testInterval.high)}` : '–',
      },
    ],
  },
  {
    id: 'difference',
    label: 'Difference',
    unit: 'pp',
    title: 'Percentage points against the reference, seed by seed, and what may be said of it',
    value: ({ verdict, accuracy }) =>
      verdict?.kind === 'baseline' ? accuracy && 0 : verdict?.paired && 100 * verdict.paired.mean,
    largestFirst: true,
    texts: [
      { head: 'Difference (pp)', text: ({ verdict }) => (verdict?.paired ? points(verdict.paired.mean, 2) : '–') },
      {
        head: '95 % interval (pp)',
        text: ({ verdict }) => (verdict?.paired?.interval ? intervalText(verdict.paired.interval, 2) : '–'),
      },
      { head: 'Verdict', words: true, text: ({ verdict }) => verdict?.sentence ?? '–' },
    ],
  },
  {
    id: 'loss',
    label: 'Loss',
    value: (row) => finite(row.loss?.mean),
    texts: [{ head: 'Loss', text: (row) => spread(row.loss, loss) }],
  },
  {
    id: 'spikes',
    label: 'Spike rate',
    unit: '%',
    title: 'Spikes per neuron and step in each spiking layer',
    value: (row) => {
      const rate = meanRate(row.spikeRates);
      return rate === undefined ? undefined : 100 * rate;
    },
    largestFirst: true,
    texts: [
      { head: 'Spike rates (%)', text: (row) => row.spikeRates?.map((r) => percent(r.mean, 1)).join(' / ') ?? '–' },
    ],
  },
  {
    id: 'time',
    label: 'Time',
    unit: 's',
    title: 'Training time of one run',
    value: (row) => row.seconds?.mean,
    texts: [{ head: 'Time', text: (row) => (row.seconds ? duration(row.seconds.mean) : '–') }],
  },
  {
    id: 'last',
    label: 'Last accuracy',
    unit: '%',
    title: 'On the test set, at the last epoch, whichever counts',
    value: (row) => hundredfold(row.lastAccuracy),
    largestFirst: true,
    texts: [{ head: 'Last accuracy (%)', text: (row) => spread(row.lastAccuracy, (v) => percent(v, 2)) }],
  },
  {
    id: 'learned',
    label: 'Learned leak k',
    title: 'Mean over layers and seeds of the leak k that was learned, at the epoch that counts',
    value: (row) => rowMean(row, learnedLeak),
    texts: [{ head: 'Learned leak k', text: (row) => number(rowMean(row, learnedLeak), 3) }],
  },
  {
    id: 'epoch',
    label: 'Epoch that counts',
    title: 'Mean over the seeds of the epoch that the numbers are of',
    value: (row) => rowMean(row, (run) => run.result?.epoch),
    texts: [
      {
        head: 'Epoch that counts',
        text: (row) => {
          const mean = rowMean(row, (run) => run.result?.epoch);
          return number(mean, Number.isInteger(mean) ? 0 : 1);
        },
      },
    ],
  },
  {
    id: 'note',
    label: 'Notes',
    title: 'What somebody said of the runs',
    value: (row) => notesOf(row) || undefined,
    texts: [{ head: 'Notes', words: true, text: (row) => notesOf(row) || '–' }],
  },
  {
    id: 'tag',
    label: 'Tags',
    title: 'Of any of its runs',
    value: ({ runs }) => tagsOf(runs).join(', ') || undefined,
    values: ({ runs }) => tagsOf(runs),
    texts: [{ head: 'Tags', words: true, text: ({ runs }) => tagsOf(runs).join(', ') || '–' }],
  },
  {
    id: 'seeds',
    label: 'Seeds',
    title: 'Seeds that have finished',
    value: (row) => row.results.length,
    largestFirst: true,
    texts: [],
  },
];

/** What is shown unless somebody chooses otherwise. */
export const DEFAULT_COLUMNS: readonly string[] = ['variant', 'accuracy', 'difference', 'loss', 'spikes', 'time'];

/** What can be filtered by beside the columns. */
export const FILTER_ONLY: readonly Column[] = [
  {
    id: 'state',
    label: 'State',
    title: 'queued, running, finished, stopped, failed or interrupted',
    value: (row) => overallState(row.runs) ?? 'missing',
    texts: [],
  },
  {
    id: 'starred',
    label: 'Starred',
    title: 'Whether any of its runs has a star',
    value: (row) => (row.runs.some(({ starred }) => starred) ? 'yes' : 'no'),
    texts: [],
  },
  { id: 'earlier', label: 'Earlier settings', value: (row) => (row.earlier ? 'yes' : 'no'), texts: [] },
];

/** A field of the settings, `neuron.leak`, as a column. */
export function settingColumn(field: string): Column {
  const text = (row: TableRow): string | undefined => row.settings?.[field];
  return {
    id: field,
    label: field,
    setting: true,
    value: (row) => {
      const value = text(row);
      const asNumber = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
      return Number.isFinite(asNumber) ? asNumber : value;
    },
    texts: [{ head: field, words: true, text: (row) => text(row) ?? '–' }],
  };
}

/** Of how many seeds and of which epochs the numbers are: part of every table that leaves the editor. */
const STANDING: readonly TextColumn[] = [
  {
    head: 'Seeds',
    text: (row) =>
      row.wanted > row.results.length ? `${row.results.length} of ${row.wanted}` : String(row.results.length),
  },
  { head: 'Epochs', words: true, text: (row) => epochNote(row.results) || '–' },
];

/** The table of texts that these columns are; what a variant changes goes where its settings have columns of their own. */
export function textColumns(columns: readonly Column[]): TextColumn[] {
  const settings = columns.some(({ setting }) => setting);
  const texts = columns.flatMap((column) => (column === VARIANT && settings ? column.texts.slice(0, 1) : column.texts));
  return [...texts, ...STANDING];
}

/** What is written of a comparison unless somebody chooses otherwise. */
export function defaultTexts(): TextColumn[] {
  return textColumns(RESULT_COLUMNS.filter(({ id }) => DEFAULT_COLUMNS.includes(id)));
}
