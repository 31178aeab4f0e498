import { Refusal } from '../../protocol/calls.ts';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { count } from '../base/text.ts';
import { t } from '../base/words.ts';
import { Cancelled } from './cancelled.ts';
import { howToTrain } from './how-to-train.ts';
import type { CommandContext } from './table.ts';

/** Runs go on to more epochs than they were asked for; the engine refuses where those would not be the same bits. */
export async function trainFurther({ workbench, host }: CommandContext, runs: readonly RunSummary[]): Promise<void> {
  const idle = runs.filter((run) => !isActive(run.state));
  if (idle.length === 0)
    throw new Refusal(t('There is no run here that could go on: it has to be finished or stopped first.'));
  const epochs = Math.max(...idle.map(({ epochs }) => epochs));
  const title = t('Train {0} further, from the last checkpoint', count(idle.length, 'run'));
  const answer = await workbench.ask(title, t('Epochs in all, more than {0}', epochs), String(2 * epochs), (text) =>
    /^\d{1,7}$/.test(text) && Number(text) > epochs ? undefined : t('A whole number above {0}.', epochs),
  );
  if (answer === undefined) throw new Cancelled();
  const asked = { runIds: idle.map(({ id }) => id), epochs: Number(answer), ...howToTrain(workbench.settings()) };
  await workbench.busy(title, () => host.request('runs/resume', asked));
  const file = idle[0]!.file;
  workbench.offer(
    idle.length === 1
      ? t(
          '1 run goes on to {0} epochs. Set training.epochs to {0} in the file, so that they count as its results.',
          answer,
        )
      : t(
          '{0} go on to {1} epochs. Set training.epochs to {1} in the file, so that they count as its results.',
          count(idle.length, 'run'),
          answer,
        ),
    t('Open File'),
    () => workbench.openFile(file, undefined, false),
  );
}
