/** Comparison tables and lists of runs as text. */
import type { Comparison, ComparisonRow, RunSummary, Spread } from '../../protocol/runs.ts';
import { duration, percent, printable, short, table } from './text.ts';

/** `mean ± deviation` with each number written by `write`. */
function spreadText(spread: Spread | undefined, write: (value: number) => string): string {
  if (!spread) return '–';
  return spread.deviation === undefined ? write(spread.mean) : `${write(spread.mean)} ± ${write(spread.deviation)}`;
}

function changesText(changes: Record<string, string>): string {
  return Object.entries(changes)
    .map(([path, value]) => `${path}: ${value}`)
    .join(', ');
}

/** How many of the runs have a result, and what became of the others. */
function seedsText({ runs }: ComparisonRow): string {
  const done = runs.filter((run) => run.state === 'finished').length;
  if (done === runs.length) return String(done);
  const others = [...new Set(runs.filter((run) => run.state !== 'finished').map((run) => run.state))];
  return `${done} of ${runs.length} (${others.join(', ')})`;
}

export function comparisonLines(comparison: Comparison): string[] {
  const header = ['variant', 'accuracy %', 'loss', 'spike rate', 'seconds', 'seeds', 'changes'];
  const rows = comparison.rows.map((row) => [
    printable(row.variant),
    spreadText(row.accuracy, percent),
    spreadText(row.loss, short),
    row.spikeRates?.map((rate) => short(rate.mean)).join(' / ') ?? '–',
    spreadText(row.seconds, (value) => value.toFixed(1)),
    seedsText(row),
    printable(changesText(row.changes)),
  ]);
  const lines = table(header, rows, [1, 2, 3, 4]);
  const { outdated } = comparison;
  if (outdated.length > 0)
    lines.push('', `${outdated.length} older run(s) of this file have other settings and are not counted.`);
  return lines;
}

export function runLines(runs: RunSummary[]): string[] {
  const header = ['run', 'study', 'variant', 'seed', 'state', 'epoch', 'accuracy %', 'loss', 'time'];
  const rows = runs.map((run) => {
    const score = run.result ?? run.test ?? run.validation ?? run.train;
    return [
      printable(run.id),
      printable(run.study),
      printable(run.variant),
      String(run.seed),
      run.state,
      `${run.epoch}/${run.epochs}`,
      score ? percent(score.accuracy) : '–',
      score ? short(score.loss) : '–',
      duration(run.seconds),
    ];
  });
  return table(header, rows, [3, 5, 6, 7, 8]);
}

/** Damage and messages of runs, one line each. */
export function remarkLines(runs: RunSummary[]): string[] {
  return runs.flatMap((run) => [
    ...(run.message !== undefined && run.state !== 'finished' ? [`${run.id}: ${printable(run.message)}`] : []),
    ...run.damage.map((sentence) => `${run.id}: ${printable(sentence)}`),
  ]);
}
