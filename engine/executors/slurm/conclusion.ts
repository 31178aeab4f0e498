/** What the end of a task says of a run or an analysis that did not say itself how it ended. */
import { plainLine } from '../../../protocol/text/plain-text.ts';
import type { Job } from '../../jobs/job.ts';
import type { TaskState } from '../../runs/cluster.ts';

export interface Conclusion {
  /** With `ended` it is kept, and the job shows as interrupted. */
  state?: 'stopped' | 'failed';
  message: string | undefined;
  ended?: string;
}

/** How a sentence names the job, and what can be done with it. */
const WORDS: Record<Job['kind'], { noun: string; again: string; further: string }> = {
  train: { noun: 'run', again: 'resume it', further: 'the run can be resumed' },
  analyse: { noun: 'analysis', again: 'ask it again', further: 'it can be asked again' },
};

/** States after which the job can go on where it was, and why. */
const INTERRUPTED: Record<string, string> = {
  TIMEOUT: 'Slurm ended it at its time limit (TIMEOUT) before it had saved a checkpoint',
  PREEMPTED: 'Slurm took its node for a job that comes first (PREEMPTED)',
  NODE_FAIL: 'its node failed (NODE_FAIL)',
  BOOT_FAIL: 'its node did not start (BOOT_FAIL)',
  DEADLINE: 'Slurm ended it at its deadline (DEADLINE)',
  REVOKED: 'another cluster took it (REVOKED)',
  UNKNOWN: 'Slurm no longer knows its task: it was cancelled while it waited, or is long over',
  COMPLETED: 'its task ended, and was not put back into the queue',
};

/** @param said the end of what the task wrote beside the run's log */
export function conclusionOf(
  { state, node }: TaskState,
  { kind, stopped, said }: { kind: Job['kind']; stopped: boolean; said: string },
): Conclusion {
  const { noun, again, further } = WORDS[kind];
  if (stopped) return { state: 'stopped', message: undefined };
  if (state === 'CANCELLED')
    return {
      state: 'stopped',
      message: `It was cancelled in Slurm; ${kind === 'train' ? 'it can be resumed' : further}.`,
    };
  const where = node === undefined ? '' : ` on ${node}`;
  if (state === 'OUT_OF_MEMORY')
    return {
      state: 'failed',
      message: `The ${noun}${where} needed more memory than it had (OUT_OF_MEMORY): give slurm.memory more and ${again}.`,
    };
  if (state === 'FAILED') {
    const last = said.trimEnd().split('\n').at(-1)?.trim() ?? '';
    const words = last === '' ? 'it left no word' : `its last word was "${plainLine(last).slice(0, 300)}"`;
    return {
      state: 'failed',
      message: `The task${where} ended before the ${noun} could begin or finish (FAILED): ${words}; see to slurm.setup, and ${again}.`,
    };
  }
  const why = INTERRUPTED[state] ?? `Slurm no longer knows its task (${state})`;
  return { message: `Interrupted${where}: ${why}; ${further}.`, ended: state };
}
