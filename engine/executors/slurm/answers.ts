/** What squeue and sacct say, as states of tasks. */
import { plainLine } from '../../../protocol/text/plain-text.ts';
import type { TaskState } from '../../runs/cluster.ts';

export const SQUEUE_ARGS = ['--noheader', '--array', '--states=all', '--format=%F|%K|%T|%r|%N'];
export const SACCT_ARGS = ['--noheader', '--parsable2', '--allocations', '--format=JobID,State,NodeList'];

/** Array → task → state. */
export type Answer = Map<string, Map<number, TaskState>>;

/** Lines `array|task|STATE|reason|nodes`; others (banners) are passed over. */
export function readSqueue(out: string): Answer {
  const answer: Answer = new Map();
  for (const line of out.split('\n')) {
    const [array, task, state, reason, node] = line.trim().split('|');
    if (!/^\d+$/.test(array ?? '') || !/^\d+$/.test(task ?? '') || !/^[A-Z_]+$/.test(state ?? '')) continue;
    add(answer, array!, Number(task), { state: state!, ...reasonIn(reason), ...nodeIn(node) });
  }
  return answer;
}

/** Lines `array_task|STATE by somebody|nodes`. */
export function readSacct(out: string): Answer {
  const answer: Answer = new Map();
  for (const line of out.split('\n')) {
    const [id, state, node] = line.trim().split('|');
    const task = /^(\d+)_(\d+)$/.exec(id ?? '');
    const word = /^[A-Z_]+/.exec(state ?? '')?.[0];
    if (task && word) add(answer, task[1]!, Number(task[2]), { state: word, ...nodeIn(node) });
  }
  return answer;
}

/** The last line on a task counts: it may have been put back into the queue. */
function add(answer: Answer, array: string, task: number, state: TaskState): void {
  const tasks = answer.get(array) ?? new Map<number, TaskState>();
  answer.set(array, tasks.set(task, state));
}

const reasonIn = (reason: string | undefined) =>
  reason === undefined || reason === '' || reason === 'None' ? {} : { reason: plainLine(reason).slice(0, 200) };

const nodeIn = (node: string | undefined) =>
  node !== undefined && /^[\w.[\],-]{1,200}$/.test(node) && !/assigned/.test(node) ? { node } : {};
