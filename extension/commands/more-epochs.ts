import { Refusal } from '../../protocol/calls.ts';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { count } from '../base/text.ts';
import { Cancelled } from './cancelled.ts';
import { howToTrain } from './how-to-train.ts';
import type { CommandContext } from './table.ts';

/** Runs go on to more epochs than they were asked for; the engine refuses where those would not be the same bits. */
export async function trainFurther({ workbench, host }: CommandContext, runs: readonly RunSummary[]): Promise<void> {
  const idle = runs.filter((run) => !isActive(run.state));
  if (idle.length === 0)
    throw new Refusal('There is no run here that could go on: it has to be finished or stopped first.');
  const epochs = Math.max(...idle.map(({ epochs }) => epochs));
  const title = `Train ${count(idle.length, 'run')} further, from the last checkpoint`;
  const answer = await workbench.ask(title, `Epochs in all, more than ${epochs}`, String(2 * epochs), (text) =>
    /^\d{1,7}$/.test(text) && Number(text) > epochs ? undefined : `A whole number above ${epochs}.`,
  );
  if (answer === undefined) throw new Cancelled();
  const asked = { runIds: idle.map(({ id }) => id), epochs: Number(answer), ...howToTrain(workbench.settings()) };
  await workbench.busy(title, () => host.request('runs/resume', asked));
  const file = idle[0]!.file;
  workbench.offer(
    `${count(idle.length, 'run')} ${idle.length === 1 ? 'goes' : 'go'} on to ${answer} epochs. Set training.epochs to ${answer} in the file, so that they count as its results.`,
    'Open File',
    () => workbench.openFile(file, undefined, false),
  );
}
