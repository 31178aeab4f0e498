import { basename } from 'node:path';
import { isOutdated } from '../../protocol/comparison/earlier.ts';
import { isJudged } from '../../protocol/comparison/verdicts.ts';
import {
  type Comparison,
  type ComparisonRow,
  clusterUse,
  isActive,
  isResumable,
  overallState,
  type RunState,
  type RunSummary,
} from '../../protocol/runs.ts';
import { spread } from '../../protocol/seeds.ts';
import { markdownText } from '../../protocol/text/plain-text.ts';
import {
  accuracyText,
  activity,
  count,
  duration,
  percentWithSign,
  stateWord,
  usedText,
  verdictWord,
} from '../base/text.ts';
import { t } from '../base/words.ts';
import { newestPerSeed, type Study, type Variant } from '../model/studies.ts';

/** An item of the tree. The same thing is always the same object, so that the editor can refresh it in place. */
export type Node =
  | { kind: 'study'; file: string }
  | { kind: 'variant'; file: string; variant: string }
  | { kind: 'run'; file: string; variant: string; runId: string };

/** How an item looks; `icon` is the name of a product icon. */
export interface Look {
  label: string;
  description: string;
  /** Markdown; everything that comes from files is escaped in it. */
  tooltip: string;
  /** Read aloud by screen readers. */
  accessibility: string;
  icon: string;
  color?: string;
  /** For the `when` clauses of menus: kind, then what can be done. */
  context: string;
}

const ICONS: Record<RunState, { icon: string; color?: string }> = {
  queued: { icon: 'watch', color: 'testing.iconQueued' },
  running: { icon: 'sync~spin', color: 'charts.blue' },
  finished: { icon: 'pass', color: 'testing.iconPassed' },
  stopped: { icon: 'debug-pause', color: 'testing.iconSkipped' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  interrupted: { icon: 'warning', color: 'list.warningForeground' },
};

export function studyLook(study: Study): Look {
  const runs = study.variants.flatMap((variant) => variant.runs);
  const active = activity(runs);
  const what = active || count(study.variants.length, 'variant');
  const description = study.hint === undefined ? what : `${study.hint} · ${what}`;
  return {
    label: study.name,
    description,
    tooltip: [markdownText(study.name), ...useLines(runs), markdownText(study.file)].join('\n\n'),
    accessibility: t('Study {0}, {1}, {2}', study.name, basename(study.file), description),
    icon: runs.some((run) => run.state === 'running') ? 'sync~spin' : 'beaker',
    context: `study${active === '' ? '' : '.active'}`,
  };
}

/** @param comparison results under the settings now in the file, when known */
export function variantLook(variant: Variant, comparison?: Comparison): Look {
  const row = comparison?.rows.find((one) => one.variant === variant.name);
  const { runs, earlier } = shownRuns(variant, comparison);
  const newest = newestPerSeed(runs);
  const verdict = row?.verdict;
  const state = overallState(newest);
  const judged = isJudged(verdict) && newest.every((run) => !isActive(run.state)) ? verdict : undefined;
  const description = [
    variantDescription(newest, earlier ? undefined : row),
    ...(judged ? [verdictWord(judged)] : []),
    ...(earlier ? [t('earlier settings')] : []),
  ].join(' · ');
  const against = judged
    ? `\n\n${t('Against {0}: {1}', markdownText(judged.against), markdownText(judged.sentence))}`
    : '';
  return {
    label: variant.name,
    description,
    tooltip: [`${markdownText(variant.name)}: ${markdownText(description)}${against}`, ...useLines(newest)].join(
      '\n\n',
    ),
    accessibility: t('Variant {0}, {1}, {2}', variant.name, state ? stateWord(state) : t('not run'), description),
    ...(state === undefined ? { icon: 'circle-large-outline' } : ICONS[state]),
    context: `variant${state !== undefined && isActive(state) ? '.active' : ''}`,
  };
}

/**
 * Those with the settings of the file, and what goes on with earlier ones; where there are none, the last with earlier
 * settings: they are not replaced yet.
 */
function shownRuns({ name, runs }: Variant, comparison?: Comparison): { runs: RunSummary[]; earlier: boolean } {
  const current = runs.filter((run) => isActive(run.state) || !isOutdated(run, comparison));
  if (current.length > 0 || runs.length === 0) return { runs: current, earlier: false };
  const last = new Set(comparison?.earlier.find(({ variant }) => variant === name)?.runs);
  return { runs: runs.filter(({ id }) => last.has(id)), earlier: true };
}

/** @param earlier whether a newer run of the same variant and seed exists, or its settings are no longer those of the file. */
export function runLook(run: RunSummary, earlier = false): Look {
  const said = `${run.starred ? '★ ' : ''}${earlier ? `${t('earlier')} · ` : ''}`;
  const description = [`${said}${runDescription(run)}`, ...(run.tags ?? [])].join(' · ');
  const lines = [
    t('**{0}**, seed {1}: {2}', markdownText(run.variant), run.seed, stateWord(run.state)),
    [t('Epoch {0} of {1}', run.epoch, run.epochs), duration(run.seconds), ...speed(run)].join(' · '),
    t('Started {0}', new Date(run.createdAt).toLocaleString()),
    ...scoreLines(run),
    ...taskLines(run),
    ...useLines([run]),
    ...(run.message ? [markdownText(run.message)] : []),
    ...(run.note === undefined ? [] : [t('Note: {0}', markdownText(run.note))]),
    ...(run.tags === undefined ? [] : [t('Tags: {0}', markdownText(run.tags.join(', ')))]),
    ...[...(run.dataRemarks ?? []), ...run.damage].map((sentence) => `⚠ ${markdownText(sentence)}`),
    markdownText(run.folder),
  ];
  const can = [isActive(run.state) ? 'active' : 'idle', ...(isResumable(run.state) ? ['resumable'] : [])];
  return {
    label: t('seed {0}', run.seed),
    description,
    tooltip: lines.join('\n\n'),
    accessibility: t('Run with seed {0}, {1}, {2}', run.seed, stateWord(run.state), description),
    ...(run.damage.length > 0 && !isActive(run.state)
      ? { icon: 'warning', color: 'list.warningForeground' }
      : ICONS[run.state]),
    context: ['run', ...can].join('.'),
  };
}

/** Which task of a cluster does it, and where. */
function taskLines({ cluster }: RunSummary): string[] {
  if (cluster?.task === undefined) return [];
  const { task, node } = cluster;
  return [markdownText(node === undefined ? t('Slurm task {0}', task) : t('Slurm task {0} on {1}', task, node))];
}

/** What tasks of a cluster used of what they were given. */
function useLines(runs: readonly RunSummary[]): string[] {
  const use = clusterUse(runs.map(({ cluster }) => cluster));
  return use ? [usedText(use)] : [];
}

function variantDescription(newest: readonly RunSummary[], row?: ComparisonRow): string {
  if (newest.length === 0) return t('not run yet');
  const active = activity(newest);
  if (active !== '') return active;
  const finished = newest.filter((run) => run.state === 'finished');
  const accuracy = row?.accuracy ?? spread(finished.flatMap(({ result }) => result?.accuracy ?? []));
  if (!accuracy) return `${count(newest.length, 'seed')} · ${stateWord(overallState(newest)!)}`;
  const unfinished = newest.length - finished.length;
  return `${accuracyText(accuracy)}${unfinished > 0 ? ` · ${t('{0} unfinished', unfinished)}` : ''}`;
}

function runDescription(run: RunSummary): string {
  const score = run.result ?? run.test;
  const accuracy = score === undefined ? '' : ` · ${percentWithSign(score.accuracy)}`;
  if (run.state === 'finished') return `${t('{0} epochs', run.epochs)}${accuracy}${otherEpoch(run)}`;
  if (run.stopping) return `${t('epoch {0}/{1}', run.epoch, run.epochs)} · ${t('stopping')}${accuracy}`;
  // Before the first epoch there is only what it says it does: preparing data, say.
  if (run.state === 'running' && run.progress === 0 && run.message) return run.message;
  // Why Slurm lets it wait.
  if (run.state === 'queued' && run.cluster && run.message)
    return run.epoch === 0 ? run.message : `${t('epoch {0}/{1}', run.epoch, run.epochs)} · ${run.message}`;
  if (run.state === 'failed' && run.epoch === 0 && run.message) return `${stateWord(run.state)} · ${run.message}`;
  const note = run.state === 'running' ? '' : ` · ${stateWord(run.state)}`;
  return `${t('epoch {0}/{1}', run.epoch, run.epochs)}${note}${accuracy}`;
}

/** Of which epoch a result is, and how it ended, where those are not the same. */
function otherEpoch({ result, last }: RunSummary): string {
  if (!result || !last?.test || last.epoch === result.epoch) return '';
  return t(' at epoch {0} · last {1}', result.epoch, percentWithSign(last.test.accuracy));
}

function speed({ samplesPerSecond }: RunSummary): string[] {
  return samplesPerSecond > 0 ? [t('{0} samples/s', Math.round(samplesPerSecond))] : [];
}

function scoreLines(run: RunSummary): string[] {
  return (['train', 'validation', 'test'] as const).flatMap((split) => {
    const score = run[split];
    return score === undefined
      ? []
      : [t('{0}: {1} accuracy, loss {2}', split, percentWithSign(score.accuracy), Number(score.loss.toPrecision(4)))];
  });
}
