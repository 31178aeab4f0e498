import { Refusal } from '../../protocol/calls.ts';
import type { QueueMove } from '../../protocol/queue/queue.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { t } from '../base/words.ts';
import { Cancelled } from './cancelled.ts';
import { isPaused, type QueueAct } from './queue-look.ts';
import type { CommandContext } from './table.ts';

/** Moves those that wait on this machine. */
export async function moveRuns({ host }: CommandContext, runs: readonly RunSummary[], move: QueueMove): Promise<void> {
  const runIds = runs.filter(({ state, cluster }) => state === 'queued' && !cluster).map(({ id }) => id);
  if (runIds.length === 0) throw new Refusal(t('Nothing waits here for cores of this machine.'));
  await host.request('queue/move', { runIds, move });
}

export async function pauseQueue({ host, runs, workbench }: CommandContext): Promise<void> {
  if (isPaused(await host.request('queue/read', {}))) throw new Refusal(t('The queue is paused already.'));
  const [finish, stop] = [t('Let Them Finish'), t('Stop at a Checkpoint')];
  // Where nothing trains there is nothing to choose.
  const trains = runs.all().some(({ state, cluster }) => state === 'running' && !cluster);
  const question = t('Pause the queue: what is to become of the runs that train?');
  const detail = t(
    'No other run begins until you continue. A run that stops goes on later, with the same results to the bit.',
  );
  const answer = trains ? await workbench.choose(question, detail, [finish, stop]) : finish;
  if (answer === undefined) throw new Cancelled();
  await host.request('queue/pause', { running: answer === stop ? 'stop' : 'finish' });
}

export async function continueQueue({ host }: CommandContext): Promise<void> {
  await host.request('queue/pause', { running: null });
}

/** The list of what trains and waits, with what can be done. */
export async function showQueue(context: CommandContext): Promise<void> {
  const { host, runs, workbench } = context;
  const act = async (one: QueueAct): Promise<void> => {
    if (one.kind === 'move') return void (await host.request('queue/move', { runIds: [one.runId], move: one.move }));
    if (one.kind === 'pause') return pauseQueue(context);
    if (one.kind === 'continue') return continueQueue(context);
    const run = runs.get(one.runId);
    if (run !== undefined) await workbench.revealRun(run);
  };
  await workbench.showQueue(() => host.request('queue/read', {}), act);
}
