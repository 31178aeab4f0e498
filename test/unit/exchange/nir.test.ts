/** Graphs of NIR: run by hand-made numbers, and turned into studies or refused by name. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { execute } from '../../../engine/exchange/nir/execute.ts';
import type { NirGraph, NirNode, NirValue } from '../../../engine/exchange/nir/graph.ts';
import { studyFrom } from '../../../engine/exchange/nir/to-study.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';

const vector = (...data: number[]): NirValue => ({ shape: [data.length], data });
const matrix = (rows: number, ...data: number[]): NirValue => ({ shape: [rows, data.length / rows], data });
const node = (type: string, fields: Record<string, NirValue>): NirNode => ({ type, fields });
const lif = (size: number, change: Record<string, NirValue> = {}): NirNode => {
  const all = (value: number) => vector(...Array(size).fill(value));
  return node('LIF', { tau: all(2), r: all(2), v_leak: all(0), v_threshold: all(1), v_reset: all(0), ...change });
};

function graphOf(nodes: Record<string, NirNode>, edges: [string, string][], metadata = {}): NirGraph {
  return { nodes: new Map(Object.entries(nodes)), edges, metadata };
}

describe('running a graph', () => {
  const one = (neuron: NirNode, extra: Record<string, NirNode> = {}, more: [string, string][] = []): NirGraph =>
    graphOf(
      {
        input: node('Input', { shape: vector(1) }),
        w: node('Linear', { weight: matrix(1, 1) }),
        n: neuron,
        output: node('Output', { shape: vector(1) }),
        ...extra,
      },
      [['input', 'w'], ['w', 'n'], ['n', 'output'], ...more],
    );
  const run = (graph: NirGraph, x: number[], dt = 1) => [...execute(graph, dt, Float64Array.from(x), x.length)];

  test('a leaky integrator: v + dt/tau·(v_leak − v + r·I)', () => {
    const li = node('LI', { tau: vector(4), r: vector(8), v_leak: vector(1) });
    expect(run(one(li), [1, 0, 0], 2)).toEqual([4.5, 2.75, 1.875]);
    expect(run(one(node('I', { r: vector(3) })), [1, 0, 2], 0.5)).toEqual([1.5, 1.5, 4.5]);
  });

  test('a spike above the threshold and not at it, and the reset at the end of the step', () => {
    // k = ½: 0.75 → 1.125 fires → 0 → 1 does not fire at the threshold → 1.25 fires
    expect(run(one(lif(1)), [0.75, 0.75, 1, 0.75, 0])).toEqual([0, 1, 0, 1, 0]);
    const reset = lif(1, { v_reset: vector(0.5) });
    expect(run(one(reset), [2, 0.5, 0.76])).toEqual([1, 0, 1]);
    const never = node('IF', { r: vector(1), v_threshold: vector(1), v_reset: vector(0) });
    expect(run(one(never), [0.5, 0.5, 0.25, 0, 1])).toEqual([0, 0, 1, 0, 0]);
  });

  test('what runs along a cycle arrives in the next step', () => {
    const back = { v: node('Linear', { weight: matrix(1, 5) }) };
    const graph = one(lif(1), back, [
      ['n', 'v'],
      ['v', 'n'],
    ]);
    expect(run(graph, [2, 0, 0, 0])).toEqual([1, 1, 1, 1]);
    expect(run(one(lif(1)), [2, 0, 0, 0])).toEqual([1, 0, 0, 0]);
  });

  test('weights are [to, from]; convolutions and poolings as PyTorch has them', () => {
    const graph = graphOf(
      {
        input: node('Input', { shape: vector(1, 3, 4) }),
        conv: node('Conv2d', {
          input_shape: vector(3, 4),
          weight: { shape: [1, 1, 2, 2], data: [1, 2, 3, 4] },
          stride: vector(1, 2),
          padding: vector(1, 0),
          dilation: vector(1, 1),
          groups: 1,
          bias: vector(0.5),
        }),
        pool: node('AvgPool2d', { kernel_size: vector(2, 2), stride: vector(2, 2), padding: vector(0, 0) }),
        flat: node('Flatten', { start_dim: 0, end_dim: -1, input_type: vector(1, 2, 1) }),
        affine: node('Affine', { weight: matrix(3, 1, 0, 0, 1, 10, 100), bias: vector(0, 0, 7) }),
        output: node('Output', { shape: vector(3) }),
      },
      [
        ['input', 'conv'],
        ['conv', 'pool'],
        ['pool', 'flat'],
        ['flat', 'affine'],
        ['affine', 'output'],
      ],
    );
    // Rows of the convolution: [3·1+4·2, 3·3+4·4], [1+4+15+24, 3+8+21+32], [5+12+27+40, 7+16+33+48], [9+20, 11+24], + ½.
    const pooled = [(11.5 + 25.5 + 44.5 + 64.5) / 4, (84.5 + 104.5 + 29.5 + 35.5) / 4];
    const x = Float64Array.from({ length: 12 }, (_, i) => i + 1);
    expect([...execute(graph, 1, x, 1)]).toEqual([pooled[0], pooled[1], 10 * pooled[0]! + 100 * pooled[1]! + 7]);
  });
});

describe('a study of a graph', () => {
  const weights = (to: number, from: number) => matrix(to, ...Array(to * from).fill(0.1));
  const dataset = { name: 'randman', channels: 5, classes: 2 };
  const make = (change: Record<string, NirNode> = {}, more: [string, string][] = [], drop: string[] = []) =>
    graphOf(
      {
        input: node('Input', { shape: vector(5) }),
        w0: node('Affine', { weight: weights(3, 5), bias: vector(0, 0, 0) }),
        n0: lif(3),
        w1: node('Linear', { weight: weights(2, 3) }),
        n1: node('LI', { tau: vector(4, 4), r: vector(1, 1), v_leak: vector(0, 0) }),
        output: node('Output', { shape: vector(2) }),
        ...change,
      },
      (
        [['input', 'w0'], ['w0', 'n0'], ['n0', 'w1'], ['w1', 'n1'], ['n1', 'output'], ...more] as [string, string][]
      ).filter((edge) => !drop.includes(edge.join())),
      { dt: 1 },
    );
  const study = (graph: NirGraph, choice = {}) => studyFrom(graph, { file: 'a.nir', name: 'a', dataset, ...choice });

  test('sizes, leaks, thresholds, resets and recurrence are taken over; the text is a valid study', () => {
    const { text, remarks } = study(
      make({ v: node('Linear', { weight: weights(3, 3) }) }, [
        ['n0', 'v'],
        ['v', 'n0'],
      ]),
    );
    const { diagnostics, experiment } = checkExperiment(text, 'a.lif.yaml');
    expect(diagnostics).toEqual([]);
    expect(experiment!.variants.map(({ name }) => name)).toEqual(['imported']);
    expect(parse(text)).toEqual({
      name: 'a',
      dataset,
      network: { hidden: [3], readout: { kind: 'leaky-integrator', leak: 0.75, scaleInput: true } },
      neuron: { leak: 0.5, threshold: 1, reset: 'hard', recurrent: true },
      variants: { imported: {} },
    });
    expect(remarks[0]).toMatch(/^Weights are not taken over/);
    expect(text).toContain('# Weights are not taken over');
  });

  test('leaks that differ are learned, layers that differ have fields of their own, a Threshold is no reset', () => {
    const graph = make(
      {
        n0: lif(3, { tau: vector(2, 4, 10) }),
        w1: node('Linear', { weight: weights(4, 3) }),
        n1: node('I', { r: vector(1, 1, 1, 1) }),
        t1: node('Threshold', { threshold: vector(2, 2, 2, 2) }),
        w2: node('Linear', { weight: weights(2, 4) }),
        n2: lif(2),
      },
      [
        ['n1', 't1'],
        ['t1', 'w2'],
        ['w2', 'n2'],
        ['n2', 'output'],
      ],
      ['n1,output'],
    );
    const { text } = study(graph);
    expect(checkExperiment(text, 'a.lif.yaml').diagnostics).toEqual([]);
    const { neuron, network } = parse(text);
    expect(neuron.leak).toEqual({ learnable: true, init: { low: 0, high: expect.closeTo(Math.log(9), 5) } });
    expect(network.hidden).toEqual([
      3,
      { size: 4, neuron: { leak: 1, threshold: 2, reset: 'none', recurrent: false } },
    ]);
    expect(network.readout).toEqual({
      kind: 'spike-rate',
      neuron: { leak: 0.5, threshold: 1, reset: 'hard', recurrent: false },
    });
  });

  test.each<[string, NirGraph, object, RegExp]>([
    ['a reset elsewhere', make({ n0: lif(3, { v_reset: vector(-1, -1, -1) }) }), {}, /node n0 is reset to -1/],
    ['a leak elsewhere', make({ n0: lif(3, { v_leak: vector(1, 1, 1) }) }), {}, /node n0 leaks to 1/],
    ['thresholds that differ', make({ n0: lif(3, { v_threshold: vector(1, 2, 1) }) }), {}, /v_threshold from 1 to 2/],
    [
      'a time constant below a step',
      make(),
      { dt: 3 },
      /node n0 has a time constant of 2 s, shorter than a step of 3 s/,
    ],
    ['no length of a step', { ...make(), metadata: {} }, {}, /does not say how long a step is; say it with --dt/],
    ['another type', make({ n0: node('CubaLIF', {}) }), {}, /node n0 is of type CubaLIF, for which there is no layer/],
    ['a branch', make({}, [['n0', 'output']]), {}, /node n0 leads to w1 and output, not to one node/],
    [
      'a skip',
      make({ w2: node('Linear', { weight: weights(2, 5) }) }, [['w2', 'n1']]),
      {},
      /node n1 receives from w2, too/,
    ],
    [
      'a loop over layers',
      make({ v: node('Linear', { weight: weights(3, 2) }) }, [
        ['n1', 'v'],
        ['v', 'n0'],
      ]),
      {},
      /n0 receives from v, too/,
    ],
    [
      'no weights',
      make({}, [['input', 'n0']], ['input,w0', 'w0,n0']),
      {},
      /node n0 receives what comes without weights/,
    ],
    ['no neurons at the end', make({}, [['w1', 'output']], ['w1,n1', 'n1,output']), {}, /ends with weights/],
    [
      'data of another shape',
      make(),
      { dataset: { name: 'shd' } },
      /5 inputs and 2 classes, but the data set has 700 and 20/,
    ],
    ['no data', make(), { dataset: undefined }, /no data set has its 5 inputs and 2 classes; name yours/],
    ['a missing field', make({ n0: node('LIF', { r: vector(1, 1, 1) }) }), {}, /no numbers v_leak/],
    ['nothing', graphOf({}, []), {}, /has 0 nodes of type Input/],
  ])('%s is refused by name', (_, graph, choice, message) => {
    expect(() => study(graph, choice)).toThrow(message);
  });
});
