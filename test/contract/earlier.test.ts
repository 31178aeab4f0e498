/** A store that LIF Lab 0.1.0 wrote, before the engine had backends: it is read, compared and resumed, to the same bits. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtFile } from '../../engine/base/paths.ts';
import { decodeSafetensors } from '../../engine/runs/safetensors.ts';
import type { Comparison, RunSummary } from '../../protocol/runs.ts';

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'lif-earlier-'));
  cpSync(join(import.meta.dirname, 'fixtures/earlier/study.lif.yaml'), join(project, 'study.lif.yaml'));
  cpSync(join(import.meta.dirname, 'fixtures/earlier/runs'), join(project, '.lif/runs'), { recursive: true });
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

function lif(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [builtFile('lif.mjs'), ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  expect({ args, status, stderr: status === 0 ? '' : stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout;
}

const runs = (): RunSummary[] => JSON.parse(lif('list', '--test', '--json')).runs;

/** SHA-256 of every tensor in the newest checkpoint of a run. */
function bitsOf({ id }: RunSummary): Record<string, string> {
  const folder = join(project, '.lif/runs', id, 'checkpoints');
  const { tensors } = decodeSafetensors(readFileSync(join(folder, readdirSync(folder).sort().at(-1)!)));
  const hash = (data: Float32Array) =>
    createHash('sha256')
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest('hex');
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, hash(data)]));
}

test('its runs are listed with their states and results, without damage', () => {
  const found = runs().map(({ variant, state, epoch, damage, result }) => [
    variant,
    state,
    epoch,
    damage,
    result && Number(result.accuracy.toFixed(4)),
  ]);
  expect(found.sort()).toEqual([
    ['baseline', 'finished', 6, [], 0.4062],
    ['baseline', 'stopped', 4, [], expect.any(Number)],
    ['lstm', 'finished', 6, [], 0.6563],
    ['lstm', 'stopped', 1, [], expect.any(Number)],
  ]);
});

test('its runs are those of the study now beside them, not of earlier settings', () => {
  const comparison: Comparison = JSON.parse(lif('compare', 'study.lif.yaml', '--test', '--json'));
  expect(comparison.outdated.map(({ id }) => id)).toEqual([]);
  expect(comparison.rows.map(({ variant, runs: counted }) => [variant, counted.length])).toEqual([
    ['baseline', 1],
    ['lstm', 1],
  ]);
});

test('a stopped run goes on to the bits of the one that was never stopped', () => {
  const before = runs();
  for (const { id } of before.filter(({ state }) => state === 'stopped')) lif('resume', id);
  const after = runs();
  expect(after.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished', 'finished']);
  for (const variant of ['baseline', 'lstm']) {
    const [one, other] = after.filter((run) => run.variant === variant);
    expect(bitsOf(one!), variant).toEqual(bitsOf(other!));
    expect(one!.result?.accuracy, variant).toBe(other!.result?.accuracy);
  }
});
