/**
 * `npm run bench -- --peers`: training samples/s of the engine and of others on the same networks, weights and input.
 * What is compared and why that is fair is in docs/performance.md.
 *
 *   --repeats 5     turns of everybody            --seconds 2    least length of a turn
 *   --only SHD,XOR  networks by name (RNN, LSTM and GRU run only when named)
 *   --threads N     for everybody, in place of all cores
 *   --budget 25     seconds that one weight update of a peer may take, else its batch is halved
 *   --with pytorch,pytorch_layers   only these peers, by the names of their files in bench/peers (tfjs, tfjs-node)
 *   --compiled      also the PyTorch loop under torch.compile
 *   --check         only compare losses and gradients
 *   --json          print the results as JSON too
 */
import { cpus, loadavg } from 'node:os';
import { chosenInstructions } from '../engine/backends/event/kernels/native.ts';
import { measureFloor } from './floor.ts';
import { floorRate, networkWork } from './network-floor.ts';
import { ALL, type BenchNetwork, type Events, NETWORKS, SHD_1MS, syntheticEvents } from './networks.ts';
import { checkPeer, TOLERANCE } from './peers/check.ts';
import { type Contender, contender, Ours, type Peer, startPeers, withFolder } from './peers/contenders.ts';
import { serveTfjs } from './peers/tfjs.ts';
import { type Measured, measureInTurns } from './peers/turns.ts';

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const flag = (name: string): boolean => process.argv.includes(`--${name}`);

if (option('serve')) await serveTfjs(option('serve') === 'tfjs-node');
else await main();

async function main(): Promise<void> {
  const only = option('only')?.split(',');
  const networks = only ? ALL.filter(({ name }) => only.includes(name)) : [...NETWORKS, SHD_1MS];
  if (networks.length === 0) {
    console.error(`--only ${only}: no such network; there are ${ALL.map(({ name }) => name).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const peers = await checked(startPeers({ compiled: flag('compiled'), only: option('with')?.split(',') }));
  const results = [];
  if (!flag('check')) {
    const floor = await measureFloor(nanoseconds);
    console.log(
      `LIF Lab with ${chosenInstructions()} instructions; Node ${process.versions.node}; ${cpus()[0]!.model}.`,
    );
    for (const network of networks) results.push(await measure(network, peers, floor));
    summarize(results);
  }
  for (const { process } of peers) process.close();
  if (flag('json')) {
    const machine = {
      cpu: cpus()[0]!.model,
      cores: cpus().length,
      load: loadavg(),
      instructions: chosenInstructions(),
    };
    console.log(JSON.stringify({ machine, results }));
  }
}

/** The peers that answer and train what they should; the others are named and leave. */
async function checked(peers: Peer[]): Promise<Peer[]> {
  const good: Peer[] = [];
  const rows: Record<string, object> = {};
  for (const peer of peers)
    try {
      const models = peer.models === 'lif' ? [undefined] : (['rnn', 'lstm', 'gru'] as const);
      for (const model of models) {
        const { difference, lossDifference, differs } = await checkPeer(peer.process, peer.name, model);
        rows[model ? `${peer.label} ${model}` : peer.label] = {
          loss: lossDifference.toExponential(0),
          gradients: difference.toExponential(0),
          'compared with our': Object.keys(differs).length
            ? JSON.stringify(differs).replaceAll('"', '')
            : 'same settings',
        };
        if (!(difference <= TOLERANCE && lossDifference <= TOLERANCE))
          throw new Error(`its gradients differ from ours by ${difference}, its loss by ${lossDifference}`);
      }
      good.push(peer);
    } catch (error) {
      process.exitCode = 1;
      peer.process.close();
      console.log(`Without ${peer.label}: ${(error as Error).message}.`);
    }
  console.log('\nDifference from our loss and gradients on a small network, as a share:');
  console.table(rows);
  return good;
}

interface Result {
  network: string;
  contenders: Measured[];
  /** Samples/s that `threads` threads cannot exceed, for networks of LIF neurons. */
  floor?: number;
}

async function measure(
  network: BenchNetwork,
  peers: Peer[],
  floor: Awaited<ReturnType<typeof measureFloor>>,
): Promise<Result> {
  console.log(`\n${network.name}: ${network.inputs}-${network.hidden}-${network.classes}, T = ${network.steps}`);
  const dataset = syntheticEvents(network);
  const threads = Number(option('threads') ?? cpus().length);
  const ours = new Ours(network, dataset);
  const fitting = peers.filter(({ models }) => (models === 'cells') === (network.model !== undefined));
  const measured = await withFolder(async (folder) => {
    const loaded = await ours.load(threads);
    ours.share(folder);
    const budget = Number(option('budget') ?? 25);
    const others: Contender[] = fitting.map((peer) => contender(peer, folder, budget));
    const turns = await measureInTurns({ contender: ours, loaded }, others, {
      threads,
      repeats: Number(option('repeats') ?? 5),
      seconds: Number(option('seconds') ?? 2),
    });
    await ours.close();
    return turns;
  });
  console.table(
    Object.fromEntries(
      measured.map(({ label, rate, ratio, batch, threads, activity }) => [
        label,
        {
          'samples/s': digits(rate.median),
          min: digits(rate.min),
          max: digits(rate.max),
          'LIF Lab is faster by': ratio ? `${digits(ratio.median)} × (${digits(ratio.min)}–${digits(ratio.max)})` : '',
          'hidden activity': typeof activity === 'number' ? `${(100 * activity).toFixed(1)} %` : '',
          batch,
          threads: threads ?? '',
        },
      ]),
    ),
  );
  const result: Result = { network: network.name, contenders: measured };
  const { activity } = measured[0]!;
  if (!network.model && typeof activity === 'number') {
    const work = networkWork(network, eventsPerSample(dataset), activity, floor.lanes);
    result.floor = threads * floorRate(work, network.batch, floor);
  }
  return result;
}

function eventsPerSample({ starts, steps, labels }: Events): number {
  // A record is T + 1 offsets of four bytes and two bytes per event.
  return (starts[labels.length]! / labels.length - 4 * (steps + 1)) / 2;
}

function summarize(results: Result[]): void {
  console.log('\nAgainst the fastest of them:');
  console.table(
    Object.fromEntries(
      results.map(({ network, contenders, floor }) => {
        const [ours, ...others] = contenders;
        const fastest = others.sort((a, b) => b.rate.median - a.rate.median)[0];
        return [
          network,
          {
            'LIF Lab, samples/s': digits(ours!.rate.median),
            'fastest other': fastest ? `${fastest.label}: ${digits(fastest.rate.median)}` : '',
            faster: fastest?.ratio
              ? `${digits(fastest.ratio.median)} × (${digits(fastest.ratio.min)}–${digits(fastest.ratio.max)})`
              : '',
            'of the floor': floor ? `${((100 * ours!.rate.median) / floor).toFixed(0)} %` : '',
          },
        ];
      }),
    ),
  );
}

/** Three digits, without an exponent. */
function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Best time of one call. */
function nanoseconds(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    run();
    best = Math.min(best, 1e6 * (performance.now() - began));
  }
  return best;
}
