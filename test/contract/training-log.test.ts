/** What is said of a run's data that somebody would otherwise find out hours later. Real worker threads over the built engine. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type RunSpec, settingsSchema } from '../../engine/experiment/schema.ts';
import { train } from '../../engine/training/train.ts';
import { temporaryFolder, writeMnist } from '../unit/datasets/helpers.ts';

async function logOf(settings: Record<string, unknown>, file = '/log.lif.yaml'): Promise<string[]> {
  const spec: RunSpec = { study: 'log', variant: 'a', seed: 1, file, ...settingsSchema.parse(settings) };
  const log: string[] = [];
  const quiet = () => {};
  await train(spec, {
    threads: 1,
    signal: new AbortController().signal,
    observer: {
      metric: quiet,
      progress: quiet,
      checkpoint: quiet,
      preparing: quiet,
      dataset: (_checksums, _samples, remarks) => log.push(...remarks),
      log: (line) => log.push(line),
    },
  });
  return log;
}

test('a fraction of a data set is said to be one', async () => {
  const folder = temporaryFolder();
  try {
    writeMnist(join(folder, 'few'), 20, 10);
    const log = await logOf(
      { dataset: { name: 'mnist', path: 'few', steps: 2 }, network: { hidden: [4] }, training: { epochs: 1 } },
      join(folder, 'log.lif.yaml'),
    );
    expect(log).toContainEqual(expect.stringMatching(/^mnist: 20 instead of 60,000 training and 10 instead of 10,000/));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
