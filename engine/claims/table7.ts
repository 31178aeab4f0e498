/** What the paper printed of other temporal resolutions. */
import type { Settings } from '../experiment/schema.ts';
import { fixedLeak } from './advice/components.ts';

/** Milliseconds of a step; all were trained at 3. */
const LENGTHS = [1, 2, 3, 5, 10];

type Leak = 'normal' | 'without' | 'complete';

/** Table 7 of Yin et al. (2024): N-MNIST, accuracy in percent by model and length of a step. */
const TABLE_7: { model: Settings['model']; leak?: Leak; reset?: boolean; recurrent?: boolean; accuracies: number[] }[] =
  [
    { model: 'lif', leak: 'normal', reset: true, recurrent: false, accuracies: [90.82, 94.14, 94.76, 94.8, 94.63] },
    { model: 'lif', leak: 'without', reset: true, recurrent: false, accuracies: [88.7, 94.49, 95.18, 95.26, 95.07] },
    { model: 'lif', leak: 'complete', reset: true, recurrent: false, accuracies: [90.98, 94.57, 95.03, 95.12, 95.14] },
    { model: 'lif', leak: 'normal', reset: false, recurrent: false, accuracies: [93.9, 95.83, 96.18, 96.3, 96.12] },
    { model: 'lif', leak: 'normal', reset: true, recurrent: true, accuracies: [75.51, 93.72, 96.21, 94.0, 80.41] },
    { model: 'lif', leak: 'without', reset: true, recurrent: true, accuracies: [59.14, 93.48, 96.48, 92.57, 70.11] },
    { model: 'lif', leak: 'without', reset: false, recurrent: true, accuracies: [36.92, 89.16, 93.4, 90.91, 74.01] },
    { model: 'lstm', accuracies: [31.62, 90.52, 97.84, 63.1, 9.84] },
    { model: 'gru', accuracies: [23.25, 77.69, 96.88, 81.83, 45.2] },
    { model: 'rnn', accuracies: [17.68, 18.28, 93.84, 37.58, 19.92] },
  ];

/** The accuracy that Table 7 has for a network like this one at a length of a step in ms, as a fraction; undefined where it has none. */
export function printedAtResolution({ dataset, model, neuron }: Settings, dt: number): number | undefined {
  if (dataset.name !== 'nmnist' && dataset.name !== 'nmnist-simulated') return undefined;
  const k = fixedLeak(neuron.leak);
  const leak: Leak | undefined = k === 1 ? 'without' : k === 0 ? 'complete' : k === 0.3 ? 'normal' : undefined;
  const { reset, recurrent } = neuron;
  if (reset !== 'hard' && reset !== 'none') return undefined;
  const row = TABLE_7.find(
    (one) =>
      one.model === model &&
      (model !== 'lif' || (one.leak === leak && one.reset === (reset === 'hard') && one.recurrent === recurrent)),
  );
  const percent = row?.accuracies[LENGTHS.indexOf(dt)];
  return percent === undefined ? undefined : Math.round(100 * percent) / 10_000;
}
