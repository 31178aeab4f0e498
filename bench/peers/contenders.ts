/** Who takes part: the engine itself, and the peers in processes of their own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchNetwork, Events } from '../networks.ts';
import { Trainee } from '../trainee.ts';
import { writeProblem } from './problem.ts';
import { PeerProcess } from './process.ts';

/** The bundle is dist/bench.mjs. */
const FOLDER = fileURLToPath(new URL('../bench/peers/', import.meta.url));

export interface Loaded {
  threads?: number;
  batch: number;
  /** Share of the hidden neurons that fire in a step. */
  activity?: number | null;
  versions?: Record<string, string>;
}

export interface Contender {
  label: string;
  load(threads: number): Promise<Loaded>;
  /** Weight updates for at least so long. */
  train(seconds: number): Promise<{ samples: number; seconds: number }>;
}

/** The engine on one network. */
export class Ours implements Contender {
  label = 'LIF Lab';
  private trainee: Trainee | undefined;

  constructor(
    private readonly network: BenchNetwork,
    private readonly dataset: Events,
  ) {}

  async load(threads: number): Promise<Loaded> {
    const { network, dataset } = this;
    this.trainee = await Trainee.start(network, dataset, threads);
    await this.trainee.train(0);
    const { activity } = await this.trainee.train(0);
    return { threads, batch: network.batch, activity, versions: { node: process.versions.node } };
  }

  train(seconds: number): Promise<{ samples: number; seconds: number }> {
    return this.trainee!.train(seconds);
  }

  /** Writes network, weights and input where peers read them. */
  share(folder: string): void {
    writeProblem(folder, this.network, this.dataset, this.trainee!.engine.parameters());
  }

  async close(): Promise<void> {
    await this.trainee?.close();
  }
}

export interface Peer {
  name: string;
  label: string;
  /** What the peer can train. */
  models: 'lif' | 'cells';
  process: PeerProcess;
}

const PYTHON_PEERS: Omit<Peer, 'process'>[] = [
  { name: 'pytorch', label: 'PyTorch, by steps', models: 'lif' },
  { name: 'pytorch_layers', label: 'PyTorch, by layers', models: 'lif' },
  { name: 'pytorch_compiled', label: 'PyTorch, compiled', models: 'lif' },
  { name: 'spikingjelly_autograd', label: 'SpikingJelly, autograd', models: 'lif' },
  { name: 'spikingjelly_own', label: 'SpikingJelly, own backward', models: 'lif' },
  { name: 'snntorch_leaky', label: 'snnTorch', models: 'lif' },
  { name: 'norse_lif_box', label: 'Norse', models: 'lif' },
  { name: 'pytorch_cells', label: 'PyTorch', models: 'cells' },
];

/**
 * Starts every peer that this machine has, and says in one sentence each which it has not. `only`: none but these, by
 * name.
 */
export function startPeers({ compiled, only }: { compiled: boolean; only?: string[] | undefined }): Peer[] {
  const peers: Peer[] = [];
  const wanted = (name: string): boolean => only?.includes(name) ?? (compiled || name !== 'pytorch_compiled');
  const { status, stdout } = spawnSync(process.execPath, [join(FOLDER, 'setup.mjs')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answer = stdout.trim().split('\n').at(-1)!;
  if (status !== 0) console.log(`Without the peers in Python: ${answer}`);
  else
    for (const about of PYTHON_PEERS)
      if (wanted(about.name))
        peers.push({ ...about, process: PeerProcess.start(answer, [join(FOLDER, 'runner.py'), about.name]) });
  const tfjs = (name: string, label: string): void => {
    if (!wanted(name)) return;
    peers.push({
      name,
      label,
      models: 'lif',
      process: PeerProcess.start(process.execPath, [process.argv[1]!, '--serve', name]),
    });
  };
  tfjs('tfjs', 'tfjs');
  if (hasPackage('@tensorflow/tfjs-node')) tfjs('tfjs-node', 'tfjs-node');
  else if (wanted('tfjs-node')) console.log('Without tfjs-node, which is not installed.');
  return peers;
}

function hasPackage(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** A peer on the network that lies in `folder`. An update takes at most about `budget` seconds, else the batch is cut. */
export function contender(peer: Peer, folder: string, budget: number): Contender {
  return {
    label: peer.label,
    load: (threads) => peer.process.ask<Loaded>({ do: 'load', folder, threads, budget }),
    train: (seconds) => peer.process.ask({ do: 'train', seconds }),
  };
}

/** Runs with a temporary folder, which is then removed. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'lif-peers-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
