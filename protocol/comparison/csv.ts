import type { Spread } from '../runs.ts';
import { tagsOf } from '../text/annotations.ts';
import { csvField } from '../text/csv.ts';
import { changesText, type TableRow } from './table.ts';

/** Full precision, one row per variant, for whoever computes on. */
export function compareCsv(rows: readonly TableRow[]): string {
  const layers = Math.max(0, ...rows.map((r) => r.spikeRates?.length ?? 0));
  const head = ['variant', 'changes', 'runs', 'accuracy_mean', 'accuracy_sd', 'accuracy_seeds', 'difference'];
  head.push('difference_low', 'difference_high', 'paired_differences', 'sign_flip_p', 'holm_p', 'verdict');
  head.push('test_low', 'test_high', 'test_samples', 'data');
  head.push('seeds_wanted', 'settings', 'states', 'epochs', 'chosen_by', 'last_accuracy_mean');
  head.push('loss_mean', 'loss_sd', 'seconds_mean', 'seconds_sd');
  head.push('starred', 'tags', 'notes');
  for (let i = 1; i <= layers; i++) head.push(`spike_rate_${i}_mean`, `spike_rate_${i}_sd`);
  const lines = rows.map((row) => {
    const fields = [csvField(row.variant), csvField(changesText(row.changes)), String(row.runs.length)];
    fields.push(...pair(row.accuracy), String(row.accuracy?.count ?? 0), ...difference(row));
    fields.push(number(row.testInterval?.low), number(row.testInterval?.high), number(row.testInterval?.samples));
    fields.push(csvField(row.fewer?.join(' ') ?? ''));
    fields.push(...standing(row), ...pair(row.loss), ...pair(row.seconds), ...said(row));
    for (let i = 0; i < layers; i++) fields.push(...pair(row.spikeRates?.[i]));
    return fields.join(',');
  });
  return `${[head.join(','), ...lines].join('\n')}\n`;
}

function difference({ verdict }: TableRow): string[] {
  const { paired, holm } = verdict ?? {};
  const seeds = paired?.seeds.map((seed, i) => `${seed}: ${paired.differences[i]}`).join('; ') ?? '';
  const [low, high] = paired?.interval ?? [];
  return [
    ...[paired?.mean, low, high].map(number),
    csvField(seeds),
    ...[paired?.p, holm?.p].map(number),
    csvField(verdict?.sentence ?? ''),
  ];
}

/** How far the row is, and of which epochs its numbers are. */
function standing(row: TableRow): string[] {
  const states = row.runs.map((run) => `${run.seed}: ${run.state}`).join('; ');
  const epochs = row.results.map((run) => `${run.seed}: ${run.result!.epoch}`).join('; ');
  const chosen = [...new Set(row.results.map((run) => run.result!.chosenBy))].join('; ');
  const settings = row.earlier ? 'earlier' : 'current';
  const wanted = row.earlier ? '' : String(row.wanted);
  return [wanted, settings, csvField(states), csvField(epochs), csvField(chosen), number(row.lastAccuracy?.mean)];
}

/** What somebody thinks of its runs: seeds with a star, tags, notes. */
function said({ runs }: TableRow): string[] {
  const starred = runs.flatMap(({ seed, starred }) => (starred ? [seed] : [])).join('; ');
  const notes = runs.flatMap(({ seed, note }) => (note === undefined ? [] : [`${seed}: ${note}`])).join('; ');
  return [csvField(starred), csvField(tagsOf(runs).join('; ')), csvField(notes)];
}

function pair(s: Spread | undefined): [string, string] {
  return [number(s?.mean), number(s?.deviation)];
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
