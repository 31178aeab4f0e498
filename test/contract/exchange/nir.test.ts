/**
 * `lif export --format nir` and `lif import nir` with files. Where there is a Python with the package nir (LIF_PYTHON, or
 * python3), it reads the files, too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNir, writeNir } from '../../../engine/exchange/nir/file.ts';
import { numbersOf } from '../../../engine/exchange/nir/graph.ts';
import { readCheckpoint } from '../../../engine/runs/checkpoints.ts';
import { decodeSafetensors } from '../../../engine/runs/safetensors.ts';
import type { Lab } from '../fake/lab.ts';
import { PYTHON, pythonHas, trainedLab } from './support.ts';

const hasNir = pythonHas('nir');

const VARIANTS = {
  'with recurrence': '{ neuron: { recurrent: true } }',
  'no reset': '{ neuron: { reset: none, recurrent: true, leak: 1 }, network: { readout: { kind: mean-membrane } } }',
  'spikes, scaled':
    '{ neuron: { scaleInput: true, leak: 0.9, threshold: 0.02 }, network: { hidden: [8, 6], bias: false, readout: { kind: spike-rate } } }',
  'soft reset': '{ neuron: { reset: soft } }',
  'random start': '{ neuron: { initialState: random } }',
  'potentials of spikes': '{ network: { readout: { kind: last-membrane } } }',
  gru: '{ model: gru, network: { readout: { kind: linear } } }',
};

let lab: Lab;
beforeAll(async () => {
  lab = await trainedLab(VARIANTS, {
    readout: 'kind: leaky-integrator, decode: mean, window: 9, leak: { learnable: true }',
    epochs: 1,
  });
}, 300_000);
afterAll(() => lab?.close());

const at = (name: string) => join(lab.folder, name);
const exported = (variant: string, ...more: string[]) =>
  lab.lif('export', lab.run(variant).id, '--format', 'nir', '-o', `${variant.replaceAll(/\W+/g, '_')}.nir`, ...more);

test.each(['with recurrence', 'no reset', 'spikes, scaled'])(
  '%s: the file, read again and run, gives the scores of the run',
  async (variant) => {
    const { code, stdout } = await exported(variant, '--samples', '12', '--json');
    expect(code).toBe(0);
    const { executed, files, dt } = JSON.parse(stdout);
    expect(executed).toMatchObject({ samples: 12, differ: 0 });
    // Those of spikes say nothing of a network that is silent; potentials cannot be the same to the last digit.
    if (variant === 'spikes, scaled') expect(Math.min(...lab.run(variant).result!.spikeRates!)).toBeGreaterThan(0);
    else expect(executed.deviation).toBeGreaterThan(0);
    expect(executed.deviation).toBeLessThan(1e-5);
    const graph = await readNir(files[0]);
    expect([dt, graph.metadata.dt]).toEqual([0.001, 0.001]);
    const types = Object.fromEntries([...graph.nodes].map(([name, { type }]) => [name, type]));
    const edges = graph.edges.map((pair) => pair.join(' → '));
    if (variant === 'no reset') {
      expect(types).toMatchObject({ layers_0: 'I', layers_0_spikes: 'Threshold', layers_1: 'I' });
      expect(edges).toContain('layers_0_spikes → layers_0_recurrent');
      // Potentials are read.
      expect(edges).toContain('layers_1 → output');
    }
    if (variant === 'spikes, scaled') {
      expect(types).toMatchObject({ layers_0: 'LIF', layers_1_in: 'Linear', layers_2: 'LIF' });
      expect(edges).toContain('layers_2 → output');
      expect(new Set(Array.from(numbersOf(graph.nodes.get('layers_0')!, 'r')))).toEqual(new Set([1]));
    }
    if (variant !== 'with recurrence') return;
    expect(types).toEqual({
      input: 'Input',
      layers_0_in: 'Affine',
      layers_0: 'LIF',
      layers_0_recurrent: 'Linear',
      layers_1_in: 'Affine',
      layers_1: 'LI',
      output: 'Output',
    });
    expect(edges).toEqual(expect.arrayContaining(['layers_0 → layers_0_recurrent', 'layers_0_recurrent → layers_0']));
    // k = 1 − dt/τ and r·dt/τ = 1, against the checkpoint.
    const run = lab.run(variant);
    const read = readCheckpoint(run.folder, JSON.parse(stdout).checkpoint);
    if ('problem' in read) throw new Error(read.problem);
    const { tensors } = decodeSafetensors(read.bytes);
    const lif = graph.nodes.get('layers_0')!;
    const [tau, r] = [numbersOf(lif, 'tau'), numbersOf(lif, 'r')];
    for (const [n, a] of tensors.get('model.layers.0.leak')!.data.entries()) {
      expect(1 - dt / tau[n]!).toBeCloseTo(1 / (1 + Math.exp(-a)), 6);
      expect((r[n]! * dt) / tau[n]!).toBeCloseTo(1, 6);
    }
    const weight = tensors.get('model.layers.0.recurrent')!.data;
    expect(numbersOf(graph.nodes.get('layers_0_recurrent')!, 'weight')[8 * 3 + 5]).toBe(weight[8 * 5 + 3]);
  },
);

test('what NIR cannot say is refused by name, before anything is written', async () => {
  const refusals = {
    'soft reset': /layer 1 has neuron\.reset soft, and neurons of NIR are reset to a value or not at all/,
    'random start': /layer 1 has initialState random/,
    'potentials of spikes': /its readout reads the membrane potentials of neurons that spike/,
    gru: /layer 1 is of kind gru/,
  };
  for (const [variant, message] of Object.entries(refusals)) {
    const { code, stdout, stderr } = await exported(variant);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^The network cannot be written as NIR: /);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(at(`${variant.replaceAll(/\W+/g, '_')}.nir`))).toBe(false);
  }
});

test.skipIf(!hasNir)('the Python package reads the file, checks its types, and writes what is read here', async () => {
  const script = `import nir
for name in ("with_recurrence", "no_reset", "spikes_scaled"):
    graph = nir.read(name + ".nir")
    nir.write(name + "_again.nir", graph)
    print(name, sorted(type(node).__name__ for node in graph.nodes.values()), graph.metadata["dt"])`;
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script], { cwd: lab.folder, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain("with_recurrence ['Affine', 'Affine', 'Input', 'LI', 'LIF', 'Linear', 'Output'] 0.001");
  const again = await readNir(at('with_recurrence_again.nir'));
  const before = await readNir(at('with_recurrence.nir'));
  for (const [name, { fields }] of before.nodes)
    for (const [field, value] of Object.entries(fields)) expect(again.nodes.get(name)!.fields[field]).toEqual(value);
});

test('import makes a study of it that can be run', async () => {
  const dataset = '{ name: delayed-xor, steps: 40, trainSamples: 32, testSamples: 10 }';
  const { code, stdout } = await lab.lif(
    'import',
    'nir',
    'with_recurrence.nir',
    '-o',
    'imported.lif.yaml',
    '--dataset',
    dataset,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Wrote imported\.lif\.yaml\.\nWeights are not taken over/);
  const text = readFileSync(at('imported.lif.yaml'), 'utf8');
  expect(text).toMatch(/\n {2}recurrent: true\n/);
  expect(text).toMatch(/\n {2}threshold: 0\.2\n/);
  expect(await lab.lif('run', 'imported.lif.yaml', '--set', 'training.epochs=1', '--threads', '1')).toMatchObject({
    code: 0,
  });
  expect(await lab.lif('import', 'nir', 'with_recurrence.nir', '-o', 'imported.lif.yaml')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/imported\.lif\.yaml is there already/),
  });
});

test('a file of others that is none, or damaged, is one sentence', async () => {
  const refused = async (name: string, ...more: string[]) => {
    const { code, stdout, stderr } = await lab.lif('import', 'nir', name, '-o', 'none.lif.yaml', ...more);
    expect({ code, stdout, there: existsSync(at('none.lif.yaml')) }).toEqual({ code: 2, stdout: '', there: false });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  };
  expect(await refused('missing.nir')).toMatch(/missing\.nir/);
  writeFileSync(at('text.nir'), 'this is text');
  expect(await refused('text.nir')).toMatch(/this is not an HDF5 file but /);
  writeFileSync(at('cut.nir'), readFileSync(at('with_recurrence.nir')));
  truncateSync(at('cut.nir'), 3000);
  expect(await refused('cut.nir')).toMatch(/cut\.nir/);
  const output = { path: at('lost.nir'), overwrite: false };
  await writeNir(
    { nodes: new Map([['a', { type: 'Output', fields: {} }]]), edges: [['a', 'b']], metadata: {} },
    output,
  );
  expect(await refused('lost.nir')).toMatch(/an edge names the node b, which is not there/);
  const { default: h5wasm } = await import('h5wasm/node');
  await h5wasm.ready;
  const large = new h5wasm.File(at('large.nir'), 'w');
  const data = new Uint8Array(2 ** 25 + 1);
  large.create_dataset({ name: 'zeros', data, chunks: [2 ** 20], compression: 'gzip', compression_opts: 9 });
  large.close();
  expect(await refused('large.nir')).toMatch(/it has more than 33554432 values/);
  expect(await refused('spikes_scaled.nir', '--dataset', 'shd')).toMatch(
    /20 inputs and 2 classes, but the data set has 700 and 20/,
  );
  expect(await refused('spikes_scaled.nir', '--dataset', '{')).toMatch(/^--dataset is not YAML/);
  expect(await refused('spikes_scaled.nir', '--dt', 'soon')).toMatch(/^--dt must be the seconds of a step/);
});
