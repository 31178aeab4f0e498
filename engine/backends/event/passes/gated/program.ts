/**
 * What one thread does with a block of samples when the hidden layer is an RNN, LSTM or GRU. The input part of all steps
 * and the gradient of its weights are sums of rows, as in a spiking network; what follows the hidden state is dense.
 */
import type { SampleReader } from '../../../../datasets/dataset.ts';
import { drawDropoutMask } from '../../../../models/dropout.ts';
import type { Recording, SampleScores } from '../../../backend.ts';
import { DECODE, type Kernels, LOSS } from '../../kernels/kernels.ts';
import { PANEL } from '../../kernels/panels.ts';
import type { CellScratch, GatedScratch } from '../../layout/gated-memory.ts';
import { type GatedLayer, type GatedLayout, type LinearLayer, STATS } from '../../layout/layout.ts';
import { addressOf, type Bytes } from '../../layout/units.ts';
import { BlockInput, type Samples } from '../input.ts';
import { noteSample } from '../sample-scores.ts';
import { type Counting, countInputs } from '../spiking/activity.ts';
import { countStates } from './activity.ts';
import { gatedBackward, gatedGradients, transposeWeights } from './backward.ts';
import { gatedForward } from './forward.ts';
import { recordGates, recordStates } from './record.ts';
import { featureOf, type GatedWorkspace, zero } from './workspace.ts';

export class GatedProgram {
  private readonly workspace: GatedWorkspace;
  private readonly scratch: GatedScratch;
  private readonly state: CellScratch;
  private readonly cell: GatedLayer;
  private readonly readout: LinearLayer;
  private readonly buffer: ArrayBufferLike;
  private readonly input: BlockInput;
  private readonly stats: Float64Array;

  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly layout: GatedLayout,
    thread: number,
    reader: SampleReader,
    private readonly seed: number,
  ) {
    this.scratch = layout.scratch[thread]!;
    this.state = this.scratch.cell;
    this.buffer = memory.buffer;
    this.workspace = { kernels, buffer: this.buffer, layout, scratch: this.scratch };
    [this.cell, this.readout] = layout.layers;
    this.input = new BlockInput(this.buffer, layout, this.scratch, reader);
    this.stats = new Float64Array(this.buffer, layout.stats);
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
    const { layout, state } = this;
    const gradients = addressOf(layout.gradients, shard * layout.parameters);
    const dropoutMask = samples.dropout ? state.dropoutMask : undefined;
    this.stats.fill(0, statsAt, statsAt + layout.statsPerTask);
    if (samples.from >= samples.to) {
      zero(this.workspace, gradients, layout.parameters);
      return;
    }
    transposeWeights(this.workspace);
    for (let from = samples.from; from < samples.to && !cancelled(); from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      this.orderBySteps(count);
      if (dropoutMask) this.drawDropout(samples, from, count, dropoutMask);
      gatedForward(this.workspace, count, dropoutMask);
      for (let b = 0; b < count; b++) this.lossAndGradient(b, count, 1 / batch, statsAt);
      gatedBackward(this.workspace, count, dropoutMask);
      gatedGradients(this.workspace, count, gradients, from > samples.from);
    }
  }

  /**
   * Loss and accuracy of some samples, without gradients, and what they do where that is counted; not whole when it was
   * cancelled meanwhile.
   */
  evaluate(
    samples: Samples,
    statsAt: number,
    scores?: SampleScores,
    counting?: Counting,
    cancelled: () => boolean = () => false,
  ): void {
    const { layout } = this;
    this.stats.fill(0, statsAt, statsAt + layout.statsPerTask);
    for (let from = samples.from; from < samples.to && !cancelled(); from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      this.orderBySteps(count);
      gatedForward(this.workspace, count, undefined);
      for (let b = 0; b < count; b++) {
        const readout = () => this.loss(b, count, 0, undefined, statsAt);
        if (!scores) readout();
        else
          noteSample(scores, from + b, this.input.labels[b]!, this.stats.subarray(statsAt), this.classScores, readout);
      }
      if (counting) {
        countInputs(this.workspace, this.input, counting, from, count);
        countStates(this.workspace, counting, from, count);
      }
    }
  }

  /**
   * Records samples [from, to) of a batch at their places, without class weights. Where `deltas`,
   * δ and dL/dx too; where `shard` is given as well, the gradient of the sum of their losses goes there.
   */
  probe(
    samples: Samples,
    reader: SampleReader | undefined,
    recording: Recording,
    { deltas, shard }: { deltas: boolean; shard: number | undefined },
    statsAt: number,
  ): void {
    const { layout } = this;
    const gradients = shard === undefined ? undefined : addressOf(layout.gradients, shard * layout.parameters);
    this.stats.fill(0, statsAt, statsAt + layout.statsPerTask);
    if (gradients !== undefined) zero(this.workspace, gradients, layout.parameters);
    if (deltas) transposeWeights(this.workspace);
    for (let from = samples.from; from < samples.to; from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count, reader);
      this.orderBySteps(count);
      gatedForward(this.workspace, count, undefined);
      for (let b = 0; b < count; b++) {
        const stats = this.stats.subarray(statsAt);
        const readout = () => this.loss(b, count, 1, deltas ? this.scratch.gradient : undefined, statsAt);
        noteSample(recording.samples, from + b, this.input.labels[b]!, stats, this.classScores, readout);
        if (deltas) this.placeScoreGradient(b, count);
      }
      recordStates(this.workspace, featureOf(this.workspace), recording, from, count);
      if (!deltas) continue;
      gatedBackward(this.workspace, count, undefined);
      recordGates(this.workspace, recording, from, count);
      if (gradients !== undefined) gatedGradients(this.workspace, count, gradients, true);
    }
  }

  /** Of the sample that was read out last. */
  private get classScores(): Float32Array {
    return new Float32Array(this.buffer, this.scratch.scores, this.layout.network.classes);
  }

  /**
   * The rows of a block step by step, so that a step works on stretches of memory: row t·count + b belongs to step t of
   * sample b. Events are sorted accordingly; of a constant input the rows of each sample are listed.
   */
  private orderBySteps(count: number): void {
    const { scratch, state, buffer } = this;
    const { steps, encoding } = this.layout.network;
    const rows = count * steps;
    const to = new Uint32Array(buffer, state.offsets, rows + 1);
    to[0] = 0;
    if (encoding === 'current') {
      const list = new Uint16Array(buffer, state.channels, rows);
      for (let b = 0; b < count; b++) {
        for (let t = 0; t < steps; t++) list[b * steps + t] = t * count + b;
        to[b + 1] = (b + 1) * steps;
      }
      return;
    }
    const from = new Uint32Array(buffer, scratch.offsets, rows + 1);
    const events = from[rows]!;
    const source = new Uint16Array(buffer, scratch.channels, events);
    const sorted = new Uint16Array(buffer, state.channels, events);
    let next = 0;
    for (let t = 0; t < steps; t++)
      for (let b = 0; b < count; b++) {
        const end = from[b * steps + t + 1]!;
        for (let e = from[b * steps + t]!; e < end; e++) sorted[next++] = source[e]!;
        to[t * count + b + 1] = next;
      }
  }

  /** Factors on what the readout sees of each sample, a matrix in panels. */
  private drawDropout({ epoch, order }: Samples, from: number, count: number, dropoutMask: Bytes): void {
    const { size, plan } = this.cell;
    const neurons = plan.connection.size;
    const row = new Float32Array(size);
    const matrix = new Float32Array(this.buffer, dropoutMask, count * size);
    for (let b = 0; b < count; b++) {
      drawDropoutMask(row, neurons, this.layout.network.dropout, {
        seed: this.seed,
        epoch,
        sample: order[from + b]!,
        layer: 0,
      });
      for (let c = 0; c < size; c += PANEL) matrix.set(row.subarray(c, c + PANEL), count * c + b * PANEL);
    }
  }

  /** Loss and accuracy of sample `b` of a block of `count`; the gradient of its scores where there is a place for it. */
  private loss(b: number, count: number, scale: number, gradient: Bytes | undefined, statsAt: number): void {
    const { loss, classes } = this.layout.network;
    this.kernels.readout({
      decode: DECODE.last,
      windowStart: 0,
      steps: 1,
      size: this.readout.size,
      classes,
      u: this.state.scores,
      rows: count,
      firstRow: b,
      threshold: 0,
      loss: LOSS[loss],
      label: this.input.labels[b]!,
      scale,
      scores: this.scratch.scores,
      gradient,
      result: this.layout.stats + statsAt * 8,
    });
  }

  private lossAndGradient(b: number, count: number, scale: number, statsAt: number): void {
    const { classWeights } = this.layout.network;
    const weight = classWeights?.[this.input.labels[b]!] ?? 1;
    this.loss(b, count, scale * weight, this.scratch.gradient, statsAt);
    if (!Number.isFinite(this.stats[statsAt]) && this.stats[statsAt + STATS.diverged] === 0)
      this.stats[statsAt + STATS.diverged] = this.divergedLayer(count) + 1;
    this.placeScoreGradient(b, count);
  }

  /** The gradient of the scores of one sample into the matrix of all. */
  private placeScoreGradient(b: number, count: number): void {
    const classes = this.readout.size;
    const row = new Float32Array(this.buffer, this.scratch.gradient, classes);
    const dScores = new Float32Array(this.buffer, this.state.dScores, count * classes);
    for (let c = 0; c < classes; c += PANEL) dScores.set(row.subarray(c, c + PANEL), count * c + b * PANEL);
  }

  /** The first of hidden states (0) and scores (1) with a number that is not finite; 2 when all are. */
  private divergedLayer(count: number): number {
    const { state, cell, readout } = this;
    const allFinite = (address: Bytes, length: number): boolean =>
      new Float32Array(this.buffer, address, length).every(Number.isFinite);
    if (!allFinite(state.h, count * cell.size) || !allFinite(state.mean, count * cell.size)) return 0;
    return allFinite(state.scores, count * readout.size) ? 2 : 1;
  }
}
