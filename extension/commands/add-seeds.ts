import { SEEDS_TO_ADD } from '../../protocol/comparison/verdicts.ts';
import { count } from '../base/text.ts';
import { t } from '../base/words.ts';
import { start } from './start.ts';
import type { CommandContext } from './table.ts';

/** Writes more seeds into the file, and offers to train what is missing then. */
export async function addSeeds(context: CommandContext, file: string): Promise<void> {
  const { workbench, host } = context;
  const text = await workbench.savedText(file);
  const { edits, seeds } = await host.request('experiment/addSeeds', { file, text, count: SEEDS_TO_ADD });
  await workbench.edit(file, edits);
  const { outline } = await host.request('experiment/check', { file, text: await workbench.savedText(file) });
  const runs = (outline?.variants.length ?? 0) * seeds.length;
  workbench.offer(t('Added the seeds {0}: {1} to train.', seeds.join(', '), count(runs, 'run')), t('Train Them'), () =>
    start(context, file, { seeds }),
  );
}
