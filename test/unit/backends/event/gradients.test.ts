/**
 * The gradient kernels against the forward kernels, without the reference. Where the forward kernel is linear, forward
 * and backward are transposes: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩. Readout and leak are smooth: four-point differences of their
 * float64 reference.
 */
import { describe, expect, test } from 'vitest';
import {
  BACKWARD_WORK,
  DECODE,
  instantiateKernels,
  kernelBytes,
  LOSS,
  RESERVED_BYTES,
  RESET,
  recurrentWork,
  SPARE_EVENTS,
  START,
  SURROGATE,
} from '../../../../engine/backends/event/kernels/kernels.ts';
import { PANEL, toPanels } from '../../../../engine/backends/event/kernels/panels.ts';
import type { Kernels } from '../../../../engine/backends/event/kernels/signatures/all.ts';
import {
  array,
  matrix,
  placeRegions,
  type Region,
  viewOf,
} from '../../../../engine/backends/event/kernels/table/entry.ts';
import { COLUMNS, events, uniform } from '../../../../engine/backends/event/kernels/table/inputs.ts';
import { stream } from '../../../../engine/base/random.ts';
import { namesOf, sigmoid } from '../../../../engine/models/neuron.ts';
import { decodeForward, lossForward } from '../../../../engine/reference/readout.ts';

const memory = new WebAssembly.Memory({ initial: 32, maximum: 32, shared: true });
const kernels = instantiateKernels(kernelBytes(), memory);

/** Calls kernels over these arrays and returns the arrays afterwards. */
function run(regions: Record<string, Region>, call: (k: Kernels, addressOf: (name: string) => number) => void) {
  const { addresses } = placeRegions(regions, RESERVED_BYTES);
  const views = Object.entries(regions).map(([name, region]) => {
    const view = viewOf(memory.buffer, region, addresses.get(name)!);
    view.set(region.data);
    return [name, view] as const;
  });
  call(kernels, (name) => addresses.get(name)!);
  return Object.fromEntries(views);
}

const zeros = (rows: number, columns: number): Region => matrix(new Float64Array(rows * columns), rows, columns);

function dot(a: ArrayLike<number>, b: ArrayLike<number>): { sum: number; magnitude: number } {
  let sum = 0;
  let magnitude = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i]! * b[i]!;
    magnitude += Math.abs(a[i]! * b[i]!);
  }
  return { sum, magnitude };
}

function expectTransposes([a, b]: ArrayLike<number>[], [c, d]: ArrayLike<number>[]): void {
  const forward = dot(a!, b!);
  const backward = dot(c!, d!);
  expect(forward.magnitude, 'the products have something to compare').toBeGreaterThan(0);
  const error = Math.abs(forward.sum - backward.sum) / forward.magnitude;
  expect(error, `⟨A x, y⟩ = ${forward.sum}, ⟨x, Aᵀ y⟩ = ${backward.sum}`).toBeLessThan(1e-6);
}

test.each(COLUMNS)('input weights, %d columns: gatherRows, and gatherRows over transposed events', (columns) => {
  const [rows, inputs] = [11, 9];
  const rng = stream(1, 'input weights', columns);
  const e = events(rng, rows, inputs, 'few');
  const regions = {
    offsets: array('u32', e.offsets),
    channels: array('u16', e.index),
    weight: matrix(uniform(rng, inputs * columns), inputs, columns),
    delta: matrix(uniform(rng, rows * columns), rows, columns),
    current: zeros(rows, columns),
    gradient: zeros(inputs, columns),
    outOffsets: array('u32', new Array(inputs + 2).fill(0)),
    outRows: array('u16', new Array(e.index.length).fill(0)),
  };
  const { current, delta, weight, gradient } = run(regions, (k, addressOf) => {
    const events = { offsets: addressOf('offsets'), channels: addressOf('channels') };
    const transposed = { outOffsets: addressOf('outOffsets'), outIndices: addressOf('outRows') };
    k.gatherRows({
      out: addressOf('current'),
      outRows: rows,
      firstRow: 0,
      start: START.zero,
      source: addressOf('weight'),
      sourceRows: inputs,
      offsets: events.offsets,
      indices: events.channels,
      rows,
      columns,
    });
    k.transposeEvents({ ...events, rows, channelCount: inputs, delayWithin: 0, ...transposed });
    k.gatherRows({
      out: addressOf('gradient'),
      outRows: inputs,
      firstRow: 0,
      start: START.zero,
      source: addressOf('delta'),
      sourceRows: rows,
      offsets: transposed.outOffsets,
      indices: transposed.outIndices,
      rows: inputs,
      columns,
    });
  });
  expectTransposes([current!, delta!], [weight!, gradient!]);
});

test.each(COLUMNS)(
  'weights of a constant input, %d columns: gatherRowsWeighted, and over transposed values',
  (columns) => {
    const [samples, inputs] = [5, 13];
    const rng = stream(2, 'constant input', columns);
    const e = events(rng, samples, inputs, 'few');
    const regions = {
      offsets: array('u32', e.offsets),
      channels: array('u16', e.index),
      values: array('f32', uniform(rng, e.index.length)),
      weight: matrix(uniform(rng, inputs * columns), inputs, columns),
      delta: matrix(uniform(rng, samples * columns), samples, columns),
      current: zeros(samples, columns),
      gradient: zeros(inputs, columns),
      outOffsets: array('u32', new Array(inputs + 2).fill(0)),
      outRows: array('u16', new Array(e.index.length).fill(0)),
      outValues: array('f32', new Array(e.index.length).fill(0)),
    };
    const { current, delta, weight, gradient } = run(regions, (k, addressOf) => {
      const events = { offsets: addressOf('offsets'), channels: addressOf('channels'), values: addressOf('values') };
      const transposed = {
        outOffsets: addressOf('outOffsets'),
        outIndices: addressOf('outRows'),
        outValues: addressOf('outValues'),
      };
      k.gatherRowsWeighted({
        out: addressOf('current'),
        outRows: samples,
        start: START.zero,
        source: addressOf('weight'),
        sourceRows: inputs,
        offsets: events.offsets,
        indices: events.channels,
        values: events.values,
        rows: samples,
        columns,
      });
      k.transposeEvents({ ...events, rows: samples, channelCount: inputs, delayWithin: 0, ...transposed });
      k.gatherRowsWeighted({
        out: addressOf('gradient'),
        outRows: inputs,
        start: START.zero,
        source: addressOf('delta'),
        sourceRows: samples,
        offsets: transposed.outOffsets,
        indices: transposed.outIndices,
        values: transposed.outValues,
        rows: inputs,
        columns,
      });
    });
    expectTransposes([current!, delta!], [weight!, gradient!]);
  },
);

test.each(COLUMNS)(
  'recurrent weights, %d columns: lifForwardRecurrent without leak, and transposed spikes one step later',
  (size) => {
    const [samples, steps] = [3, 6];
    const rows = samples * steps;
    const panels = Math.ceil(size / PANEL);
    const rng = stream(3, 'recurrent weights', size);
    const gain = uniform(rng, size * size, -1 / size, 1 / size);
    const input = uniform(rng, rows * size);
    const regions = {
      u: matrix(input, rows, size),
      input: matrix(input, rows, size),
      leak: array('f32', new Array(size).fill(0)),
      recurrent: matrix(gain, size, size),
      spikeMasks: array('u16', new Array(rows * panels).fill(0)),
      work: array('f32', new Array(recurrentWork(size, 0, samples)).fill(0)),
      offsets: array('u32', new Array(rows + 1).fill(0)),
      channels: array('u16', new Array(rows * size + SPARE_EVENTS).fill(0)),
      delta: matrix(uniform(rng, rows * size), rows, size),
      gradient: zeros(size, size),
      outOffsets: array('u32', new Array(size + 2).fill(0)),
      outRows: array('u16', new Array(rows * size).fill(0)),
    };
    const { u, delta, recurrent, gradient } = run(regions, (k, addressOf) => {
      const spikes = { offsets: addressOf('offsets'), channels: addressOf('channels') };
      const transposed = { outOffsets: addressOf('outOffsets'), outIndices: addressOf('outRows') };
      k.lifForwardRecurrent({
        u: addressOf('u'),
        rows,
        samples,
        steps,
        size,
        constantRows: 0,
        leak: addressOf('leak'),
        threshold: 0.25,
        reset: RESET.none,
        recurrent: addressOf('recurrent'),
        spikeMasks: addressOf('spikeMasks'),
        work: addressOf('work'),
      });
      k.listSpikes({ spikeMasks: addressOf('spikeMasks'), panels, rows, ...spikes });
      k.transposeEvents({ ...spikes, rows, channelCount: size, delayWithin: steps, ...transposed });
      k.gatherRows({
        out: addressOf('gradient'),
        outRows: size,
        firstRow: 0,
        start: START.zero,
        source: addressOf('delta'),
        sourceRows: rows,
        offsets: transposed.outOffsets,
        indices: transposed.outIndices,
        rows: size,
        columns: size,
      });
    });
    // With k = 0 the potential is the input and what came through V.
    const received = Float64Array.from(u!, (x, i) => x - regions.input.data[i]!);
    expectTransposes([received, delta!], [recurrent!, gradient!]);
  },
);

test.each(COLUMNS)('the leak of %d integrators: lifForward and lifBackward', (size) => {
  const [samples, steps] = [2, 9];
  const rows = samples * steps;
  const rng = stream(4, 'integrators', size);
  const [input, slope] = [uniform(rng, rows * size), uniform(rng, rows * size)];
  const regions = {
    u: matrix(input, rows, size),
    input: matrix(input, rows, size),
    delta: zeros(rows, size),
    slope: matrix(slope, rows, size),
    // One sample after the other, each in panels.
    gU: array(
      'f32',
      [0, 1].flatMap((b) => [...toPanels(slope.subarray(b * steps * size, (b + 1) * steps * size), steps, size)]),
    ),
    leak: array('f32', uniform(rng, size, 0, 1)),
    work: array('f32', new Array(BACKWARD_WORK).fill(Number.NaN)),
  };
  const seen = run(regions, (k, addressOf) => {
    const integrators = {
      rows,
      samples,
      steps,
      columns: size,
      leak: addressOf('leak'),
      threshold: 1,
      reset: RESET.none,
      spiking: false,
    };
    k.lifForward({ ...integrators, u: addressOf('u'), constantRows: 0, panels: 0 });
    k.lifBackward({
      ...integrators,
      u: addressOf('delta'),
      resetGradient: true,
      shape: SURROGATE.rectangular,
      width: 1,
      height: 1,
      nextRows: 0,
      nextFirst: 0,
      nextSize: 0,
      gU: addressOf('gU'),
      stride: size,
      windowStart: 0,
      work: addressOf('work'),
    });
  });
  expectTransposes([seen.u!, seen.slope!], [seen.input!, seen.delta!]);
});

/** f'(x) from four values. */
const difference = (f: (h: number) => number, h = 1e-3): number =>
  (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);

describe('readout of potentials', () => {
  for (const decode of ['mean', 'last', 'max', 'each-step'] as const)
    for (const loss of namesOf(LOSS))
      test(`${decode}, ${loss}`, () => {
        const [classes, steps, from, label] = [8, 5, 2, 3];
        const rng = stream(5, `${decode} ${loss}`);
        // Far apart, so that a difference does not move a maximum to another step.
        const u = Float64Array.from(uniform(rng, steps * classes), (x, i) => Math.fround(x + 4 * ((i * 3) % steps)));
        const lossAt = (i: number, h: number): number => {
          const moved = u.slice();
          moved[i]! += h;
          const scores = decodeForward({ decode, from }, steps, classes, { u: moved, o: moved });
          return lossForward(loss, scores, classes, label);
        };
        const regions = {
          u: matrix(u, steps, classes),
          gradient: zeros(steps - from, classes),
          scores: array('f32', new Array(2 * classes).fill(0)),
          result: array('f64', [0, 0]),
        };
        const { gradient } = run(regions, (k, addressOf) => {
          k.readout({
            decode: DECODE[decode],
            windowStart: from,
            steps,
            size: classes,
            classes,
            u: addressOf('u'),
            rows: steps,
            firstRow: 0,
            threshold: 1,
            loss: LOSS[loss],
            label,
            scale: 1,
            scores: addressOf('scores'),
            gradient: addressOf('gradient'),
            result: addressOf('result'),
          });
        });
        // Eight columns are one panel, whose rows lie one after the other.
        for (let i = 0; i < gradient!.length; i++) {
          const expected = difference((h) => lossAt(from * classes + i, h));
          expect(
            Math.abs(gradient![i]! - expected),
            `element ${i}: expected ${expected}, saw ${gradient![i]}`,
          ).toBeLessThan(2e-6);
        }
      });
});

test.each([false, true])('leak parameter, shared: %s', (shared) => {
  const size = 12;
  const rng = stream(6, 'leak');
  const a = uniform(rng, shared ? 1 : size, -3, 3);
  const dk = uniform(rng, size);
  const regions = {
    a: array('f32', a),
    k: array('f32', new Array(size).fill(0)),
    dk: array('f32', dk),
    da: array('f32', new Array(a.length).fill(0)),
  };
  const { da } = run(regions, (k, addressOf) => {
    k.leakFromParameter({ k: addressOf('k'), a: addressOf('a'), size, shared });
    k.leakGradient({ da: addressOf('da'), dk: addressOf('dk'), k: addressOf('k'), size, shared });
  });
  a.forEach((x, j) => {
    const neurons = shared ? [...dk.keys()] : [j];
    const expected = neurons.reduce((sum, i) => sum + dk[i]! * difference((h) => sigmoid(x + h)), 0);
    expect(Math.abs(da![j]! - expected), `a[${j}]: expected ${expected}, saw ${da![j]}`).toBeLessThan(1e-6);
  });
});
