/**
 * `lif export --format pytorch`: weights and test set are read back and computed anew in float64. The script itself runs where
 * there is a Python with PyTorch (LIF_PYTHON, or python3); docs/interchange.md says with which networks it was tried.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shapeOf } from '../../../engine/datasets/describe.ts';
import { openArrays } from '../../../engine/datasets/formats/npy.ts';
import { readRun } from '../../../engine/jobs/claim.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import { parametersOf } from '../../../engine/models/parameters.ts';
import { forward, type Parameters } from '../../../engine/reference/network.ts';
import { decodeSafetensors } from '../../../engine/runs/safetensors.ts';
import type { Lab } from '../fake/lab.ts';
import { PYTHON, pythonHas, trainedLab } from './support.ts';

const hasTorch = pythonHas('numpy', 'torch');

const VARIANTS = {
  'with recurrence': '{ neuron: { recurrent: true } }',
  'soft, one leak': '{ neuron: { reset: soft, leak: { learnable: true, per: layer } }, network: { bias: false } }',
  'scaled, undecayed':
    '{ neuron: { reset: soft-undecayed, scaleInput: true, initialState: random, resetGradient: false } }',
  'rate, no reset': '{ neuron: { reset: none, leak: 1 }, network: { readout: { kind: spike-rate } } }',
  'potentials of spikes': '{ network: { readout: { kind: max-membrane, window: 20 } }, neuron: { leak: 0 } }',
  gru: '{ model: gru, network: { bias: false, readout: { kind: linear, decode: mean } } }',
};

let lab: Lab;
beforeAll(async () => {
  lab = await trainedLab(VARIANTS, {
    name: 'S "quoted"',
    readout: 'kind: leaky-integrator, window: 9, leak: { learnable: true }',
    epochs: 2,
  });
}, 300_000);
afterAll(() => lab?.close());

const inLab = (...names: string[]) => join(lab.folder, ...names);

describe.each(Object.keys(VARIANTS))('%s', (variant) => {
  const stem = variant.replaceAll(/\W+/g, '_');

  test('weights and test set give the scores and the accuracy of the run', async () => {
    const run = lab.run(variant);
    const { code, stdout } = await lab.lif('export', run.id, '--format', 'pytorch', '-o', `${stem}.py`, '--json');
    expect(code).toBe(0);
    const { accuracy, samples, files } = JSON.parse(stdout);
    expect(files).toEqual([inLab(`${stem}.py`), inLab(`${stem}.safetensors`), inLab(`${stem}.test.npz`)]);
    expect([accuracy, samples]).toEqual([run.result!.accuracy, 60]);

    const { spec } = readRun(run.folder);
    const plan = planNetwork(spec, shapeOf(spec.dataset));
    const params = parametersFrom(inLab(`${stem}.safetensors`), plan);
    const { labels, scores, accuracies, starts, steps, channels } = arraysIn(inLab(`${stem}.test.npz`));
    let right = 0;
    for (let b = 0; b < 60; b++) {
      const [from, to] = [starts![b]!, starts![b + 1]!];
      const offsets = new Uint32Array(plan.steps + 1);
      for (let e = from; e < to; e++) for (let t = steps![e]! + 1; t <= plan.steps; t++) offsets[t]!++;
      const pass = forward(plan, params, { label: labels![b]!, offsets, channels: channels!.subarray(from, to) });
      const rows = pass.scores.length / plan.classes;
      for (let c = 0; c < plan.classes; c++) {
        let mean = 0;
        for (let r = 0; r < rows; r++) mean += pass.scores[r * plan.classes + c]! / rows;
        expect(scores![b * plan.classes + c]!).toBeCloseTo(mean, 4);
      }
      expect(accuracies![b]!).toBeCloseTo(pass.accuracy, 6);
      right += pass.accuracy;
    }
    expect(right / 60).toBeCloseTo(accuracy, 6);
  });

  test.skipIf(!hasTorch)('the script computes the same with PyTorch', () => {
    const { status, stdout, stderr } = spawnSync(PYTHON, [inLab(`${stem}.py`)], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^accuracy (\d\.\d{6}) on 60 test samples; LIF Lab: \1\n/);
    expect(stdout).toMatch(/\npredictions that differ: 0 of 60; /);
    expect(Number(/largest deviation of a score: (\S+)/.exec(stdout)![1])).toBeLessThan(1e-4);
  });
});

test('a script names no file but those beside it, and what a study is called cannot leave its comment', () => {
  const script = readFileSync(inLab('with_recurrence.py'), 'utf8');
  expect(script).toMatch(/^# S "quoted": with recurrence, seed 1, as LIF Lab /);
  expect(script).toContain('WEIGHTS = Path(__file__).with_name("with_recurrence.safetensors")');
  expect(script).toContain('LIF(nn.Linear(20, 8, bias=True), leak=[8], threshold=0.2, reset="hard", ');
  expect(script).toContain('recurrent=8)');
  expect(script).not.toContain(lab.folder);
  expect(readFileSync(inLab('gru.py'), 'utf8')).toContain('self.cell = nn.GRU(20, 8, bias=False)');
});

test('each mistake is one sentence and leaves no file', async () => {
  const { id } = lab.run('gru');
  const bad = async (...args: string[]) => {
    const before = readdirSync(lab.folder);
    const { code, stdout, stderr } = await lab.lif('export', '--format', 'pytorch', ...args);
    expect({ code, stdout, files: readdirSync(lab.folder) }).toEqual({ code: 2, stdout: '', files: before });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  };
  expect(await bad(id, '-o', 'gru.py')).toMatch(/gru\.py is there already/);
  expect(await bad(id, '-o', 'gru.txt')).toMatch(/-o model\.py/);
  expect(await bad('study.lif.yaml', '-o', 'x.py')).toMatch(/takes one run, not 6; name one by its id/);
  expect(await bad(id, '-o', 'x.py', '--checkpoint', '7777')).toMatch(/has no checkpoint 7777; there are /);
  expect(await bad(id, '-o', 'x.py', '--samples', '0')).toMatch(/^--samples must be a whole number from 1/);
  expect(existsSync(inLab('x.py'))).toBe(false);
});

/** The parameters under our names and in our layout again. */
function parametersFrom(file: string, plan: ReturnType<typeof planNetwork>): Parameters {
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(file)));
  const theirs: Record<string, string> = { leak: 'a', weight: 'connection.weight', bias: 'connection.bias' };
  const cell: Record<string, string> = {
    weight: 'weight_ih_l0',
    bias: 'bias_ih_l0',
    recurrent: 'weight_hh_l0',
    recurrentBias: 'bias_hh_l0',
  };
  const wanted = parametersOf(plan);
  expect(tensors.size).toBe(wanted.length);
  return Object.fromEntries(
    wanted.map(({ name, part, shape }) => {
      const layer = name.slice(0, -part.length - 1);
      const own = layer === 'cell' ? cell[part]! : layer === 'readout' ? part : (theirs[part] ?? part);
      const { data, shape: turned } = tensors.get(`${layer}.${own}`)!;
      if (shape.length === 1) return [name, Float64Array.from(data)];
      expect(turned).toEqual([...shape].reverse());
      const [rows, columns] = shape as [number, number];
      return [
        name,
        Float64Array.from({ length: rows * columns }, (_, i) => data[(i % columns) * rows + Math.floor(i / columns)]!),
      ];
    }),
  );
}

function arraysIn(file: string): Record<string, Float64Array> {
  const open = openArrays(file);
  try {
    return Object.fromEntries(
      open.arrays.map((array) => {
        const bytes = array.bytes();
        const { kind, size } = array.fields[0]!.type;
        const one = (i: number) =>
          kind === 'f'
            ? bytes.readFloatLE(i * size)
            : kind === 'i'
              ? bytes.readInt32LE(i * size)
              : bytes.readUIntLE(i * size, size);
        return [array.name, Float64Array.from({ length: bytes.length / size }, (_, i) => one(i))];
      }),
    );
  } finally {
    open.close();
  }
}
