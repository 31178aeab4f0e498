/** What `errors` says, against the float64 reference and by hand. */
import { describe, expect, test } from 'vitest';
import { errors } from '../../../engine/analysis/errors/errors.ts';
import { derivatives, propagate } from '../../../engine/analysis/errors/propagation.ts';
import { stretch } from '../../../engine/analysis/errors/recurrence.ts';
import { binned, quartilesOf } from '../../../engine/analysis/errors/summary.ts';
import { leakOf } from '../../../engine/analysis/leaks.ts';
import * as errorsReport from '../../../engine/cli/analyses/errors.ts';
import { ANALYSIS_PARAMS } from '../../../engine/experiment/schema.ts';
import { backward, forward } from '../../../engine/reference/network.ts';
import type { ErrorsResult } from '../../../protocol/analyses/errors.ts';
import { spikes as events, sampleOf } from '../backends/event/support.ts';
import { contextOf } from './context.ts';

const params = ANALYSIS_PARAMS.errors.parse({});
const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

const VARIANTS: Record<string, object> = {
  'hard reset, learned leaks': { leak: { learnable: true }, reset: 'hard' },
  'soft reset, recurrent, smooth surrogate': { reset: 'soft', recurrent: true, surrogate: { shape: 'arctan' } },
  'no reset, recurrent': { reset: 'none', recurrent: true },
  'undecayed soft reset, recurrent': { reset: 'soft-undecayed', recurrent: true },
  'the reset detached': { reset: 'hard', resetGradient: false, recurrent: true },
};

describe.each(Object.entries(VARIANTS))('%s', (_, neuron) => {
  const settings = {
    network: { weightGain: 3, hidden: [13, 8], readout: { kind: 'leaky-integrator', window: 3 } },
    neuron,
    // Cross-entropy of a sample that is right already leaves errors that are float32 rounding alone.
    training: { loss: 'mse' },
  };

  test('what δ(t+1) leaves of δ(t) is what does not come from above', async () => {
    const data = events(7, 20);
    const { network, plan } = await contextOf<ErrorsResult>('reference', data, settings);
    const tensors = network.parameters();
    const p = Object.fromEntries(tensors.map(({ name, data: values }) => [name, Float64Array.from(values)]));
    let compared = 0;
    for (let s = 0; s < 8; s++) {
      const sample = sampleOf(data, s);
      const pass = forward(plan, p, sample);
      const record: { delta: Float64Array[] } = { delta: [] };
      backward(plan, p, sample, pass, { record });
      for (const l of [0, 1]) {
        const layer = plan.layers[l]!;
        if (layer.neuron.kind !== 'lif') throw new Error('not spiking');
        const N = layer.output[0];
        const [u, delta] = [Float32Array.from(pass.layers[l]!.u), Float32Array.from(record.delta[l]!)];
        const recurrent = tensors.find(({ name }) => name === `${layer.name}.recurrent`)?.data;
        const seen = propagate({ neuron: layer.neuron, leak: leakOf(layer, tensors), recurrent }, u, delta, plan.steps);
        const W = p[`layers.${l + 1}.weight`]!;
        const above = record.delta[l + 1]!;
        const M = plan.layers[l + 1]!.output[0];
        for (let t = 0; t + 1 < plan.steps; t++) {
          const later = norm(delta.subarray((t + 1) * N, (t + 2) * N));
          expect(seen.norm[t]).toBeCloseTo(norm(delta.subarray(t * N, (t + 1) * N)), 6);
          if (later === 0) continue;
          const fromAbove = Array.from({ length: N }, (_, i) => {
            const { slope } = derivatives(layer.neuron as typeof layer.neuron & { kind: 'lif' }, u[t * N + i]!);
            let sum = 0;
            for (let m = 0; m < M; m++) sum += W[i * M + m]! * above[t * M + m]!;
            return slope * sum;
          });
          const rest = fromAbove.map((x, i) => record.delta[l]![t * N + i]! - x);
          expect(seen.whole[t]! * later).toBeCloseTo(norm(rest), 5);
          const share = norm(fromAbove) / (norm(fromAbove) + norm(rest));
          if (Number.isFinite(share)) expect(seen.fresh[t]).toBeCloseTo(share, 3);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(50);
    await network.close();
  });

  test('both backends answer alike', async () => {
    const data = events(7, 20);
    const [a, b] = await Promise.all(
      (['reference', 'event'] as const).map(async (backend) => {
        const { context, network } = await contextOf<ErrorsResult>(backend, data, settings);
        const answer = await errors.run(context, { ...params, samples: 20 });
        await network.close();
        return errors.result.parse(answer);
      }),
    );
    expect(a!.layers.map(({ layer, spiking }) => [layer, spiking])).toEqual([
      [0, true],
      [1, true],
      [2, false],
    ]);
    const near = (x: unknown, y: unknown, path: string): void => {
      if (typeof x === 'number' && typeof y === 'number') {
        if (Math.abs(x - y) > 1e-3 * Math.max(1e-3, Math.abs(x))) expect.fail(`${path}: ${x} and ${y}`);
      } else if (x !== null && typeof x === 'object')
        for (const key of Object.keys(x)) near((x as never)[key], (y as never)[key], `${path}.${key}`);
      else expect(y, path).toEqual(x);
    };
    near(a, b, 'answer');
    const text = errorsReport.lines(a!).join('\n');
    expect(text).toContain('3 (integrator)');
    expect(text.includes('V gain')).toBe('recurrent' in neuron);
    expect(text).not.toMatch(/undefined|NaN/);
    expect(errorsReport.columns.row(a!)).toHaveLength(errorsReport.columns.header.length);
  });
});

test('each component by itself: the leak, what a reset leaves, nothing at all', async () => {
  const data = events(7, 20);
  const ask = async (neuron: object) => {
    const network = { weightGain: 3, hidden: [13], readout: { kind: 'leaky-integrator', window: 3 } };
    const { context, network: open } = await contextOf<ErrorsResult>('event', data, { network, neuron });
    const answer = await errors.run(context, { ...params, layers: [1] });
    await open.close();
    return answer.layers[0]!;
  };
  const none = await ask({ leak: 0.6, reset: 'none' });
  // Without reset and recurrence a step is the factor k, exactly.
  for (const kind of ['leak', 'reset', 'whole'] as const) {
    expect(none.perStep.measured[kind]).toBeCloseTo(0.6, 5);
    expect(none.perStep.expected[kind]).toBeCloseTo(0.6, 5);
  }
  expect(none.factors.kept.every((x) => x === 1)).toBe(true);
  const hard = await ask({ leak: 0.6, reset: 'hard', resetGradient: false });
  expect(hard.perStep.measured.leak).toBeCloseTo(0.6, 5);
  expect(hard.perStep.measured.reset!).toBeLessThan(0.6);
  expect(hard.perStep.measured.whole).toBe(hard.perStep.measured.reset);
  const complete = await ask({ leak: 0, reset: 'hard' });
  expect(complete.perStep.measured).toEqual({ leak: 0, reset: 0, whole: 0 });
  expect(complete.fresh.every((x) => x === null || x === 1)).toBe(true);
});

test('a matrix stretches as it is known to', () => {
  const turn = [0.9 * Math.cos(1), 0.9 * Math.sin(1), -0.9 * Math.sin(1), 0.9 * Math.cos(1)];
  expect(stretch(turn, 2).radius).toBeCloseTo(0.9, 6);
  expect(stretch(turn, 2).norm).toBeCloseTo(0.9, 6);
  expect(stretch(turn, 2).gain).toBeCloseTo(0.9, 12);
  // A shear: its eigenvalues are 0.5, its singular values are not.
  const shear = [0.5, 3, 0, 0.5];
  expect(stretch(shear, 2).norm).toBeCloseTo(3.0811, 3);
  expect(stretch(shear, 2).radius).toBeCloseTo(0.5, 2);
  expect(stretch([0, 0, 0, 0], 2)).toEqual({ gain: 0, norm: 0, radius: 0 });
});

test('quartiles and stretches of time leave out what is not there', () => {
  const time = { steps: 5, bins: 2, stepsPerBin: 3 };
  expect([...binned(Float64Array.of(1, 2, Number.NaN, Number.NaN, Number.NaN), time)]).toEqual([1.5, Number.NaN]);
  const rows = [1, 2, 3, 4, Number.NaN].map((x) => Float64Array.of(x, Number.NaN));
  expect(quartilesOf(rows, 2)).toEqual({
    lower: [1.75, null],
    median: [2.5, null],
    upper: [3.25, null],
    mean: [2.5, null],
  });
});

test('what cannot be asked is refused in a sentence', async () => {
  const lif = await contextOf<ErrorsResult>('event', events(), { network: { hidden: [6] } });
  await expect(errors.run(lif.context, { ...params, layers: [7] })).rejects.toThrow(
    'The network has no layer 7 with a potential; there are 1, 2.',
  );
  await expect(errors.run(lif.context, { ...params, split: 'validation' })).rejects.toThrow('no validation samples');
  const gru = await contextOf<ErrorsResult>('event', events(), { model: 'gru', network: { hidden: [6] } });
  await expect(errors.run(gru.context, params)).rejects.toThrow('ask a run of the model lif');
  await Promise.all([lif.network.close(), gru.network.close()]);
});
