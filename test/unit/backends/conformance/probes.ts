/** What probes record, and what they refuse. */
import { describe, expect, test } from 'vitest';
import type { Probe } from '../../../../engine/backends/backend.ts';
import { lengthOf, parametersOf as planParameters } from '../../../../engine/models/parameters.ts';
import { isGated } from '../../../../engine/models/plan.ts';
import { sampleOf } from '../event/support.ts';
import { NEURONS, OPTIMIZERS, stepOf, withNeuron } from './networks.ts';
import type { Subject } from './subject.ts';
import { expectClose, indices, joined, yardstick } from './yardstick.ts';

export function probes(subject: Subject): void {
  const { start } = subject;
  describe.each(subject.networks)('%s', (which) => {
    test('probes see what the reference sees, and change nothing', async () => {
      const { network, plan, data } = await start(which);
      const { passes, gradient } = yardstick(plan, data, network);
      const before = network.state();
      const all = plan.layers.flatMap(({ neuron }, l) => (neuron.kind === 'linear' ? [] : [l]));
      const spiking = all.filter((l) => plan.layers[l]!.neuron.kind === 'lif');
      const seen = await network.probe(
        { split: 'test', indices },
        {
          spikes: spiking,
          counts: spiking,
          potentials: all,
          features: true,
          delta: all,
          inputGradient: true,
          parameterGradient: true,
        },
      );
      expectClose(
        seen.samples.loss,
        passes.map(({ loss }) => loss),
        'loss',
      );
      for (const l of spiking) {
        expect([...seen.spikes.get(l)!], `spikes of layer ${l}`).toEqual(joined(passes.map((p) => p.layers[l]!.o)));
        const size = lengthOf(plan.layers[l]!.output);
        const counts = passes.flatMap(({ layers }) =>
          Array.from({ length: size }, (_, n) => layers[l]!.o.reduce((sum, o, i) => sum + (i % size === n ? o : 0), 0)),
        );
        expect([...seen.counts.get(l)!], `counts of layer ${l}`).toEqual(counts);
      }
      for (const l of all) {
        expectClose(seen.potentials.get(l)!, joined(passes.map((p) => p.layers[l]!.u)), `potentials of layer ${l}`);
        expectClose(seen.delta.get(l)!, joined(passes.map((p) => p.delta[l]!)), `δ of layer ${l}`);
      }
      expectClose(seen.inputGradient!, joined(passes.map(({ dx }) => dx!)), 'dL/dx');
      expect(
        seen.inputGradient!.some((g) => g !== 0),
        'there is a gradient to compare',
      ).toBe(true);
      for (const { name: part, data: values } of seen.parameterGradient!) expectClose(values, gradient[part]!, part);
      const hidden = plan.layers.length - 2;
      const width = lengthOf(plan.layers[hidden]!.output);
      const mean = !isGated(plan.layers[hidden]!.neuron) || plan.readout.decode === 'mean';
      const features = passes.flatMap(({ layers }) =>
        Array.from({ length: width }, (_, n) => {
          const { u, o } = layers[hidden]!;
          const values = (plan.layers[hidden]!.neuron.kind === 'linear' ? u : o).filter((_x, i) => i % width === n);
          return mean ? values.reduce((a, b) => a + b, 0) / plan.steps : values.at(-1)!;
        }),
      );
      expectClose(seen.features!, features, 'features');
      expect(network.state(), 'the state afterwards').toEqual(before);
    });

    test('samples that are in no data set give what the same samples in it give', async () => {
      const { network, data } = await start(which);
      const ask = { inputGradient: true, features: true };
      const chosen = [3, 0, 20, 3];
      const bySamples = await network.probe({ samples: chosen.map((i) => sampleOf(data, i)) }, ask);
      const known = await network.probe({ split: 'test', indices: chosen }, ask);
      expect(bySamples).toEqual(known);
      if (data.encoding === 'current') return;
      const silent = { label: 1, offsets: new Uint32Array(data.steps + 1), channels: [] };
      const { inputGradient } = await network.probe({ samples: [silent] }, ask);
      expect(inputGradient).toHaveLength(data.steps * data.inputs);
    });

    test('dL/dx is that of the parameters as they are now, whatever else is asked', async () => {
      const { network, plan, data } = await start(which);
      const samples = indices.map((i) => sampleOf(data, i));
      const check = async (what: string, ask: Probe = {}): Promise<void> => {
        const { passes } = yardstick(plan, data, network);
        const seen = await network.probe({ samples }, { ...ask, inputGradient: true });
        expectClose(seen.inputGradient!, joined(passes.map(({ dx }) => dx!)), what);
      };
      await check('at first');
      const state = network.state();
      network.setParameters(network.parameters().map((t) => ({ ...t, data: t.data.map((x) => x * 1.25) })));
      await check('of others', { parameterGradient: true });
      network.restore(state);
      await check('of the first again');
      await network.train(0, 1, stepOf(OPTIMIZERS[2]!, 0, 1));
      await check('after a weight update');
    });

    test('a batch without samples gives arrays without numbers, and zeros for the parameters', async () => {
      const { network, plan } = await start(which);
      const first = plan.layers.findIndex(({ neuron }) => neuron.kind !== 'linear');
      const ask = { potentials: [first], delta: [first], features: true, inputGradient: true, parameterGradient: true };
      for (const batch of [{ samples: [] }, { split: 'test', indices: [] }] as const) {
        const seen = await network.probe(batch, ask);
        expect(seen.samples).toEqual({
          labels: new Uint32Array(),
          loss: new Float64Array(),
          accuracy: new Float64Array(),
          scores: new Float32Array(),
        });
        for (const empty of [seen.potentials.get(first), seen.delta.get(first), seen.features, seen.inputGradient])
          expect(empty).toEqual(new Float32Array());
        expect(seen.parameterGradient).toEqual(
          planParameters(plan).map(({ name, shape }) => ({
            name,
            shape,
            data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
          })),
        );
      }
    });
  });

  test.each(NEURONS)('%s: gradients are those of the reference', async (_, neuron) => {
    const { network, plan, data } = await start(withNeuron(neuron));
    const { passes, gradient } = yardstick(plan, data, network);
    const seen = await network.probe({ split: 'test', indices }, { spikes: [0], delta: [0], parameterGradient: true });
    const fired = joined(passes.map((p) => p.layers[0]!.o));
    expect(fired, 'there are spikes to reset').toContain(1);
    expect([...seen.spikes.get(0)!]).toEqual(fired);
    expectClose(seen.delta.get(0)!, joined(passes.map((p) => p.delta[0]!)), 'δ');
    for (const { name, data: values } of seen.parameterGradient!) expectClose(values, gradient[name]!, name);
  });

  test('refuses questions and samples that do not fit, in one sentence', async () => {
    const { network, data } = await start('rnn, dropout');
    const batch = { split: 'test', indices: [0] } as const;
    await expect(network.probe(batch, { potentials: [7] })).rejects.toThrow('The network has no layer 7');
    await expect(network.probe(batch, { spikes: [0] })).rejects.toThrow('Layer cell (rnn) has no spikes');
    await expect(network.probe({ split: 'test', indices: [32] }, {})).rejects.toThrow('no sample 32');
    const sample = sampleOf(data, 0);
    await expect(network.probe({ samples: [{ ...sample, label: 2 }] }, {})).rejects.toThrow('the label 2');
    const current = { label: 0, current: new Float32Array(data.inputs) };
    await expect(network.probe({ samples: [current] }, {})).rejects.toThrow('not of the kind');
    const offsets = new Uint32Array(data.steps + 1).fill(1, 1);
    const beyond = { label: 0, offsets, channels: [data.inputs] };
    await expect(network.probe({ samples: [beyond] }, {})).rejects.toThrow(`channel ${data.inputs}`);
  });
}
