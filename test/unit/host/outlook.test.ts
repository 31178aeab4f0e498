import { expect, test } from 'vitest';
import { sharing } from '../../../engine/executors/local/estimate.ts';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { outlookOf } from '../../../engine/host/outlook.ts';
import { BASE } from '../experiment/marked.ts';
import { run, running } from '../extension/support.ts';

const { experiment } = checkExperiment(
  `${BASE}  b: { training: { epochs: 20 } }\ntraining: { epochs: 10 }\nseeds: [1, 2]\n`,
  'f',
);

test('a run takes the seconds of an epoch, of its variant or of the others, times its epochs', () => {
  expect(expandExperiment(experiment!, '/f')).toHaveLength(4);
  const row = (variant: string, runs: ReturnType<typeof run>[]) => {
    return { variant, changes: {}, runs, results: runs.filter(({ state }) => state === 'finished') };
  };
  const comparison = (runs: ReturnType<typeof run>[]) => {
    return { study: '', file: '', seeds: [1, 2], rows: [row('a', runs), row('b', [])], outdated: [], earlier: [] };
  };
  expect(outlookOf(experiment!, comparison([]))).toBeUndefined();
  expect(outlookOf(experiment!, comparison([run('q', { state: 'queued', epoch: 0, seconds: 0 })]))).toBeUndefined();
  // 2 s an epoch; half of the second seed is done, b has nothing: 10 s and twice 40 s on the places that there are.
  const found = outlookOf(
    experiment!,
    comparison([
      run('1', { seed: 1, epoch: 10, epochs: 10, seconds: 20 }),
      running('2', 0.5, { seed: 2, epoch: 5, epochs: 10, seconds: 10 }),
    ]),
  )!;
  expect(found).toMatchObject({ perRun: 30, missing: 3 });
  expect(found.seconds).toBe({ 1: 90, 2: 50 }[sharing(3).atOnce] ?? 40);
});
