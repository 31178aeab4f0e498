import type { Verdict } from '../../protocol/comparison/verdicts.ts';
import { percent as asPercent, thousands } from '../../protocol/format.ts';
import { type clusterUse, isActive, type RunState, type RunSummary, type Spread } from '../../protocol/runs.ts';
import { t } from './words.ts';

export { duration } from '../../protocol/format.ts';

type Noun = 'run' | 'seed' | 'variant' | 'error';

/** `1 run`, `3 runs`, `12,000 runs`. */
export function count(n: number, noun: Noun): string {
  const many = thousands(n);
  switch (noun) {
    case 'run':
      return n === 1 ? t('1 run') : t('{0} runs', many);
    case 'seed':
      return n === 1 ? t('1 seed') : t('{0} seeds', many);
    case 'variant':
      return n === 1 ? t('1 variant') : t('{0} variants', many);
    case 'error':
      return n === 1 ? t('1 error') : t('{0} errors', many);
  }
}

/** A state of a run as a word. */
export function stateWord(state: RunState): string {
  switch (state) {
    case 'queued':
      return t('queued');
    case 'running':
      return t('running');
    case 'finished':
      return t('finished');
    case 'stopped':
      return t('stopped');
    case 'failed':
      return t('failed');
    case 'interrupted':
      return t('interrupted');
  }
}

/** A link to a command in Markdown. Arguments may hold names of others: nothing of them can end the link. */
export function commandLink(title: string, command: string, args: readonly unknown[]): string {
  const encoded = encodeURIComponent(JSON.stringify(args)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `[${title}](command:${command}?${encoded})`;
}

/** `96.1 %` for 0.961. */
export const percentWithSign = (fraction: number): string => `${asPercent(fraction, 1)} %`;

/** `96.1 % ± 0.4 · 3 seeds`; the deviation is in percentage points. */
export function accuracyText(spread: Spread): string {
  const deviation = spread.deviation === undefined ? '' : ` ± ${(spread.deviation * 100).toFixed(1)}`;
  return `${percentWithSign(spread.mean)}${deviation} · ${count(spread.count, 'seed')}`;
}

/** A verdict in a few words, as `label` says it in English. */
export function verdictWord({ kind, paired, label }: Verdict): string {
  const points = paired ? Math.abs(100 * paired.mean).toFixed(1) : '';
  switch (kind) {
    case 'better':
      return t('better by {0} points', points);
    case 'worse':
      return t('worse by {0} points', points);
    case 'undecided':
      return t('undecided');
    case 'none':
      return t('no difference seen');
    case 'identical':
      return t('identical settings');
    default:
      return label;
  }
}

/** Runs of one start may be made by several requests, one after the other. */
const ONE_START_MS = 60_000;

/**
 * Mean progress in [0, 1] of the active runs and of what was started with them: a run that ends counts on, so that
 * progress never falls. 0 when none is active.
 */
export function jointProgress(runs: readonly RunSummary[]): number {
  const active = runs.filter((run) => isActive(run.state));
  if (active.length === 0) return 0;
  const first = active.reduce((least, run) => Math.min(least, run.createdAt), Infinity) - ONE_START_MS;
  const files = new Set(active.map((run) => run.file));
  const joint = runs.filter((run) => isActive(run.state) || (files.has(run.file) && run.createdAt >= first));
  return joint.reduce((sum, run) => sum + (isActive(run.state) ? run.progress : 1), 0) / joint.length;
}

/** `2 running, 8 queued · 12 %`: how many are active, and how far they are with what was started with them; empty when none is. */
export function activity(runs: readonly RunSummary[]): string {
  const active = runs.filter((run) => isActive(run.state));
  const stopping = active.filter((run) => run.stopping).length;
  const running = active.filter((run) => run.state === 'running' && !run.stopping).length;
  const queued = active.length - running - stopping;
  const parts = [
    ...(running > 0 ? [t('{0} running', running)] : []),
    ...(stopping > 0 ? [t('{0} stopping', stopping)] : []),
    ...(queued > 0 ? [t('{0} queued', queued)] : []),
  ];
  const share = jointProgress(runs);
  // Between two runs nothing is running for a moment.
  const progress = running > 0 || share > 0 ? ` · ${progressText(share)}` : '';
  return parts.join(', ') + progress;
}

/** Progress as whole percent, never 100 before the end. */
export function progressText(progress: number): string {
  return `${Math.min(progress < 1 ? 99 : 100, Math.floor(progress * 100))} %`;
}

/** `The tasks used 120 of the 480 CPU-seconds that they were given (25 %).` */
export function usedText({ used, given, share }: NonNullable<ReturnType<typeof clusterUse>>): string {
  const percent = Math.round(100 * share);
  return t(
    'The tasks used {0} of the {1} CPU-seconds that they were given ({2} %).',
    thousands(used),
    thousands(given),
    percent,
  );
}
