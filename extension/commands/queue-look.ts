/** The queue as a list: what each line says, and what can be done with it. */
import type { QueueEntry, QueueMove, QueueState } from '../../protocol/queue/queue.ts';
import { plainLabel } from '../../protocol/text/plain-text.ts';
import { count, duration, percentWithSign } from '../base/text.ts';
import { t } from '../base/words.ts';

/** What is done with a line of the list, or with all of it. */
export type QueueAct =
  | { kind: 'move'; runId: string; move: QueueMove }
  | { kind: 'pause' }
  | { kind: 'continue' }
  | { kind: 'show'; runId: string };

export interface QueueLine {
  runId: string;
  waits: boolean;
  label: string;
  description: string;
  detail: string;
}

/** One line for each run that trains or waits, store by store. */
export function queueLines(states: readonly QueueState[]): QueueLine[] {
  return states.flatMap(({ entries, paused }) => {
    const waiting = entries.filter(({ state }) => state === 'queued');
    return entries.map((entry) => {
      const { runId, study, variant, seed, progress } = entry;
      const waits = entry.state === 'queued';
      const icon = waits ? (paused ? '$(debug-pause)' : '$(watch)') : '$(sync)';
      return {
        runId,
        waits,
        label: `${icon} ${plainLabel(t('{0}, seed {1}', variant, seed))}`,
        description: waits ? t('{0} of {1}', waiting.indexOf(entry) + 1, waiting.length) : percentWithSign(progress),
        detail: [plainLabel(study), timeText(entry, paused !== null)].join(' · '),
      };
    });
  });
}

function timeText({ state, begins, ends, seconds }: QueueEntry, paused: boolean): string {
  if (seconds === null) return t('no run like it has done an epoch yet: how long it takes is not known');
  if (state === 'queued' && paused) return t('paused, takes about {0}', duration(seconds));
  if (ends === null) return t('takes about {0}, after runs of which that is not known', duration(seconds));
  if (state === 'running') return t('ends in about {0}', duration(ends));
  return t('begins in about {0}, ends in {1}', duration(begins ?? 0), duration(ends));
}

/** What the list says above its lines. */
export function queueTitle(states: readonly QueueState[]): string {
  const entries = states.flatMap((state) => state.entries);
  if (entries.length === 0)
    return isPaused(states) ? t('The queue is paused; nothing waits') : t('Nothing trains or waits');
  const seconds = Math.max(...states.map((state) => state.seconds));
  const open = states.reduce((sum, { unknown }) => sum + unknown, 0);
  const most = seconds > 0 ? [t('about {0}', duration(seconds))] : [];
  const rest = open > 0 ? [t('not known of {0}', count(open, 'run'))] : [];
  return [isPaused(states) ? t('Queue, paused') : t('Queue'), count(entries.length, 'run'), ...most, ...rest].join(
    ' · ',
  );
}

export const isPaused = (states: readonly QueueState[]): boolean => states.some(({ paused }) => paused !== null);
