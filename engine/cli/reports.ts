/** Comparison tables and lists of runs as text. */
import type { Advice } from '../../protocol/comparison/advice.ts';
import { earlierOf, whyEarlier } from '../../protocol/comparison/earlier.ts';
import { changesText } from '../../protocol/comparison/table.ts';
import { intervalText, points } from '../../protocol/comparison/verdicts.ts';
import { count, duration, percent } from '../../protocol/format.ts';
import {
  type Comparison,
  type ComparisonRow,
  fallAfterBest,
  isActive,
  NOTABLE_FALL,
  overallState,
  type RunSummary,
  type Spread,
} from '../../protocol/runs.ts';
import { warningNow } from '../../protocol/warnings.ts';
import { fittingTable, outputColumns, printable, short, table, widthOf } from './text.ts';

/** `mean ± deviation` with each number written by `write`. */
function spreadText(spread: Spread | undefined, write: (value: number) => string): string {
  if (!spread) return '–';
  return spread.deviation === undefined ? write(spread.mean) : `${write(spread.mean)} ± ${write(spread.deviation)}`;
}

/** How many of the file's seeds have a result, and what became of the others: those that are not finished count nowhere. */
function seedsText({ runs, results }: ComparisonRow, seeds: number): string {
  const others = new Set<string>(runs.filter((run) => run.state !== 'finished').map((run) => run.state));
  if (runs.length < seeds) others.add('not run');
  const notes = others.size > 0 ? ` (${[...others].join(', ')})` : '';
  return `${results.length === seeds ? seeds : `${results.length} of ${seeds}`}${notes}`;
}

/** Mean paired difference with its interval, in points. */
function differenceText({ verdict }: ComparisonRow): string {
  const { paired } = verdict ?? {};
  if (!paired || verdict?.kind === 'identical') return '–';
  const mean = points(paired.mean, 2);
  return paired.interval ? `${mean} (${intervalText(paired.interval)})` : mean;
}

/** The verdict on each variant in full, and how the numbers are to be read. */
function verdictLines({ rows }: Comparison): string[] {
  const judged = rows.filter(({ verdict }) => verdict && verdict.kind !== 'baseline');
  if (!judged.some(({ verdict }) => verdict!.paired || verdict!.kind === 'identical')) return [];
  return [
    '',
    `Against ${printable(judged[0]!.verdict!.against)}:`,
    ...judged.map(({ variant, verdict }) => `  ${printable(variant)}: ${verdict!.sentence}`),
    'Differences in points are paired by seed, with the 95 % interval of their mean (Student’s t); the test set’s interval is Wilson’s at 95 %.',
  ];
}

/** @param columns none of the table's lines is longer */
export function comparisonLines(comparison: Comparison, columns = outputColumns()): string[] {
  const words = ['variant', 'verdict', 'seeds', 'changes'];
  const header = [
    ...['variant', 'accuracy %', 'test set %', 'difference', 'verdict', 'at epoch', 'last %', 'loss', 'spike rate'],
    ...['seconds', 'seeds', 'changes'],
  ];
  const rows = comparison.rows.map((row) => [
    printable(row.variant),
    spreadText(row.accuracy, percent),
    row.testInterval ? `${percent(row.testInterval.low, 1)} to ${percent(row.testInterval.high, 1)}` : '–',
    differenceText(row),
    row.verdict?.label ?? '–',
    row.results.map((run) => run.result!.epoch).join(', ') || '–',
    spreadText(row.lastAccuracy, percent),
    spreadText(row.loss, short),
    row.spikeRates?.map((rate) => short(rate.mean)).join(' / ') ?? '–',
    spreadText(row.seconds, (value) => value.toFixed(1)),
    seedsText(row, comparison.seeds.length),
    printable(changesText(row.changes)),
  ]);
  const lines = fittingTable(header, rows, {
    right: header.filter((name) => !words.includes(name)),
    spare: ['seconds', 'spike rate', 'loss', 'last %', 'at epoch', 'test set %'],
    columns,
  });
  lines.push(...verdictLines(comparison));
  const chosen = new Set(comparison.rows.flatMap(({ results }) => results.map((run) => run.result!.chosenBy)));
  if (chosen.size > 0)
    lines.push('', `Accuracy, loss and spike rate are of the epoch that counts (${[...chosen].join('; ')}).`);
  lines.push(...(comparison.fewer ?? []));
  lines.push(...comparison.rows.flatMap(({ runs }) => runs.flatMap((run) => [...fallLine(run), ...warningLines(run)])));
  lines.push(...earlierLines(comparison));
  return lines;
}

/** More than these are counted only. */
const MAX_EARLIER = 10;

/** What there is with settings that the file no longer has, the newest first. */
function earlierLines(comparison: Comparison): string[] {
  const all = earlierOf(comparison);
  if (all.length === 0) return [];
  const lines = all.slice(0, MAX_EARLIER).map((one) => {
    const { variant, runs, accuracy } = one;
    const result = accuracy ? `${spreadText(accuracy, percent)} %` : overallState(runs);
    const when = new Date(Math.max(...runs.map(({ createdAt }) => createdAt))).toISOString().slice(0, 16);
    const facts = [whyEarlier(one), `${result}, ${count(runs.length, 'seed')}`, `started ${when}Z`];
    return `  ${printable([variant, facts.filter(Boolean).join(' · ')].join(': '))}`;
  });
  const more = all.length > MAX_EARLIER ? [`  and ${all.length - MAX_EARLIER} more`] : [];
  return ['', 'Not counted, since the file no longer asks for it:', ...lines, ...more];
}

/** What the results suggest, each with the sentence of the paper that it bears out. */
export function adviceLines(advice: readonly Advice[]): string[] {
  if (advice.length === 0) return [];
  return [
    '',
    'What these results suggest:',
    ...advice.flatMap(({ sentence, suggestion, paper }) => [
      `  ${printable(sentence)}`,
      ...(suggestion ? [`    To test it: ${printable(variantLine(suggestion))}`] : []),
      ...(suggestion?.price ? [`    ${printable(suggestion.price)}`] : []),
      `    Paper, section ${paper.section}: “${paper.text}”`,
    ]),
  ];
}

function variantLine({ name, override }: NonNullable<Advice['suggestion']>): string {
  return `${name}: ${JSON.stringify(override)}`;
}

/** @param columns no line is longer: what is missing then, `lif show` tells, which takes the last part of an id, too */
export function runLines(runs: RunSummary[], columns = outputColumns()): string[] {
  const header = [
    'run',
    'study',
    'variant',
    'seed',
    'state',
    'epoch',
    'accuracy %',
    'at epoch',
    'last %',
    'loss',
    'time',
  ];
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
      run.result ? String(run.result.epoch) : '–',
      run.last?.test ? percent(run.last.test.accuracy) : '–',
      score ? short(score.loss) : '–',
      duration(run.seconds),
    ];
  });
  const layout = {
    right: ['seed', 'epoch', 'accuracy %', 'at epoch', 'last %', 'loss', 'time'],
    spare: ['study', 'time', 'loss', 'last %', 'at epoch', 'epoch'],
    columns,
  };
  const whole = table(header, rows);
  const tails = runs.map(({ id }) => id.split('-').at(-1)!);
  if (Math.max(...whole.map(widthOf)) <= columns || new Set(tails).size < runs.length)
    return fittingTable(header, rows, layout);
  return fittingTable(
    header,
    rows.map((row, i) => [printable(tails[i]!), ...row.slice(1)]),
    layout,
  );
}

/** What must be said of a run that was better before: in one sentence, or nothing. */
function fallLine(run: RunSummary): string[] {
  const fall = fallAfterBest(run);
  if (fall < NOTABLE_FALL) return [];
  const points = (100 * fall).toFixed(1);
  return [
    `${printable(run.variant)}, seed ${run.seed}: the accuracy fell by ${points} points after epoch ${run.result!.epoch}; lower training.learningRate, or set training.clipNorm, or lower it where it is set.`,
  ];
}

/** What looks into the network found wrong and is not over, in a line. */
export function warningLines(run: RunSummary): string[] {
  const warning = warningNow(run);
  if (!warning) return [];
  const since = `since epoch ${Number(warning.since.toFixed(2))}`;
  return [`${printable(run.variant)}, seed ${run.seed}, ${since}: ${printable(warning.sentence)}`];
}

/** What had to be said of the data of several runs: each sentence once. */
function dataLines(runs: RunSummary[]): string[] {
  return [...new Set(runs.flatMap(({ dataRemarks = [] }) => dataRemarks))].map(printable);
}

/** Remarks on data; damage, messages, falls and warnings of runs, one line each. */
export function remarkLines(runs: RunSummary[]): string[] {
  return [...dataLines(runs), ...clusterLines(runs), ...runs.flatMap(remarksOf)];
}

/** Runs that wait in a cluster, together: there may be thousands for the same reason. */
function clusterLines(runs: readonly RunSummary[]): string[] {
  const waiting = runs.filter(({ cluster, state, message }) => cluster && state === 'queued' && message !== undefined);
  const messages = waiting.map(({ message }) => message!);
  return [...new Set(messages)]
    .slice(0, 20)
    .map((message) => `${count(messages.filter((m) => m === message).length, 'run')}: ${printable(message)}`);
}

function remarksOf(run: RunSummary): string[] {
  const told = run.state === 'finished' || (run.cluster !== undefined && isActive(run.state));
  return [
    ...(run.message !== undefined && !told ? [`${run.id}: ${printable(run.message)}`] : []),
    ...run.damage.map((sentence) => `${run.id}: ${printable(sentence)}`),
    ...fallLine(run),
    ...warningLines(run),
  ];
}
