/** Entries of what happens once per weight update: shards added, the optimizer, the leak's parameter. */
import type { Rng } from '../../../../base/random.ts';
import { sigmoid } from '../../../../models/neuron.ts';
import { adamStep } from '../../../../reference/optimizer.ts';
import { array, type KernelCase, type KernelEntry, type KernelWork, type Shape } from './entry.ts';
import { uniform } from './inputs.ts';

/** A vector of parameters, of which one thread updates [from, to), and as many gradients as there are shards. */
interface Size {
  parameters: number;
  shards: number;
  from: number;
  to: number;
}

const sizes: Size[] = [
  { parameters: 4, shards: 1, from: 0, to: 4 },
  { parameters: 36, shards: 4, from: 8, to: 20 },
  { parameters: 200, shards: 8, from: 0, to: 200 },
  { parameters: 64, shards: 3, from: 60, to: 64 },
  { parameters: 20, shards: 2, from: 12, to: 12 },
  { parameters: 1000, shards: 8, from: 400, to: 996 },
];

const label = ({ parameters, shards, from, to }: Size): string =>
  `elements ${from} to ${to} of ${parameters}, ${shards} shards`;

/** The parameters of the SHD network. */
const bench: Size = { parameters: 46_164, shards: 8, from: 0, to: 46_164 };

/** Vector additions and vectors read or written per four parameters, besides one of each per shard. */
function shapesOf(make: (rng: Rng, size: Size) => KernelCase, adds: number, vectors: number) {
  const { parameters, shards } = bench;
  const work: KernelWork = { adds: ((shards + adds) * parameters) / 4, bytes: (shards + vectors) * 4 * parameters };
  const shape = (size: Size): Shape => ({ label: label(size), make: (rng) => make(rng, size) });
  return { shapes: sizes.map(shape), bench: { ...shape(bench), work } };
}

/** Gradients of the shards, and their sum. */
function shardsOf(rng: Rng, { parameters, shards }: Size) {
  const grads = uniform(rng, shards * parameters);
  const sum = new Float64Array(parameters);
  grads.forEach((g, i) => {
    sum[i % parameters]! += g;
  });
  return { grads, sum };
}

/** `values` with those of `updated` in [from, to). */
function within({ from, to }: Size, values: Float64Array, updated: Float64Array): Float64Array {
  const merged = values.slice();
  merged.set(updated.subarray(from, to), from);
  return merged;
}

/** Where the gradients of the shards lie, and which elements a thread works on. */
const shardsAt = (address: (region: string) => number, { parameters, shards }: Size) => ({
  gradients: address('gradients'),
  shardBytes: 4 * parameters,
  shards,
});
const rangeOf = ({ from, to }: Size) => ({ begin: from, end: to });

function makeReduce(rng: Rng, size: Size): KernelCase {
  const { grads, sum } = shardsOf(rng, size);
  return {
    regions: { gradients: array('f32', grads, within(size, grads, sum)) },
    call: (k, address) => k.reduceShards({ ...shardsAt(address, size), ...rangeOf(size) }),
  };
}

/** A large learning rate and an ε that counts, so that an error in a step is not hidden by the weight it is added to. */
const HYPER = { learningRate: 0.5, beta1: 0.9, beta2: 0.99, epsilon: 0.05 };

function makeAdam(rng: Rng, size: Size, scale: number, decay: number): KernelCase {
  const { grads, sum } = shardsOf(rng, size);
  const [w, m] = [uniform(rng, size.parameters), uniform(rng, size.parameters)];
  const v = uniform(rng, size.parameters, 0, 2);
  const t = 1 + rng.below(200);
  const weightFactor = 1 - HYPER.learningRate * decay;
  const after = { w: w.map((x) => weightFactor * x), m: m.slice(), v: v.slice(), step: t - 1 };
  const { learningRate, ...rest } = HYPER;
  adamStep(
    after.w,
    sum.map((g) => scale * g),
    after,
    learningRate,
    rest,
  );
  return {
    regions: {
      w: array('f32', w, within(size, w, after.w)),
      m: array('f32', m, within(size, m, after.m)),
      v: array('f32', v, within(size, v, after.v)),
      gradients: array('f32', grads),
    },
    call: (k, address) =>
      k.adam({
        w: address('w'),
        m: address('m'),
        v: address('v'),
        ...shardsAt(address, size),
        ...rangeOf(size),
        ...rest,
        scale,
        weightFactor,
        rate: learningRate / (1 - rest.beta1 ** t),
        correction: 1 / Math.sqrt(1 - rest.beta2 ** t),
      }),
  };
}

function makeSgd(rng: Rng, size: Size, scale: number, momentum: number): KernelCase {
  const { grads, sum } = shardsOf(rng, size);
  const [w, m] = [uniform(rng, size.parameters), uniform(rng, size.parameters)];
  const rate = 0.25;
  const m1 = m.map((x, i) => momentum * x + scale * sum[i]!);
  const w1 = w.map((x, i) => x - rate * m1[i]!);
  return {
    regions: {
      w: array('f32', w, within(size, w, w1)),
      m: array('f32', m, within(size, m, m1)),
      gradients: array('f32', grads),
    },
    call: (k, address) =>
      k.sgd({ w: address('w'), m: address('m'), ...shardsAt(address, size), ...rangeOf(size), scale, rate, momentum }),
  };
}

function makeSquares(rng: Rng, size: Size): KernelCase {
  const g = uniform(rng, size.parameters);
  let sum = 0;
  for (let i = size.from; i < size.to; i++) sum += g[i]! ** 2;
  return {
    regions: { g: array('f32', g) },
    returns: sum,
    call: (k, address) => k.sumSquares({ g: address('g'), ...rangeOf(size) }),
  };
}

const LEAK_SIZES = [1, 4, 7, 20, 37, 200];

function makeLeak(rng: Rng, size: number, shared: boolean): KernelCase {
  const a = uniform(rng, shared ? 1 : size, -8, 8);
  const expected = Array.from({ length: size }, (_, i) => sigmoid(a[shared ? 0 : i]!));
  return {
    regions: { k: array('f32', new Array(size).fill(Number.NaN), expected), a: array('f32', a) },
    call: (k, address) => k.leakFromParameter({ k: address('k'), a: address('a'), size, shared }),
  };
}

/** dσ(a)/da = k·(1 − k). */
function makeLeakGradient(rng: Rng, size: number, shared: boolean): KernelCase {
  const da = uniform(rng, shared ? 1 : size);
  // Of both signs, but not so that they cancel: errors are measured against the sum.
  const dk = uniform(rng, size, -0.5, 1);
  const k = uniform(rng, size, 0, 1);
  const expected = da.slice();
  for (let i = 0; i < size; i++) expected[shared ? 0 : i]! += dk[i]! * k[i]! * (1 - k[i]!);
  return {
    regions: { da: array('f32', da, expected), dk: array('f32', dk), k: array('f32', k) },
    call: (kernels, address) =>
      kernels.leakGradient({ da: address('da'), dk: address('dk'), k: address('k'), size, shared }),
  };
}

function leakShapes(make: (rng: Rng, size: number, shared: boolean) => KernelCase, shared: boolean, arrays: number) {
  const shape = (size: number): Shape => ({ label: `${size} neurons`, make: (rng) => make(rng, size, shared) });
  return { shapes: LEAK_SIZES.map(shape), bench: { ...shape(512), work: { adds: 128, bytes: 4 * 512 * arrays } } };
}

const roundings = 'a few float32 roundings';

export const optimizerEntries: KernelEntry[] = [
  {
    kernel: 'reduceShards',
    variant: 'in order',
    reference: 'shardsOf (table/optimizer.ts)',
    tolerance: 5e-7,
    because: 'float32 sums of at most eight terms',
    ...shapesOf(makeReduce, -1, 1),
  },
  ...[
    { variant: 'Adam', scale: 1, decay: 0 },
    { variant: 'Adam, clipped', scale: 0.125, decay: 0 },
    { variant: 'AdamW', scale: 1, decay: 0.25 },
  ].map(
    ({ variant, scale, decay }): KernelEntry => ({
      kernel: 'adam',
      variant,
      reference: 'adamStep (reference/optimizer.ts)',
      tolerance: 1e-6,
      because: `${roundings}, and hyperparameters rounded to float32`,
      ...shapesOf((rng, size) => makeAdam(rng, size, scale, decay), 3, 6),
    }),
  ),
  ...[0, 0.875].map(
    (momentum): KernelEntry => ({
      kernel: 'sgd',
      variant: momentum ? 'with momentum' : 'without momentum',
      reference: 'makeSgd (table/optimizer.ts)',
      tolerance: 5e-7,
      because: roundings,
      ...shapesOf((rng, size) => makeSgd(rng, size, 0.5, momentum), 2, 4),
    }),
  ),
  {
    kernel: 'sumSquares',
    variant: 'in float64',
    reference: 'makeSquares (table/optimizer.ts)',
    tolerance: 0,
    because: 'squares of float32 and their sum, in the same order, are float64 in both',
    ...shapesOf(makeSquares, 1 - bench.shards, 1 - bench.shards),
  },
  ...[false, true].map(
    (shared): KernelEntry => ({
      kernel: 'leakFromParameter',
      variant: shared ? 'one for the layer' : 'one per neuron',
      reference: 'sigmoid (models/neuron.ts)',
      tolerance: 5e-7,
      because: 'an exponential and a division in float32',
      ...leakShapes(makeLeak, shared, shared ? 1 : 2),
    }),
  ),
  ...[false, true].map(
    (shared): KernelEntry => ({
      kernel: 'leakGradient',
      variant: shared ? 'one for the layer' : 'one per neuron',
      reference: 'makeLeakGradient (table/optimizer.ts)',
      tolerance: 1e-6,
      because: 'float32 sums over up to 200 neurons',
      ...leakShapes(makeLeakGradient, shared, shared ? 2 : 4),
    }),
  ),
];
