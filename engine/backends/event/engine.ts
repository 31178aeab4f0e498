/** The event-driven backend as its users see it: a network in shared memory that trains, evaluates and copies out. */
import type { DatasetShape, PreparedDataset, Split } from '../../datasets/dataset.ts';
import type { NetworkPlan } from '../../models/network.ts';
import {
  createMemory,
  EVALUATION_CHUNK,
  type Layout,
  MAX_STEPS_PER_COMMAND,
  planLayout,
  STATS,
} from './layout/layout.ts';
import { initialTensors, readTensors, type Tensor, writeTensors } from './layout/parameters.ts';
import type { OptimizerStep } from './workers/commands.ts';
import { type Pool, startPool } from './workers/pool.ts';

export interface Sums {
  samples: number;
  /** Sums over the samples. */
  loss: number;
  accuracy: number;
  /** Spikes per layer. */
  spikes: number[];
  /** Where the loss stopped being finite: the first layer with such a potential (one beyond the last: the loss itself). */
  divergedLayer?: number;
}

export class EventEngine {
  private constructor(
    readonly layout: Layout,
    private readonly memory: WebAssembly.Memory,
    private readonly pool: Pool,
    private readonly sizes: DatasetShape['sizes'],
  ) {}

  static async start(
    network: NetworkPlan,
    dataset: PreparedDataset,
    options: { batchSize: number; threads: number; seed: number },
  ): Promise<EventEngine> {
    const layout = planLayout(network, dataset, options.batchSize, options.threads);
    const memory = createMemory(layout);
    writeTensors(memory, layout, layout.weights, initialTensors(layout, options.seed));
    const pool = await startPool(memory, layout, dataset, options.threads, options.seed);
    return new EventEngine(layout, memory, pool, dataset.sizes);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** Order of the training samples: a permutation of [0, train size). */
  get order(): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.layout.order, this.sizes.train);
  }

  /** Weight updates [from, to) of an epoch (at most MAX_STEPS_PER_COMMAND); the sums of each of them. */
  async train(epoch: number, from: number, to: number, step: OptimizerStep): Promise<Sums[]> {
    const { layout, sizes } = this;
    if (to - from > MAX_STEPS_PER_COMMAND) throw new RangeError('Too many weight updates for one command.');
    await this.pool.run({ kind: 'train', epoch, samples: sizes.train, from, to, step });
    return Array.from({ length: to - from }, (_, i) => {
      const samples = Math.min(sizes.train, (from + i + 1) * layout.batchSize) - (from + i) * layout.batchSize;
      return this.sum(i * layout.shards, layout.shards, samples);
    });
  }

  async evaluate(split: Split, samples = this.sizes[split]): Promise<Sums> {
    await this.pool.run({ kind: 'evaluate', split, samples });
    return this.sum(0, Math.ceil(samples / EVALUATION_CHUNK), samples);
  }

  /** Mean loss and its gradient over samples [from, to) of a split (at most a batch). */
  async gradient(
    split: Split,
    epoch: number,
    from: number,
    to: number,
    { dropout = false } = {},
  ): Promise<{ sums: Sums; gradients: Tensor[] }> {
    const { layout, memory } = this;
    await this.pool.run({ kind: 'gradient', split, epoch, from, to, dropout });
    return { sums: this.sum(0, layout.shards, to - from), gradients: readTensors(memory, layout, layout.gradients) };
  }

  /** Tasks are added in their order, so sums have the same bits whoever computed them. */
  private sum(task: number, tasks: number, samples: number): Sums {
    const { layout } = this;
    const stats = new Float64Array(this.memory.buffer, layout.stats);
    const sums: Sums = { samples, loss: 0, accuracy: 0, spikes: layout.layers.map(() => 0) };
    for (let i = task; i < task + tasks; i++) {
      const at = i * layout.statsPerTask;
      sums.loss += stats[at + STATS.loss]!;
      sums.accuracy += stats[at + STATS.accuracy]!;
      const diverged = stats[at + STATS.diverged]!;
      if (diverged > 0 && sums.divergedLayer === undefined) sums.divergedLayer = diverged - 1;
      sums.spikes.forEach((_, l) => {
        sums.spikes[l]! += stats[at + STATS.spikes + l]!;
      });
    }
    return sums;
  }

  weights(): Tensor[] {
    return readTensors(this.memory, this.layout, this.layout.weights);
  }

  /** Weights and moments under the names of a checkpoint. */
  exportState(): Map<string, Tensor> {
    const { memory, layout } = this;
    const state = new Map<string, Tensor>();
    for (const [prefix, base] of this.parts())
      for (const tensor of readTensors(memory, layout, base))
        state.set(prefix + tensor.name, { ...tensor, name: prefix + tensor.name });
    return state;
  }

  importState(state: ReadonlyMap<string, Tensor>): void {
    for (const [prefix, base] of this.parts()) {
      const part = new Map<string, Tensor>();
      for (const [name, tensor] of state) if (name.startsWith(prefix)) part.set(name.slice(prefix.length), tensor);
      writeTensors(this.memory, this.layout, base, part);
    }
  }

  private parts(): [string, number][] {
    const { weights, moment1, moment2 } = this.layout;
    return [
      ['model.', weights],
      ['adam.m.', moment1],
      ['adam.v.', moment2],
    ];
  }

  /** Mean spikes per neuron and step of each spiking layer. */
  spikeRates(sums: Sums): number[] {
    const { layers, network } = this.layout;
    return layers.flatMap(({ plan }, l) =>
      plan.kind === 'spiking' ? [sums.spikes[l]! / (sums.samples * plan.size * network.steps)] : [],
    );
  }
}
