import { count } from '../../protocol/format.ts';
import { isActive, type RunSummary, type Spread } from '../../protocol/runs.ts';

export { count, duration } from '../../protocol/format.ts';

/** `96.1 %` for 0.961. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** `96.1 % ± 0.4 · 3 seeds`; the deviation is in percentage points. */
export function accuracyText(spread: Spread): string {
  const deviation = spread.deviation === undefined ? '' : ` ± ${(spread.deviation * 100).toFixed(1)}`;
  return `${percent(spread.mean)}${deviation} · ${count(spread.count, 'seed')}`;
}

/** Mean progress in [0, 1]; 0 for no runs. */
export function meanProgress(runs: readonly RunSummary[]): number {
  return runs.length === 0 ? 0 : runs.reduce((sum, run) => sum + run.progress, 0) / runs.length;
}

/** `2 running, 8 queued · 12 %` of the runs that are active; empty when none is. */
export function activity(runs: readonly RunSummary[]): string {
  const active = runs.filter((run) => isActive(run.state));
  const running = active.filter((run) => run.state === 'running').length;
  const queued = active.length - running;
  const parts = [...(running > 0 ? [`${running} running`] : []), ...(queued > 0 ? [`${queued} queued`] : [])];
  const progress = running > 0 ? ` · ${progressText(meanProgress(active))}` : '';
  return parts.join(', ') + progress;
}

/** Progress as whole percent, never 100 before the end. */
export function progressText(progress: number): string {
  return `${Math.min(progress < 1 ? 99 : 100, Math.floor(progress * 100))} %`;
}
