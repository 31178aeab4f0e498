/** What befalls the built engine in processes and threads of its own: memory that runs out, workers that die, clocks. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chosenInstructions, nativeFile } from '../../engine/backends/event/kernels/native.ts';
import { builtFile } from '../../engine/base/paths.ts';
import { engineVersion } from '../../engine/base/version.ts';
import { runKey } from '../../engine/runs/key.ts';
import { StoreReader } from '../../engine/runs/store.ts';
import { Lab } from './fake/lab.ts';

const OUT_OF_MEMORY =
  'The run ran out of memory: resume it with fewer runs at a time or fewer --threads, or take a smaller training.batchSize or network.';
const PRELOAD = pathToFileURL(fileURLToPath(new URL('fake/mishaps.mjs', import.meta.url))).href;

/** A second or two of training. */
const STUDY = `name: Mishaps
dataset: { name: delayed-xor, steps: 40, pulse: 8, trainSamples: 2000, validationSamples: 100, testSamples: 200 }
network: { hidden: [24], weightGain: 2, readout: { kind: leaky-integrator, window: 8 } }
neuron: { threshold: 0.5, leak: { learnable: true } }
training: { epochs: 80, batchSize: 32 }
variants:
  baseline: {}
`;
const RUN = ['run', 'study.lif.yaml', '--threads', '2', '--checkpoint-every', '0'];

let lab: Lab;
let undisturbed: ReturnType<Lab['metrics']>;
beforeAll(async () => {
  lab = await new Lab().open(builtFile('lif.mjs'));
  lab.file('study.lif.yaml', STUDY);
  expect(await lab.lif(...RUN)).toMatchObject({ code: 0 });
  undisturbed = lab.metrics(lab.run('baseline'));
});
afterAll(() => lab?.close());
beforeEach(() => {
  lab.clear();
  lab.file('study.lif.yaml', STUDY);
});
afterEach(() => {
  lab.environment = {};
});

function befall(mishap: string): void {
  lab.environment = { MISHAP: mishap, NODE_OPTIONS: `--max-old-space-size=64 --import=${PRELOAD}` };
}

/** What has failed goes on, without the mishap, to the same end. */
async function expectResumable(): Promise<void> {
  lab.environment = {};
  const run = lab.run('baseline');
  expect(await lab.lif('resume', run.id)).toMatchObject({ code: 0 });
  expect(lab.run('baseline')).toMatchObject({ state: 'finished', damage: [] });
  expect(lab.metrics(run)).toEqual(undisturbed);
}

describe('failed with a reason, and resumed to the same end', () => {
  test.each([
    ['out of memory', OUT_OF_MEMORY],
    ['worker out of memory', OUT_OF_MEMORY],
    ['worker ends', 'A worker thread ended unexpectedly with code 134; resume the run.'],
  ])('%s', async (mishap, message) => {
    befall(mishap);
    const { code, stderr } = await lab.lif(...RUN);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) as string });
    expect(lab.run('baseline')).toMatchObject({ state: 'failed', message, damage: [] });
    await expectResumable();
  });

  test.runIf(process.platform === 'linux')('no memory for the network to begin with', async () => {
    // 4 GB of addresses: enough for Node, not for a WebAssembly memory with its guard regions.
    const { code, stderr } = await lab.limited('ulimit -v 4000000', ...RUN);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(OUT_OF_MEMORY) as string });
    expect(lab.run('baseline')).toMatchObject({ state: 'failed', message: OUT_OF_MEMORY, damage: [] });
    await expectResumable();
  });
});

test('a run records all that decides its bits', async () => {
  expect(await lab.lif(...RUN, '--set', 'training.epochs=1', '--set', 'seeds=[7]')).toMatchObject({ code: 0 });
  const { spec, key, provenance } = JSON.parse(readFileSync(join(lab.run('baseline').folder, 'run.json'), 'utf8'));
  expect(spec).toMatchObject({ seed: 7, training: { epochs: 1, batchSize: 32 }, neuron: { threshold: 0.5 } });
  const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const native = join(dirname(builtFile('lif.mjs')), nativeFile());
  expect({ key, ...provenance }).toMatchObject({
    key: runKey(spec),
    engineVersion: engineVersion(),
    kernels: hash(builtFile('kernels.wasm')),
    ...(existsSync(native) && { nativeKernels: hash(native) }),
    instructions: chosenInstructions(),
    node: process.version,
    dataset: { 'delayed-xor generator': expect.any(String) },
  });
});

test('a clock that is set ahead and back: the run lives all the while, and ends as if nothing had been', async () => {
  befall('clock set');
  const { ended } = lab.start(...RUN);
  const seen = new Set<string>();
  const reader = new StoreReader(lab.store);
  const look = () => {
    reader.refresh();
    const state = reader.summaries()[0]?.state ?? 'queued';
    seen.add(state);
    return state;
  };
  await expect.poll(look, { timeout: 40_000, interval: 20 }).toMatch(/^(finished|failed)$/);
  const run = lab.run('baseline');
  expect(await ended).toMatchObject({ code: 0 });
  expect([...seen]).toEqual(['queued', 'running', 'finished']);
  const { heartbeat } = lab.status(run);
  expect(heartbeat! - Date.now(), 'the last heartbeat is of a clock that is an hour behind').toBeLessThan(-3_000_000);
  expect(run.seconds, 'seconds of training').toBeLessThan(3000);
  expect(run.damage).toEqual([]);
  expect(lab.metrics(run)).toEqual(undisturbed);
});

test('a run whose numbers blow up names the update and the layer, and the others go on', async () => {
  lab.file('study.lif.yaml', `${STUDY}  hot: { training: { learningRate: 1.0e+38 } }\n`);
  const { code, stderr } = await lab.lif(...RUN);
  const message =
    /The (loss|weights) .*layer \d of 2 .*at weight update 1 in epoch 1.*: lower training\.learningRate or network\.weightGain, or set training\.clipNorm\.$/;
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(message.source, 'm'));
  expect(lab.run('hot')).toMatchObject({ state: 'failed', message: expect.stringMatching(message) as string });
  expect(lab.run('baseline').state).toBe('finished');
  expect(lab.metrics(lab.run('baseline'))).toEqual(undisturbed);
});
