import { percent } from '../format.ts';
import { fallAfterBest, NOTABLE_FALL, type RunSummary } from '../runs.ts';
import { meanOf } from '../statistics.ts';

/** Of which epoch the results are, how that was chosen, and how it ended where that is another: one named epoch a number. */
export function epochNote(results: readonly RunSummary[]): string {
  const chosen = results.flatMap((run) => run.result ?? []);
  if (chosen.length === 0) return '';
  const epochs = chosen.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const by = [...new Set(chosen.map(({ chosenBy }) => chosenBy))].join(', ');
  const where = first === last ? `at epoch ${first}` : `at epochs ${first}–${last}`;
  // Of all of them or of none: a mean over some of the seeds would stand beside one over all.
  const moved = results.some(({ result, last }) => last?.test && last.epoch !== result?.epoch);
  const ended = moved ? results.flatMap((run) => run.last?.test ?? []) : [];
  const mean = meanOf(ended.map(({ accuracy }) => accuracy));
  return `${where} (${by})${ended.length > 0 ? ` · last ${percent(mean, 1)}\u202f%` : ''}`;
}

/** A warning when the runs are much worse at their end than at the epoch that counts; empty otherwise. */
export function fallNote(results: readonly RunSummary[]): string {
  const falls = results.map(fallAfterBest);
  const worst = Math.max(0, ...falls);
  if (worst < NOTABLE_FALL) return '';
  const n = falls.filter((fall) => fall >= NOTABLE_FALL).length;
  const who = results.length > 1 ? `${n} of ${results.length} seeds fell by up to` : 'fell by';
  return `${who} ${Math.round(100 * worst)} points after the best epoch`;
}
