/**
 * Kills training again and again (kill -9, at random moments, on a random number of threads), resumes it each time, and
 * compares what comes out in the end, bit by bit, with a run that nobody disturbed. The built engine, in processes of
 * its own.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { builtFile } from '../../engine/base/paths.ts';
import { type Rng, stream } from '../../engine/base/random.ts';
import { type RunSpec, settingsSchema } from '../../engine/experiment/schema.ts';
import { newestCheckpoint } from '../../engine/runs/checkpoints.ts';
import { createRuns } from '../../engine/runs/create.ts';
import { MetricsReader } from '../../engine/runs/metrics/reader.ts';
import { readStatus } from '../../engine/runs/read.ts';
import { decodeSafetensors } from '../../engine/runs/safetensors.ts';

const VARIANTS: Record<string, object> = {
  baseline: {},
  'one leak for the layer': { neuron: { leak: { learnable: true, per: 'layer' } } },
  'without reset, rates, SGD': {
    neuron: { reset: 'none' },
    network: { readout: { kind: 'spike-rate' } },
    training: { optimizer: { kind: 'sgd', momentum: 0.9 }, learningRate: 0.1 },
  },
  'with recurrence, dropout, AdamW, clipped': {
    neuron: { recurrent: true },
    network: { dropout: 0.2 },
    training: { optimizer: { kind: 'adamw' }, clipNorm: 0.5 },
  },
  gru: { model: 'gru' },
};
export const SOAK_VARIANTS = Object.keys(VARIANTS);

/** A run goes through several lives before it is finished: most of one passes before the first checkpoint. */
const LONGEST_LIFE_MS = 1500;

export interface SoakOptions {
  /** Of each variant. */
  kills: number;
  variants?: string[];
  seed: number;
  epochs: number;
  /** Where the stores are made. */
  folder: string;
  report?: (line: string) => void;
}

export interface SoakResult {
  variant: string;
  kills: number;
  /** Runs that were killed and finished in the end, and of the kills those before a first checkpoint. */
  runs: number;
  early: number;
  /** Files that are half-written still when a run is finished. */
  leftovers: string[];
  /** What differs from the undisturbed run, in words; empty when not a bit does. */
  differences: string[];
}

/** Resolves when every variant has been killed as often as asked and every run was finished and compared. */
export async function soak(options: SoakOptions): Promise<SoakResult[]> {
  const results: SoakResult[] = [];
  for (const variant of options.variants ?? SOAK_VARIANTS) {
    const result = await soakVariant(variant, options);
    results.push(result);
    options.report?.(
      `${variant}: ${result.kills} kills (${result.early} before the first checkpoint), ${result.runs} runs finished, ` +
        (faults(result).length === 0 ? 'all bits the same' : faults(result).join('; ')),
    );
  }
  return results;
}

/** All that must not be, in words. */
export function faults({ differences, leftovers }: SoakResult): string[] {
  return [...differences, ...leftovers.map((name) => `${name} was left behind`)];
}

function leftovers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(tmp|stale)$/.test(name));
}

async function soakVariant(variant: string, options: SoakOptions): Promise<SoakResult> {
  const rng = stream(options.seed, `soak ${variant}`);
  const create = (): string => createRuns(join(options.folder, '.lif'), [specOf(variant, options.epochs)], {})[0]!;
  const straight = create();
  await execute(straight, 1);
  const expected = outcomeOf(straight);
  const result: SoakResult = { variant, kills: 0, runs: 0, early: 0, leftovers: [], differences: [] };
  while (result.kills < options.kills) {
    const folder = create();
    const end = (): boolean => stateOf(folder) === 'finished';
    while (!end() && result.kills < options.kills) {
      if (!(await execute(folder, threadsOf(rng), rng.uniform() * LONGEST_LIFE_MS))) continue;
      result.kills++;
      if (!newestCheckpoint(folder).found) result.early++;
    }
    if (!end()) await execute(folder, threadsOf(rng));
    result.runs++;
    result.leftovers.push(...leftovers(folder));
    result.differences.push(...differences(expected, outcomeOf(folder)));
  }
  return result;
}

const threadsOf = (rng: Rng): number => 1 + rng.below(4);

function specOf(variant: string, epochs: number): RunSpec {
  const own = VARIANTS[variant] as { neuron?: object; network?: object; training?: object };
  const settings = settingsSchema.parse({
    ...own,
    dataset: { name: 'delayed-xor', steps: 40, pulse: 8, trainSamples: 2000, validationSamples: 100, testSamples: 200 },
    network: { hidden: [24], weightGain: 2, readout: { kind: 'leaky-integrator', window: 8 }, ...own.network },
    neuron: { threshold: 0.5, leak: { learnable: true }, ...own.neuron },
    training: { epochs, batchSize: 32, evaluateEvery: 2, ...own.training },
  });
  return { study: 'Soak', variant, seed: 11, file: '/soak.lif.yaml', ...settings };
}

/** One life of a run, with checkpoints as often as can be; whether it was killed, after a number of milliseconds. */
function execute(folder: string, threads: number, killAfter?: number): Promise<boolean> {
  const args = ['execute', folder, '--threads', String(threads), '--checkpoint-every', '0'];
  const child = spawn(process.execPath, [builtFile('lif.mjs'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(true);
      else if (code === 0) resolve(false);
      else
        reject(new Error(`Training in ${folder} ended with ${signal ?? `exit code ${code}`}; its log.txt says why.`));
    });
  });
}

function stateOf(folder: string): string | undefined {
  const status = readStatus(folder);
  return 'value' in status ? status.value.state : undefined;
}

/** All that a run leaves behind, but for the seconds: digests of weights and moments, where it stood, its log. */
function outcomeOf(folder: string): Record<string, string> {
  const { found } = newestCheckpoint(folder);
  if (!found) throw new Error(`${folder} has no checkpoint.`);
  const { tensors, metadata } = decodeSafetensors(found.bytes);
  const { seconds: _, epochBegan: __, ...position } = JSON.parse(metadata.position!);
  const log = new MetricsReader(folder);
  log.refresh();
  const digest = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
    createHash('sha256')
      .update(new Uint8Array(buffer, byteOffset, byteLength))
      .digest('hex');
  return {
    ...Object.fromEntries([...tensors].map(([name, { data }]) => [name, digest(data)])),
    position: JSON.stringify(position),
    'training log': JSON.stringify(log.history.train),
    'epoch log': JSON.stringify(log.history.epochs.map(({ seconds: _, ...line }) => line)),
    damage: JSON.stringify(log.damage),
  };
}

function differences(expected: Record<string, string>, seen: Record<string, string>): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(seen)])]
    .filter((name) => expected[name] !== seen[name])
    .map((name) => `${name} differs`);
}
