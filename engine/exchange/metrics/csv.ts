/** The numbers of runs as a CSV table (RFC 4180, UTF-8). */
import { csvField } from '../../../protocol/text/csv.ts';
import { type LoggedRun, metricRows } from './rows.ts';

/** The columns of the long table, in CSV and in Parquet. */
export const COLUMNS = [
  'run',
  'study',
  'variant',
  'seed',
  'state',
  'kind',
  'epoch',
  'step',
  'split',
  'quantity',
  'layer',
  'value',
] as const;

/** Rows that are handed on together. */
const BLOCK = 4096;

/** The table in pieces, the line of names first. Values have all their digits; one that was no number is empty. */
export function* csvParts(runs: readonly LoggedRun[]): Generator<string> {
  let lines = [COLUMNS.join(',')];
  for (const { summary, history } of runs) {
    const { id, study, variant, seed, state } = summary;
    const which = [id, study, variant, String(seed), state].map(csvField).join(',');
    for (const { kind, epoch, step, split, quantity, layer, value } of metricRows(history)) {
      lines.push(`${which},${kind},${epoch},${step},${split},${quantity},${layer ?? ''},${value ?? ''}`);
      if (lines.length < BLOCK) continue;
      yield `${lines.join('\n')}\n`;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
