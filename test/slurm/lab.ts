/** What the tests do with a cluster: studies, calls of the built `lif`, and what was logged in the form in which it counts. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunSummary } from '../../protocol/runs.ts';
import type { Cluster } from './cluster.ts';

const LIF = new URL('../../dist/lif.mjs', import.meta.url).pathname;

export function labOf(cluster: Cluster) {
  async function lif(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const cwd = cluster.folder;
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [LIF, ...args], { cwd, env: cluster.env });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  const list = async (store: string): Promise<RunSummary[]> =>
    JSON.parse((await lif('list', '--store', store, '--json')).stdout).runs;

  function study(name: string, fields: { epochs: number; seeds: number[]; time: number; partition?: string }): string {
    const file = join(cluster.folder, `${name}.lif.yaml`);
    writeFileSync(
      file,
      `name: ${name}
executor: slurm
dataset: { name: delayed-xor, steps: 20, pulse: 5, trainSamples: 5000 }
network: { hidden: [16] }
training: { epochs: ${fields.epochs} }
variants:
  baseline: {}
  without reset: { neuron: { reset: none } }
seeds: [${fields.seeds.join(', ')}]
slurm: { partition: ${fields.partition ?? 'low'}, time: ${fields.time}, memory: 500, setup: ['export FROM_SETUP=1'] }
`,
    );
    return file;
  }

  /** What was logged of each variant and seed, without what is no result: times, and where it went on. */
  async function bitsOf(store: string): Promise<Record<string, string[]>> {
    const bits: Record<string, string[]> = {};
    for (const { variant, seed, folder } of await list(store)) {
      const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const counting: Record<string, unknown>[] = [];
      for (const line of lines) {
        if (line.kind === 'resume')
          while (counting.length > 0 && (counting.at(-1)!.step as number) > line.step) counting.pop();
        else counting.push(line);
      }
      bits[`${variant} ${seed}`] = counting.map(({ seconds: _, ...line }) => JSON.stringify(line));
    }
    return bits;
  }

  /** The runs of a store when none is under way any more. */
  async function ended(store: string, seconds = 400): Promise<RunSummary[]> {
    const end = performance.now() + 1000 * seconds;
    for (;;) {
      const runs = await list(store);
      const left = runs.some(({ state }) => state === 'running' || state === 'queued');
      if (!left || performance.now() > end) return runs;
      await new Promise((done) => setTimeout(done, 2000));
    }
  }

  /** The store of a workspace of its own. */
  function storeIn(name: string): string {
    mkdirSync(join(cluster.folder, name));
    return join(cluster.folder, name, '.lif');
  }

  return { lif, list, study, bitsOf, ended, storeIn };
}
