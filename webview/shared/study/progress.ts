import {
  type Comparison,
  overallState,
  type RunState,
  type RunSummary,
  STATES_BY_URGENCY,
} from '../../../protocol/runs.ts';
import { count, percentSign } from '../format.ts';

export interface GroupState {
  /** Absent when there are no runs. */
  state: RunState | undefined;
  /** Mean over the runs, in [0, 1]. */
  progress: number;
  counts: Partial<Record<RunState, number>>;
  total: number;
}

export function groupState(runs: readonly RunSummary[]): GroupState {
  const counts: Partial<Record<RunState, number>> = {};
  let sum = 0;
  for (const run of runs) {
    counts[run.state] = (counts[run.state] ?? 0) + 1;
    sum += run.state === 'finished' ? 1 : run.progress;
  }
  return {
    state: overallState(runs),
    progress: runs.length > 0 ? sum / runs.length : 0,
    counts,
    total: runs.length,
  };
}

export function allRuns(comparison: Comparison): RunSummary[] {
  return comparison.rows.flatMap((row) => row.runs);
}

/** One line about one variant: `epoch 34 of 100`, `2 of 3 seeds done`, `3 seeds`. */
export function describeGroup(runs: readonly RunSummary[]): string {
  const { state, counts, total, progress } = groupState(runs);
  if (!state) return 'not run yet';
  const one = total === 1 ? runs[0]! : undefined;
  if (one) {
    if (one.stopping) return 'stopping';
    if (state === 'running') return `epoch ${Math.min(one.epoch + 1, one.epochs)} of ${one.epochs}`;
    if (state === 'finished') return count(one.epochs, 'epoch');
    if (state === 'queued') return 'waits for a free slot';
    return `${state} after ${count(one.epoch, 'epoch')}`;
  }
  const done = counts.finished ?? 0;
  if (done === total) return count(total, 'seed');
  if (state === 'running') return `${percentSign(progress, 0)} of ${count(total, 'seed')}`;
  if (state === 'queued') return `${done} of ${count(total, 'seed')} done`;
  return `${counts[state]} of ${count(total, 'seed')} ${state}`;
}

/** One line about the whole study, for the header. */
export function describeStudy(comparison: Comparison): string {
  const runs = allRuns(comparison);
  const { counts } = groupState(runs);
  const parts: string[] = [];
  for (const state of STATES_BY_URGENCY) {
    const n = counts[state];
    if (n) parts.push(state === 'finished' && n === runs.length ? `all ${count(n, 'run')} finished` : `${n} ${state}`);
  }
  return runs.length === 1 ? runs[0]!.state : parts.join(', ');
}
