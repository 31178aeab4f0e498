/** Entries of lifAround: which neurons of a layer fire at points around its weights. */
import type { Rng } from '../../../../../base/random.ts';
import { namesOf, RESETS } from '../../../../../models/neuron.ts';
import { lifForward } from '../../../../../reference/lif.ts';
import { RESET } from '../../kernels.ts';
import { PANEL } from '../../panels.ts';
import { array, type KernelCase, type KernelEntry, matrix, type Shape } from '../entry.ts';
import { drawClear, uniform } from '../inputs.ts';
import {
  identity,
  type LifSize,
  labelOf,
  layerOf,
  leaks,
  lifSizes,
  logit,
  neuronOf,
  rowsOf,
  THRESHOLD,
} from './layers.ts';

/** A float32 rounding for each addend and step; no potential is that close to the threshold, relative to the largest one. */
const CLEARANCE = 4e-6;

interface Around extends LifSize {
  reset: keyof typeof RESET;
  directions: number;
  points: number;
}

interface Inputs {
  /** [parts × samples·steps × neurons] */
  addends: Float64Array;
  scales: Float64Array;
  /** [points × neurons + SPARE], the spare ones between the points. */
  bias: Float64Array;
  k: Float64Array;
  /** 0 or 1 [points × samples·steps × neurons]. */
  spikes: Float64Array;
  clearance: number;
}

/** Numbers between the biases of two points, which belong to nobody here. */
const SPARE = 4;

function draw(rng: Rng, { size: n, steps, samples, reset, directions, points }: Around): Inputs {
  const rows = samples * steps;
  const addends = uniform(rng, (directions + 1) * rows * n, -0.6, 0.8);
  const scales = uniform(rng, points * directions);
  const bias = uniform(rng, points * (n + SPARE), -0.1, 0.1);
  const { k } = leaks(rng, n, rng.below(2) > 0);
  const layer = layerOf(n, neuronOf({ spiking: true, reset }));
  const spikes = new Float64Array(points * rows * n);
  let [nearest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (let p = 0; p < points; p++)
    for (let b = 0; b < samples; b++) {
      const [begin, end] = rowsOf({ size: n, steps, samples }, b);
      const received = Float64Array.from({ length: end - begin }, (_, i) => {
        let sum = bias[p * (n + SPARE) + (i % n)]! + addends[begin + i]!;
        for (let d = 0; d < directions; d++)
          sum += scales[p * directions + d]! * addends[(d + 1) * rows * n + begin + i]!;
        return sum;
      });
      const { u, o } = lifForward(
        layer,
        { weight: identity(n), leak: k.map(logit), recurrent: undefined },
        received,
        steps,
      );
      spikes.set(o, p * rows * n + begin);
      for (const potential of u) {
        nearest = Math.min(nearest, Math.abs(potential - THRESHOLD));
        largest = Math.max(largest, Math.abs(potential));
      }
    }
  return { addends, scales, bias, k, spikes, clearance: nearest / largest };
}

function make(rng: Rng, around: Around): KernelCase {
  const { size: n, steps, samples, reset, directions, points } = around;
  const inputs = drawClear(
    () => draw(rng, around),
    ({ clearance }) => clearance,
    CLEARANCE,
  );
  const rows = samples * steps;
  const panels = Math.ceil(n / PANEL);
  const masks = new Uint16Array(points * panels * rows);
  inputs.spikes.forEach((o, i) => {
    const [p, row, neuron] = [Math.floor(i / n / rows), Math.floor(i / n) % rows, i % n];
    if (o) masks[(p * panels + Math.floor(neuron / PANEL)) * rows + row]! |= 1 << (neuron % PANEL);
  });
  return {
    margin: inputs.clearance,
    regions: {
      source: matrix(inputs.addends, (directions + 1) * rows, n),
      scales: array('f32', inputs.scales),
      bias: array('f32', inputs.bias),
      leak: array('f32', inputs.k),
      spikeMasks: array('u16', new Array(masks.length).fill(0xbeef), masks),
    },
    call: (k, address) =>
      k.lifAround({
        source: address('source'),
        sourceRows: (directions + 1) * rows,
        directions,
        scales: address('scales'),
        bias: address('bias'),
        biasStride: 4 * (n + SPARE),
        points,
        ...{ samples, steps, columns: n, threshold: THRESHOLD, reset: RESET[reset] },
        leak: address('leak'),
        spikeMasks: address('spikeMasks'),
      }),
  };
}

const shape = (around: Around): Shape => ({
  label: `${labelOf(around)}, ${around.points} points along ${around.directions} directions`,
  make: (rng) => make(rng, around),
});

/** The hidden layer of the SHD network. */
const bench: Around = { size: 64, steps: 100, samples: 2, reset: 'hard', directions: 2, points: 8 };

export const lifAroundEntries: KernelEntry[] = namesOf(RESETS).map((reset) => ({
  kernel: 'lifAround',
  variant: `${reset} reset`,
  reference: 'lifForward (reference/lif.ts) with the identity for weights',
  tolerance: 0,
  because: 'spikes are 0 or 1, and no potential is close to the threshold',
  shapes: lifSizes
    .filter(({ size, steps, samples }) => size * steps * samples <= 1000)
    .map((size, i) => shape({ ...size, reset, directions: [2, 1, 2, 3][i % 4]!, points: 1 + (i % 6) })),
  bench: {
    label: `${labelOf(bench)}, 8 points`,
    make: (rng) => make(rng, { ...bench, reset }),
    // Three addends, the bias and the potential before for each neuron, step and point; the addends are read once.
    work: { adds: (5 * 8 * 64 * 200) / 4, bytes: 3 * 4 * 64 * 200 },
  },
}));
