import type { Outline, Range } from '../../../protocol/experiment.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { newestOf } from '../../../protocol/seeds.ts';

/** What a mark beside the line of a variant says; finished variants have none. */
export const MARKS = ['running', 'queued', 'failed'] as const;
export type Mark = (typeof MARKS)[number];

/** Where each mark stands: at variants of which something goes on, or of which the newest run failed. */
export function marksOf({ variants }: Outline, runs: readonly RunSummary[]): Record<Mark, Range[]> {
  const marks: Record<Mark, Range[]> = { running: [], queued: [], failed: [] };
  for (const { name, range } of variants) {
    const own = runs.filter(({ variant }) => variant === name);
    const active = (['running', 'queued'] as const).find((state) => own.some((run) => run.state === state));
    const mark = active ?? (newestOf(own)?.state === 'failed' ? 'failed' : undefined);
    if (mark) marks[mark].push(range);
  }
  return marks;
}
