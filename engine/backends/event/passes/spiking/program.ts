/**
 * What one thread does with a block of samples: events in, forward, loss, backward, gradients out. Every thread has a
 * scratch of its own and only reads the weights, so the result of a shard does not depend on who computes it.
 */
import type { SampleReader } from '../../../../datasets/dataset.ts';
import type { Recording, SampleScores, Slopes, Steepest } from '../../../backend.ts';
import { DECODE, type Kernels, LOSS } from '../../kernels/kernels.ts';
import type { Masks } from '../../layout/around.ts';
import { type SpikingLayout, STATS } from '../../layout/layout.ts';
import { addressOf, type Bytes, bytes } from '../../layout/units.ts';
import { drawDropout, scaleGradients, scaleWeights } from '../dropout.ts';
import { BlockInput, type Samples } from '../input.ts';
import { noteSample } from '../sample-scores.ts';
import { floats, type Workspace } from '../workspace.ts';
import { beginActivity, type Counting, countActivity, countInputs, countWindow, endActivity } from './activity.ts';
import { forwardAt, prepareSum, receiveParts } from './around.ts';
import { backward } from './backward.ts';
import { divergedLayer } from './diverged.ts';
import { forward } from './forward.ts';
import { setInitialState } from './initial-state.ts';
import { leakGradients, prepareLeaks } from './leaks.ts';
import { recordBackward, recordForward, recordSteepest } from './record.ts';
import { scaleInputGradients, scaleInputWeights } from './scaled-input.ts';
import { fireTogether, forwardAbove, masksOf, type PlacedPoint } from './together.ts';

export interface PointsAround {
  directions: readonly Bytes[];
  /** Their parameters lie one behind the other at equal distances. */
  points: readonly PlacedPoint[];
  /** Of this thread, where spikes of the first layer are found for several points together. */
  masks: Pick<Masks, 'start' | 'together'> | undefined;
}

export class SpikingProgram {
  private readonly workspace: Workspace;
  private readonly input: BlockInput;
  private readonly stats: Float64Array;

  constructor(
    kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly layout: SpikingLayout,
    thread: number,
    reader: SampleReader,
    private readonly seed: number,
  ) {
    const { buffer } = memory;
    const scratch = layout.scratch[thread]!;
    this.workspace = { kernels, buffer, layout, scratch, weights: scratch.effective ?? layout.weights };
    this.input = new BlockInput(buffer, layout, scratch, reader);
    this.stats = new Float64Array(buffer, layout.stats);
  }

  /**
   * Gradient of the mean loss over a batch of `batch` samples, for the samples of one shard, and the shard's stats. Neither
   * is whole when it was cancelled meanwhile.
   */
  trainShard(
    samples: Samples,
    batch: number,
    shard: number,
    statsAt: number,
    cancelled: () => boolean = () => false,
  ): void {
    const { layout, workspace } = this;
    const gradients = addressOf(layout.gradients, shard * layout.parameters);
    this.clearStats(statsAt);
    this.prepare();
    const dropout = samples.dropout && layout.network.dropout > 0;
    if (dropout) scaleWeights(workspace);
    if (samples.from >= samples.to) {
      floats(workspace, gradients, layout.parameters).fill(0);
      return;
    }
    layout.layers.forEach(({ size }, l) => floats(workspace, workspace.scratch.layers[l]!.dk, size).fill(0));
    for (let from = samples.from; from < samples.to && !cancelled(); from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      if (dropout) drawDropout(workspace, this.seed, samples, from, count);
      setInitialState(workspace, this.seed, samples, from, count);
      forward(workspace, count, dropout);
      for (let b = 0; b < count; b++) this.lossOf(b, 1 / batch, statsAt);
      backward(workspace, count, 1 / batch, { gradients, add: from > samples.from, dropout });
      this.countActivity(count, statsAt);
    }
    if (dropout) scaleGradients(workspace, gradients);
    scaleInputGradients(workspace, gradients);
    leakGradients(workspace, gradients);
  }

  /**
   * Loss, accuracy and spikes of some samples, without gradients, and what they do where that is counted; not whole when it
   * was cancelled meanwhile.
   */
  evaluate(
    samples: Samples,
    statsAt: number,
    scores?: SampleScores,
    counting?: Counting,
    cancelled: () => boolean = () => false,
  ): void {
    this.clearStats(statsAt);
    this.prepare();
    for (let from = samples.from; from < samples.to && !cancelled(); from += this.layout.block) {
      const count = Math.min(this.layout.block, samples.to - from);
      this.input.read(samples, from, count);
      setInitialState(this.workspace, this.seed, samples, from, count);
      const onPotentials = (l: number, c: number, columns: number): void => {
        if (counting) countWindow(this.workspace, counting, l, c, columns, count);
      };
      forward(this.workspace, count, false, counting && onPotentials);
      for (let b = 0; b < count; b++) {
        const readout = () => this.readout(b, 0, undefined, statsAt);
        if (!scores) readout();
        else
          noteSample(scores, from + b, this.input.labels[b]!, this.stats.subarray(statsAt), this.classScores, readout);
      }
      this.countActivity(count, statsAt);
      if (counting) {
        countInputs(this.workspace, this.input, counting, from, count);
        countActivity(this.workspace, this.input.labels, counting, from, count);
      }
    }
  }

  /** Before the first and after the last of the samples that are counted together. */
  beginCounting(counting: Counting): void {
    beginActivity(this.workspace, counting);
  }

  endCounting(counting: Counting): void {
    endActivity(this.workspace, counting);
  }

  /**
   * Loss and accuracy of a group of samples at some points around the parameters, written to `out` [points, 2]; not whole when it
   * was cancelled meanwhile. Where the first layer's part of the directions lies, and the rest of the points: layout/around.ts.
   */
  evaluateAround(
    samples: Samples,
    { directions, points, masks }: PointsAround,
    statsAt: number,
    out: Float64Array,
    cancelled: () => boolean = () => false,
  ): void {
    const { layout } = this;
    const count = samples.to - samples.from;
    const rows = count * layout.network.steps;
    const matrices = [layout.weights, ...directions].map((base) => addressOf(base, layout.layers[0]!.weight));
    this.input.read(samples, samples.from, count);
    const score = (p: number, forward: () => void): void => {
      this.clearStats(statsAt);
      forward();
      for (let b = 0; b < count; b++) this.readout(b, 0, undefined, statsAt);
      out[2 * p] = this.stats[statsAt + STATS.loss]!;
      out[2 * p + 1] = this.stats[statsAt + STATS.accuracy]!;
    };
    if (masks) {
      prepareLeaks(this.workspace);
      setInitialState(this.workspace, this.seed, samples, samples.from, count);
      receiveParts(this.workspace, rows, matrices, 0);
      const each = masksOf(this.workspace, count);
      for (let first = 0; first < points.length && !cancelled(); first += masks.together) {
        const some = points.slice(first, first + masks.together);
        fireTogether(this.workspace, count, some, masks.start);
        some.forEach((point, i) => {
          const own = bytes(masks.start + i * each);
          score(first + i, () => forwardAbove(this.workspace, count, point, own));
        });
      }
      return;
    }
    receiveParts(this.workspace, rows, matrices, 1);
    const sum = prepareSum(this.workspace, rows, matrices.length);
    for (let p = 0; p < points.length && !cancelled(); p++) {
      const { scales, weights } = points[p]!;
      const workspace = { ...this.workspace, weights };
      prepareLeaks(workspace, weights);
      setInitialState(workspace, this.seed, samples, samples.from, count);
      score(p, () => forwardAt(workspace, count, sum, scales));
    }
  }

  /**
   * Records samples [from, to) of a batch at their places, without class weights and the price of spikes. Where `deltas`,
   * δ and dL/dx too; where `shard` is given as well, the gradient of the sum of their losses goes there.
   */
  probe(
    samples: Samples,
    reader: SampleReader | undefined,
    recording: Recording,
    { deltas, shard }: { deltas: boolean; shard: number | undefined },
    statsAt: number,
  ): void {
    const { layout, workspace } = this;
    this.clearStats(statsAt);
    this.prepare();
    const gradients = shard === undefined ? undefined : addressOf(layout.gradients, shard * layout.parameters);
    if (gradients !== undefined) floats(workspace, gradients, layout.parameters).fill(0);
    if (deltas)
      layout.layers.forEach(({ size }, l) => floats(workspace, workspace.scratch.layers[l]!.dk, size).fill(0));
    const target = gradients === undefined ? undefined : { gradients, add: true, dropout: false };
    for (let from = samples.from; from < samples.to; from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.note(samples, reader, from, count, { notes: recording.samples, deltas, statsAt });
      recordForward(workspace, recording, from, count);
      if (!deltas) continue;
      backward(workspace, count, 0, target);
      recordBackward(workspace, recording, from, count);
    }
    if (gradients === undefined) return;
    scaleInputGradients(workspace, gradients);
    leakGradients(workspace, gradients);
  }

  /** Forward pass and readout of a block of samples, each noted by itself; where `deltas`, what the backward pass starts from. */
  private note(
    samples: Samples,
    reader: SampleReader | undefined,
    from: number,
    count: number,
    { notes, deltas, statsAt }: { notes: Recording['samples']; deltas: boolean; statsAt: number },
  ): void {
    this.input.read(samples, from, count, reader);
    setInitialState(this.workspace, this.seed, samples, from, count);
    forward(this.workspace, count, false);
    for (let b = 0; b < count; b++) {
      const readout = () => this.readout(b, 1, deltas ? this.gradientOf(b) : undefined, statsAt);
      const stats = this.stats.subarray(statsAt);
      noteSample(notes, from + b, this.input.labels[b]!, stats, this.classScores, readout);
    }
  }

  /** The strongest entries of dL/dx of samples [from, to), at their places; bits as in `probe`. */
  steepest(samples: Samples, reader: SampleReader, ask: Steepest, slopes: Slopes, statsAt: number): void {
    const { layout, workspace } = this;
    this.clearStats(statsAt);
    this.prepare();
    layout.layers.forEach(({ size }, l) => floats(workspace, workspace.scratch.layers[l]!.dk, size).fill(0));
    for (let from = samples.from; from < samples.to; from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.note(samples, reader, from, count, { notes: slopes.samples, deltas: true, statsAt });
      backward(workspace, count, 0, undefined);
      recordSteepest(workspace, ask, slopes, from, count);
    }
  }

  /** Of the sample that was read out last. */
  private get classScores(): Float32Array {
    return floats(this.workspace, this.workspace.scratch.scores, this.layout.network.classes);
  }

  private clearStats(statsAt: number): void {
    this.stats.fill(0, statsAt, statsAt + this.layout.statsPerTask);
  }

  /** The leaks, and the parameters that depend on them. */
  private prepare(): void {
    prepareLeaks(this.workspace);
    scaleInputWeights(this.workspace);
  }

  /** Loss and accuracy of sample `b` of a block; its gradient by the output layer where there is a place for it. */
  private readout(b: number, scale: number, gradient: Bytes | undefined, statsAt: number): void {
    const { layout, kernels, scratch } = this.workspace;
    const { steps, classes, readout, loss } = layout.network;
    const { dynamics, size } = layout.layers.at(-1)!;
    kernels.readout({
      decode: DECODE[readout.decode],
      windowStart: readout.from,
      steps,
      size,
      classes,
      u: scratch.layers.at(-1)!.u,
      rows: layout.rows,
      firstRow: b * steps,
      threshold: dynamics.threshold,
      loss: LOSS[loss],
      label: this.input.labels[b]!,
      scale,
      scores: scratch.scores,
      gradient,
      result: layout.stats + statsAt * 8,
    });
  }

  private lossOf(b: number, scale: number, statsAt: number): void {
    const { classWeights } = this.layout.network;
    this.readout(b, scale * (classWeights?.[this.input.labels[b]!] ?? 1), this.gradientOf(b), statsAt);
    if (!Number.isFinite(this.stats[statsAt]) && this.stats[statsAt + STATS.diverged] === 0)
      this.stats[statsAt + STATS.diverged] = divergedLayer(this.workspace, b) + 1;
  }

  /** dL/do (a row) or dL/du (a row for each step of the window) of the output layer in sample `b`. */
  private gradientOf(b: number): Bytes {
    const { readout, steps } = this.layout.network;
    const rows = readout.decode === 'rate' ? 1 : steps - readout.from;
    return addressOf(this.workspace.scratch.gradient, b * rows * this.layout.layers.at(-1)!.size);
  }

  private countActivity(count: number, statsAt: number): void {
    const { buffer, layout, scratch } = this.workspace;
    layout.layers.forEach(({ plan }, l) => {
      if (plan.neuron.kind !== 'lif') return;
      for (const spikes of new Uint32Array(buffer, scratch.layers[l]!.counts, count))
        this.stats[statsAt + STATS.spikes + l]! += spikes;
    });
  }
}
