import { basename } from 'node:path';
import { isJudged, type Verdict } from '../../protocol/comparison/verdicts.ts';
import { isActive, isResumable, overallState, type RunState, type RunSummary } from '../../protocol/runs.ts';
import { markdownText } from '../../protocol/text/plain-text.ts';
import { activity, count, duration, percent } from '../base/text.ts';
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
    tooltip: `${markdownText(study.name)}\n\n${markdownText(study.file)}`,
    accessibility: `Study ${study.name}, ${basename(study.file)}, ${description}`,
    icon: runs.some((run) => run.state === 'running') ? 'sync~spin' : 'beaker',
    context: `study${active === '' ? '' : '.active'}`,
  };
}

/** @param verdict what the seeds allow to be said of it, under the settings now in the file */
export function variantLook(variant: Variant, verdict?: Verdict): Look {
  const newest = newestPerSeed(variant.runs);
  const state = overallState(newest);
  const judged = isJudged(verdict) && newest.every((run) => !isActive(run.state)) ? verdict : undefined;
  const description = `${variantDescription(newest)}${judged ? ` · ${judged.label}` : ''}`;
  const against = judged ? `\n\nAgainst ${markdownText(judged.against)}: ${markdownText(judged.sentence)}` : '';
  return {
    label: variant.name,
    description,
    tooltip: `${markdownText(variant.name)}: ${markdownText(description)}${against}`,
    accessibility: `Variant ${variant.name}, ${state ?? 'not run'}, ${description}`,
    ...(state === undefined ? { icon: 'circle-large-outline' } : ICONS[state]),
    context: `variant${state !== undefined && isActive(state) ? '.active' : ''}`,
  };
}

/** @param earlier whether a newer run of the same variant and seed exists. */
export function runLook(run: RunSummary, earlier = false): Look {
  const description = `${earlier ? 'earlier · ' : ''}${runDescription(run)}`;
  const lines = [
    `**${markdownText(run.variant)}**, seed ${run.seed}: ${run.state}`,
    [`Epoch ${run.epoch} of ${run.epochs}`, duration(run.seconds), ...speed(run)].join(' · '),
    `Started ${new Date(run.createdAt).toLocaleString()}`,
    ...scoreLines(run),
    ...(run.message ? [markdownText(run.message)] : []),
    ...run.damage.map((sentence) => `⚠ ${markdownText(sentence)}`),
    markdownText(run.folder),
  ];
  const can = [isActive(run.state) ? 'active' : 'idle', ...(isResumable(run.state) ? ['resumable'] : [])];
  return {
    label: `seed ${run.seed}`,
    description,
    tooltip: lines.join('\n\n'),
    accessibility: `Run with seed ${run.seed}, ${run.state}, ${description}`,
    ...(run.damage.length > 0 && !isActive(run.state)
      ? { icon: 'warning', color: 'list.warningForeground' }
      : ICONS[run.state]),
    context: ['run', ...can].join('.'),
  };
}

function variantDescription(newest: readonly RunSummary[]): string {
  if (newest.length === 0) return 'not run yet';
  const active = activity(newest);
  if (active !== '') return active;
  const results = newest.flatMap((run) => run.result ?? []);
  if (results.length === 0) return `${count(newest.length, 'seed')} · ${overallState(newest)}`;
  const mean = results.reduce((sum, result) => sum + result.accuracy, 0) / results.length;
  const unfinished = newest.filter((run) => run.state !== 'finished').length;
  const note = unfinished > 0 ? ` · ${unfinished} unfinished` : '';
  return `${percent(mean)} · ${count(results.length, 'seed')}${note}`;
}

function runDescription(run: RunSummary): string {
  const score = run.result ?? run.test;
  const accuracy = score === undefined ? '' : ` · ${percent(score.accuracy)}`;
  if (run.state === 'finished') return `${run.epochs} epochs${accuracy}${otherEpoch(run)}`;
  // Before the first epoch there is only what it says it does: preparing data, say.
  if (run.state === 'running' && run.progress === 0 && run.message) return run.message;
  const note = run.state === 'running' ? '' : ` · ${run.state}`;
  return `epoch ${run.epoch}/${run.epochs}${note}${accuracy}`;
}

/** Of which epoch a result is, and how it ended, where those are not the same. */
function otherEpoch({ result, last }: RunSummary): string {
  if (!result || !last?.test || last.epoch === result.epoch) return '';
  return ` at epoch ${result.epoch} · last ${percent(last.test.accuracy)}`;
}

function speed({ samplesPerSecond }: RunSummary): string[] {
  return samplesPerSecond > 0 ? [`${Math.round(samplesPerSecond)} samples/s`] : [];
}

function scoreLines(run: RunSummary): string[] {
  return (['train', 'validation', 'test'] as const).flatMap((split) => {
    const score = run[split];
    return score === undefined
      ? []
      : [`${split}: ${percent(score.accuracy)} accuracy, loss ${Number(score.loss.toPrecision(4))}`];
  });
}
