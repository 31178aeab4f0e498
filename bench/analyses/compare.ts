/**
 * The same work in PyTorch, and t-SNE in openTSNE and scikit-learn: on the same samples and parameters, with as many threads. First the
 * results are compared, then the times; where the whole would take the others too long, a part of it, and the ratio is of the time of a unit.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PeerProcess } from '../peers/process.ts';
import { compareAttack } from './compare/attack.ts';
import { compareEmbedding } from './compare/embedding.ts';
import { compareLandscape } from './compare/landscape.ts';
import { compareResolution } from './compare/resolution.ts';
import type { Comparison } from './compare/setting.ts';
import type { Trained } from './subject.ts';

const COMPARISONS: Record<string, Comparison> = {
  landscape: compareLandscape,
  attack: compareAttack,
  resolution: compareResolution,
  embedding: compareEmbedding,
};
/** The bundle is dist/bench.mjs. */
const PEERS = fileURLToPath(new URL('../bench/peers/', import.meta.url));

export async function compare(name: string, baseline: Trained, threads: number): Promise<void> {
  const comparison = COMPARISONS[name];
  if (!comparison) return console.log(`${name}: nothing to compare with`);
  const setup = spawnSync(process.execPath, [join(PEERS, 'setup.mjs')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = setup.stdout.trim();
  if (setup.status !== 0) return console.log(said);
  const folder = mkdtempSync(join(tmpdir(), 'lif-analyses-'));
  const peer = PeerProcess.start(said, [join(PEERS, 'analyses', 'runner.py')]);
  try {
    await comparison({ baseline, threads, folder, ask: (command) => peer.ask({ ...command, folder, threads }) });
  } finally {
    peer.close();
    rmSync(folder, { recursive: true });
  }
}
