/** Table 7: every model at every resolution, as it is and with its leak rescaled, on a part of the samples. */

import { hasLeaks, withFixedLeaks } from '../../../engine/analysis/resolution/rescaled-leaks.ts';
import { specAt } from '../../../engine/analysis/resolution/times.ts';
import type { Network } from '../../../engine/backends/backend.ts';
import { writeSamples, writeTensors } from '../files.ts';
import { DTS_MS, MODELS, STEP_MS, specOf, type Trained, trained } from '../subject.ts';
import { aboutOf, agree, type Comparison, firstOf, opened, report, type Setting } from './setting.ts';

const SAMPLES = 64;
/** Evaluated by ours, whose threads take samples in larger pieces. */
const OURS = 2048;
const TOLERANCE = 2e-3;

export const compareResolution: Comparison = async (setting) => {
  const seconds = { ours: 0, theirs: 0 };
  for (const model of Object.keys(MODELS)) {
    const subject = model === 'baseline' ? setting.baseline : await trained(specOf(model), 0, setting.threads, 256);
    const own = { ours: 0, theirs: 0 };
    for (const ms of DTS_MS) await compareAt(setting, subject, ms / STEP_MS, own);
    report(`  ${model}, all resolutions`, 'ms a sample', 1000 * own.ours, 1000 * own.theirs);
    seconds.ours += own.ours;
    seconds.theirs += own.theirs;
  }
  report(
    'resolution',
    'ms a sample',
    1000 * seconds.ours,
    1000 * seconds.theirs,
    ` (their ${SAMPLES} samples, our ${OURS})`,
  );
};

/** Adds the seconds of a sample. */
async function compareAt(
  { threads, folder, ask }: Setting,
  subject: Trained,
  dt: number,
  seconds: { ours: number; theirs: number },
): Promise<void> {
  const there = specAt(subject.spec, dt);
  const asIs = await opened(subject, threads, { of: there });
  const { network, plan, data } = asIs;
  try {
    writeSamples(folder, data, 'test', firstOf(data, 'test', SAMPLES));
    const shapes = writeTensors(folder, network.parameters());
    const rescaled = dt !== 1 && hasLeaks(plan);
    for (const ratio of rescaled ? [1, dt] : [1]) {
      const spec = ratio === 1 ? there : withFixedLeaks(there, ratio);
      const asked = ratio === 1 ? asIs : await opened(subject, threads, { of: spec });
      const about = aboutOf(spec);
      const { leak } = spec.neuron;
      const theirs = await ask<{ loss: number; accuracy: number; seconds: number }>({
        do: 'resolution',
        ...{ shapes, about, batch: SAMPLES, leak },
      });
      const ours = await asked.network.evaluate('test', { samples: SAMPLES });
      agree(`loss of ${subject.spec.variant} at ${dt}`, ours.loss / SAMPLES, theirs.loss, TOLERANCE);
      agree(`accuracy of ${subject.spec.variant} at ${dt}`, ours.accuracy / SAMPLES, theirs.accuracy, 2 / SAMPLES);
      seconds.ours += await timed(asked.network);
      seconds.theirs += theirs.seconds / SAMPLES;
      if (asked !== asIs) await asked.network.close();
    }
  } finally {
    await network.close();
  }
}

async function timed(network: Network): Promise<number> {
  const began = performance.now();
  await network.evaluate('test', { samples: OURS });
  return (performance.now() - began) / 1000 / OURS;
}
