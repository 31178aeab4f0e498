/** A network of the event backend: shared memory, and worker threads that compute in it. */
import type { DatasetShape, PreparedDataset, Split } from '../../datasets/dataset.ts';
import { moved } from '../../models/moved.ts';
import { initialTensors, type Tensor } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import { addSums, createActivity, createSums, fanOuts } from '../activity.ts';
import { evaluateEach } from '../around.ts';
import {
  type ActivityOptions,
  type Around,
  type Batch,
  type EvaluateOptions,
  type Evaluation,
  type Network,
  type OpenOptions,
  type OptimizerStep,
  type Probe,
  type Recording,
  type Sample,
  type Score,
  type Slopes,
  type Steepest,
  type Sums,
  WHOLE,
} from '../backend.ts';
import { checkProbe, createRecording, createSampleScores, createSlopes } from '../recording.ts';
import { classSums, MAX_WEIGHT } from '../scores.ts';
import { networkStateOf, restoreState, type StatePart } from '../state.ts';
import { type AroundPlaces, firstWeights, placesAround } from './layout/around.ts';
import {
  createMemory,
  EVALUATION_CHUNK,
  type Layout,
  MAX_STEPS_PER_COMMAND,
  planLayout,
  type SpikingLayout,
  STATS,
} from './layout/layout.ts';
import { readTensors, writeTensors } from './layout/tensors.ts';
import type { Bytes } from './layout/units.ts';
import type { SharedBatch, SharedCounts } from './workers/commands.ts';
import { type Pool, startPool } from './workers/pool.ts';
import { type SharedSamples, sharedSteepest, shareSamples } from './workers/shared-samples.ts';

/** Milliseconds that a part of an evaluation should take: how soon stops and checkpoints come to their turn. */
const PART_MS = 200;

export class EventNetwork implements Network {
  readonly maxUpdates = MAX_STEPS_PER_COMMAND;
  private epoch = 0;
  /** Whether the first layer's weights are as they were when they were last transposed for dL/dx. */
  private transposed = false;
  private quantized = false;
  readonly steepest: Network['steepest'];

  private constructor(
    private readonly layout: Layout,
    private readonly memory: WebAssembly.Memory,
    private readonly pool: Pool,
    private readonly sizes: DatasetShape['sizes'],
  ) {
    if (layout.kind === 'spiking' && layout.byteWeights)
      this.steepest = (samples, ask) => this.findSteepest(samples, ask);
  }

  static async open(
    this: void,
    plan: NetworkPlan,
    dataset: PreparedDataset,
    { batchSize, threads, seed, maxEvents = 0 }: OpenOptions,
  ): Promise<EventNetwork> {
    const layout = planLayout(
      plan,
      { ...dataset, maxEvents: Math.max(dataset.maxEvents, maxEvents) },
      batchSize,
      threads,
    );
    const memory = createMemory(layout);
    writeTensors(memory, layout, layout.weights, initialTensors(plan, seed));
    const pool = await startPool(memory, layout, dataset, threads, seed);
    return new EventNetwork(layout, memory, pool, dataset.sizes);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  beginEpoch(epoch: number, order: Uint32Array): void {
    this.epoch = epoch;
    new Uint32Array(this.memory.buffer, this.layout.order, this.sizes.train).set(order);
  }

  async train(from: number, to: number, step: OptimizerStep, signal?: AbortSignal): Promise<Sums[]> {
    const { layout, sizes, epoch } = this;
    if (to - from > MAX_STEPS_PER_COMMAND) throw new RangeError('Too many weight updates for one command.');
    this.weightsChange();
    const done = await this.pool.run({ kind: 'train', epoch, samples: sizes.train, from, to, step }, signal);
    return Array.from({ length: done }, (_, i) => {
      const samples = Math.min(sizes.train, (from + i + 1) * layout.batchSize) - (from + i) * layout.batchSize;
      return this.sum(i * layout.shards, layout.shards, samples);
    });
  }

  async evaluate(split: Split, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { samples = this.sizes[split], perClass, perSample, signal, onPart } = options;
    const chunks = Math.ceil(samples / EVALUATION_CHUNK);
    const scores = perClass || perSample ? createSampleScores(samples, this.layout.network.classes) : undefined;
    const counts = options.activity && this.createCounts(samples, options.activity);
    for (let from = 0, part = 2 * this.layout.scratch.length; from < chunks; ) {
      const to = Math.min(chunks, from + part);
      const began = performance.now();
      const done = await this.pool.run({ kind: 'evaluate', split, samples, from, to, scores, counts }, signal);
      if (done < to - from) signal!.throwIfAborted();
      // What each chunk leaves in the stats does not hang on the parts.
      part = Math.max(1, Math.round(Math.min(4, PART_MS / (performance.now() - began)) * (to - from)));
      from = to;
      if (from < chunks) onPart?.(from * EVALUATION_CHUNK);
    }
    for (const sums of counts?.sums ?? []) addSums(counts!.activity.layers, sums);
    return {
      ...this.sum(0, chunks, samples),
      ...(perClass && scores && { perClass: classSums(scores, this.layout.network.classes) }),
      ...(perSample && scores && { perSample: scores }),
      ...(counts && { activity: counts.activity }),
    };
  }

  async evaluateAround(split: Split, around: Around): Promise<Score[]> {
    const { layout } = this;
    // Along one direction few points are asked, and the products that they share cost as much as eight evaluations.
    const places =
      layout.kind === 'spiking' && around.directions.length > 1
        ? placesAround(layout, around.directions.length)
        : undefined;
    if (layout.kind !== 'spiking' || !places) return evaluateEach(this, split, around);
    const scores: Score[] = [];
    // Padding must be zero, and gradients or other points may have lain there.
    new Float32Array(this.memory.buffer, layout.gradients, layout.shards * layout.parameters).fill(0);
    around.directions.forEach((direction, d) => this.write(places.direction(d), direction));
    for (let from = 0; from < around.points.length; from += places.points) {
      const points = around.points.slice(from, from + places.points);
      scores.push(...(await this.evaluatePoints(split, { ...around, points }, layout, places)));
    }
    return scores;
  }

  /** Points that there is room for at once. */
  private async evaluatePoints(
    split: Split,
    { directions, points, samples = this.sizes[split], signal }: Around,
    layout: SpikingLayout,
    { group, direction, point, masks }: AroundPlaces,
  ): Promise<Score[]> {
    const first = firstWeights(layout).name;
    const withoutFirst = (tensors: readonly Tensor[]): Tensor[] => tensors.filter(({ name }) => name !== first);
    const parameters = withoutFirst(this.parameters());
    const steps = directions.map(withoutFirst);
    points.forEach((scales, p) => this.write(point(p), moved(parameters, steps, scales), ({ name }) => name !== first));
    const tasks = Math.ceil(samples / group);
    const out = new Float64Array(new SharedArrayBuffer(16 * tasks * points.length));
    const done = await this.pool.run(
      {
        ...{ kind: 'around', split, samples, group, masks, out },
        directions: directions.map((_, d) => direction(d)),
        points: points.map((scales, p) => ({ scales, weights: point(p) })),
      },
      signal,
    );
    if (done < tasks) signal!.throwIfAborted();
    // Groups are added in their order, so sums have the same bits whoever computed them.
    return points.map((_, p) => {
      const score = { loss: 0, accuracy: 0 };
      for (let task = 0; task < tasks; task++) {
        score.loss += out[2 * (task * points.length + p)]!;
        score.accuracy += out[2 * (task * points.length + p) + 1]!;
      }
      return score;
    });
  }

  private write(base: Bytes, tensors: readonly Tensor[], chosen?: (slot: { name: string }) => boolean): void {
    writeTensors(this.memory, this.layout, base, new Map(tensors.map((tensor) => [tensor.name, tensor])), chosen);
  }

  private createCounts(samples: number, options: ActivityOptions): SharedCounts {
    const { network, scratch } = this.layout;
    const fanOut = fanOuts(network, this.parameters());
    const sums = scratch.map(() => createSums(network, options));
    return { ...options, activity: createActivity(network, samples, options), fanOut, sums };
  }

  async probe(batch: Batch, ask: Probe): Promise<Recording> {
    const { layout, memory } = this;
    const { network } = layout;
    checkProbe(network, this.sizes, batch, ask);
    const count = 'samples' in batch ? batch.samples.length : batch.indices.length;
    const recording = createRecording(network, ask, count);
    const transpose = Boolean(ask.inputGradient) && !this.transposed;
    await this.pool.run({ kind: 'probe', batch: this.share(batch), count, ask, recording, transpose });
    this.transposed ||= transpose;
    if (!ask.parameterGradient) return recording;
    const sums = readTensors(memory, layout, layout.gradients);
    return {
      ...recording,
      parameterGradient: sums.map((sum) => ({ ...sum, data: sum.data.map((g) => g / Math.max(1, count)) })),
    };
  }

  private async findSteepest(samples: readonly Sample[], ask: Steepest): Promise<Slopes> {
    const { network } = this.layout;
    checkProbe(network, this.sizes, { samples }, {});
    const slopes = createSlopes(network, ask);
    const transpose = !this.transposed && ask.wanted.includes(WHOLE);
    const [own, asked] = [this.shareSamples(samples), sharedSteepest(ask)];
    await this.pool.run({ kind: 'steepest', samples: own, ask: asked, slopes, transpose, quantize: !this.quantized });
    this.transposed ||= transpose;
    this.quantized = true;
    return slopes;
  }

  /** What was made of the first layer's weights for dL/dx is not theirs any more. */
  private weightsChange(): void {
    this.transposed = false;
    this.quantized = false;
  }

  private share(batch: Batch): SharedBatch {
    if ('indices' in batch) return { split: batch.split, indices: Uint32Array.from(batch.indices) };
    return { samples: this.shareSamples(batch.samples) };
  }

  private shareSamples(samples: readonly Sample[]): SharedSamples {
    const { network, maxEvents } = this.layout;
    samples.forEach((sample, i) => {
      const events = 'current' in sample ? 0 : sample.offsets[network.steps]! - sample.offsets[0]!;
      if (events > maxEvents)
        throw new RangeError(
          `Sample ${i} of the batch has ${events} events, but there is room for ${maxEvents}: open the network with a larger maxEvents.`,
        );
    });
    return shareSamples(samples, network.steps, network.inputs);
  }

  /** Mean loss and its gradient, as in training, over samples [from, to) of a split. */
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
    const sums: Sums = { samples, loss: 0, accuracy: 0, spikes: new Array(layout.counted).fill(0) };
    for (let i = task; i < task + tasks; i++) {
      const offset = i * layout.statsPerTask;
      sums.loss += stats[offset + STATS.loss]!;
      sums.accuracy += stats[offset + STATS.accuracy]!;
      const diverged = stats[offset + STATS.diverged]!;
      if (diverged > 0 && sums.divergedLayer === undefined) sums.divergedLayer = diverged - 1;
      sums.spikes.forEach((_, l) => {
        sums.spikes[l]! += stats[offset + STATS.spikes + l]!;
      });
    }
    return sums;
  }

  parameters(): Tensor[] {
    return readTensors(this.memory, this.layout, this.layout.weights);
  }

  setParameters(tensors: readonly Tensor[]): void {
    this.weightsChange();
    this.write(this.layout.weights, tensors);
  }

  state(): Map<string, Tensor> {
    return networkStateOf((part) => readTensors(this.memory, this.layout, this.placeOf(part)));
  }

  restore(state: ReadonlyMap<string, Tensor>): void {
    this.weightsChange();
    restoreState(state, (part, tensors) => writeTensors(this.memory, this.layout, this.placeOf(part), tensors));
  }

  private placeOf(part: StatePart): Bytes {
    const { weights, moment1, moment2 } = this.layout;
    return { model: weights, m: moment1, v: moment2 }[part];
  }

  broken(): { layer: number; value: number } | undefined {
    const { weights, parameters, layers } = this.layout;
    // A view, not a copy: this is looked at several times a second.
    const values = new Float32Array(this.memory.buffer, weights, parameters);
    for (let i = 0; i < parameters; i++) {
      if (Math.abs(values[i]!) < MAX_WEIGHT) continue;
      return { layer: layers.findIndex(({ end }) => i < end), value: values[i]! };
    }
    return undefined;
  }
}
