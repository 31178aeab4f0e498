/**
 * What one thread does with a block of samples when the hidden layer is an RNN, LSTM or GRU. The input part of all steps
 * and the gradient of its weights are sums of rows, as in a spiking network; what follows the hidden state is dense.
 */
import type { SampleReader } from '../../../datasets/dataset.ts';
import type { SampleScores } from '../../backend.ts';
import { CELL, DECODE, FROM_BIAS, FROM_OUT, FROM_ZERO, type Kernels, LOSS } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import type { CellLayout, CellScratch } from '../layout/cell-layout.ts';
import { type Layout, type Scratch, STATS } from '../layout/layout.ts';
import { drawKeep } from './dropout.ts';
import { BlockInput, type Samples } from './input.ts';
import { noteSample } from './sample-scores.ts';

export class CellProgram {
  private readonly scratch: Scratch;
  private readonly mine: CellScratch;
  private readonly buffer: ArrayBufferLike;
  private readonly input: BlockInput;
  private readonly stats: Float64Array;

  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly layout: Layout,
    private readonly cell: CellLayout,
    thread: number,
    reader: SampleReader,
    private readonly seed: number,
  ) {
    this.scratch = layout.scratch[thread]!;
    this.mine = this.scratch.cell!;
    this.buffer = memory.buffer;
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
    const { layout, kernels, mine } = this;
    const { recurrent, readout, size, columns, classes } = this.cell;
    const gradients = layout.gradients + shard * layout.parameters * 4;
    const keep = samples.dropout ? (mine.keep ?? 0) : 0;
    this.stats.fill(0, statsAt, statsAt + layout.statsPerTask);
    if (samples.from >= samples.to) {
      this.zero(gradients, layout.parameters);
      return;
    }
    kernels.transposeMatrix(mine.recurrentT, this.weights(recurrent), size, columns);
    kernels.transposeMatrix(mine.readoutT, this.weights(readout), size, classes);
    for (let from = samples.from; from < samples.to && !cancelled(); from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      this.orderBySteps(count);
      if (keep) this.drawDropout(samples, from, count, keep);
      this.forward(count, keep);
      for (let b = 0; b < count; b++) this.lossAndGradient(b, count, 1 / batch, statsAt);
      this.backward(count, keep);
      this.accumulate(count, gradients, from > samples.from);
    }
  }

  /** Loss and accuracy of some samples, without gradients; not whole when it was cancelled meanwhile. */
  evaluate(samples: Samples, statsAt: number, scores?: SampleScores, cancelled: () => boolean = () => false): void {
    const { layout } = this;
    this.stats.fill(0, statsAt, statsAt + layout.statsPerTask);
    for (let from = samples.from; from < samples.to && !cancelled(); from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      this.orderBySteps(count);
      this.forward(count, 0);
      for (let b = 0; b < count; b++) {
        const readout = () => this.loss(b, count, 0, 0, statsAt);
        if (!scores) readout();
        else
          noteSample(scores, from + b, this.input.labels[b]!, this.stats.subarray(statsAt), this.classScores, readout);
      }
    }
  }

  /** Of the sample that was read out last. */
  private get classScores(): Float32Array {
    return new Float32Array(this.buffer, this.scratch.scores, this.layout.network.classes);
  }

  private zero(address: number, length: number): void {
    new Float32Array(this.buffer, address, length).fill(0);
  }

  private weights(element: number): number {
    return element < 0 ? this.scratch.zeros : this.layout.weights + element * 4;
  }

  private get averages(): boolean {
    return this.layout.network.readout.decode === 'mean';
  }

  /** What the readout sees [samples × size]. */
  private get feature(): number {
    return this.averages ? this.mine.mean : this.mine.h;
  }

  /**
   * The rows of a block step by step, so that a step works on stretches of memory: row t·count + b belongs to step t of
   * sample b. Events are sorted accordingly; of a constant input the rows of each sample are listed.
   */
  private orderBySteps(count: number): void {
    const { scratch, mine, buffer } = this;
    const { steps, encoding } = this.layout.network;
    const rows = count * steps;
    const to = new Uint32Array(buffer, mine.offsets, rows + 1);
    to[0] = 0;
    if (encoding === 'current') {
      const list = new Uint16Array(buffer, mine.channels, rows);
      for (let b = 0; b < count; b++) {
        for (let t = 0; t < steps; t++) list[b * steps + t] = t * count + b;
        to[b + 1] = (b + 1) * steps;
      }
      return;
    }
    const from = new Uint32Array(buffer, scratch.offsets, rows + 1);
    const events = from[rows]!;
    const source = new Uint16Array(buffer, scratch.channels, events);
    const sorted = new Uint16Array(buffer, mine.channels, events);
    let at = 0;
    for (let t = 0; t < steps; t++)
      for (let b = 0; b < count; b++) {
        const end = from[b * steps + t + 1]!;
        for (let e = from[b * steps + t]!; e < end; e++) sorted[at++] = source[e]!;
        to[t * count + b + 1] = at;
      }
  }

  /** Factors on what the readout sees of each sample, a matrix in panels. */
  private drawDropout({ epoch, order }: Samples, from: number, count: number, keep: number): void {
    const { size, plan } = this.cell;
    const row = new Float32Array(size);
    const matrix = new Float32Array(this.buffer, keep, count * size);
    for (let b = 0; b < count; b++) {
      drawKeep(row, plan.size, this.layout.network.dropout, {
        seed: this.seed,
        epoch,
        sample: order[from + b]!,
        layer: 0,
      });
      for (let c = 0; c < size; c += PANEL) matrix.set(row.subarray(c, c + PANEL), count * c + b * PANEL);
    }
  }

  /** `keep`: factors of dropout, or 0 for none. */
  private forward(count: number, keep: number): void {
    const { kernels, scratch, mine, cell } = this;
    const { inputs, steps, encoding } = this.layout.network;
    const { size, columns, classes } = cell;
    const rows = count * steps;
    const weight = this.weights(cell.weight);
    const bias = this.weights(cell.bias);
    const { offsets, channels, values, current } = scratch;
    const constant = encoding === 'current';
    // biome-ignore format: one line per group of arguments
    if (constant)
      kernels.gatherRowsWeighted(
        current, count, FROM_BIAS, bias, weight, inputs, offsets, channels, values, count, columns,
      );
    else
      kernels.gatherRows(
        mine.gates, rows, 0, FROM_BIAS, bias, weight, inputs, mine.offsets, mine.channels, rows, columns,
      );
    this.zero(mine.h, count * size);
    this.zero(mine.mean, count * size);
    const recurrent = this.weights(cell.recurrent);
    const recurrentBias = this.weights(cell.recurrentBias);
    const share = this.averages ? 1 / steps : 0;
    for (let t = 0; t < steps; t++) {
      // The first state is zero.
      const inner = t === 0 ? 0 : size;
      kernels.multiply(mine.r, FROM_BIAS, recurrentBias, mine.h, recurrent, count, inner, columns);
      // biome-ignore format: one line per group of arguments
      kernels.cellForward(
        CELL[cell.plan.kind], count, steps, t, size,
        constant ? current : mine.gates, constant ? count : rows, constant ? 0 : t * count,
        mine.r, mine.gates, mine.before, mine.extra, mine.h, mine.mean, share,
      );
    }
    if (keep) kernels.multiplyElements(this.feature, keep, count * size);
    const readout = this.weights(cell.readout);
    const readoutBias = this.weights(cell.readoutBias);
    kernels.multiply(mine.scores, FROM_BIAS, readoutBias, this.feature, readout, count, size, classes);
  }

  /** Loss and accuracy of sample `b` of a block of `count`; the gradient of its scores unless `gradient` is 0. */
  private loss(b: number, count: number, scale: number, gradient: number, statsAt: number): void {
    const { loss, classes } = this.layout.network;
    // biome-ignore format: one line per group of arguments
    this.kernels.readout(
      DECODE.last, 0, 1, this.cell.classes, classes, this.mine.scores, count, b,
      0, LOSS[loss], this.input.labels[b]!, scale, this.scratch.scores, gradient, this.layout.stats + statsAt * 8,
    );
  }

  private lossAndGradient(b: number, count: number, scale: number, statsAt: number): void {
    const { classWeights } = this.layout.network;
    const { classes } = this.cell;
    const { gradient } = this.scratch;
    this.loss(b, count, scale * (classWeights?.[this.input.labels[b]!] ?? 1), gradient, statsAt);
    if (!Number.isFinite(this.stats[statsAt]) && this.stats[statsAt + STATS.diverged] === 0)
      this.stats[statsAt + STATS.diverged] = this.divergedLayer(count) + 1;
    const row = new Float32Array(this.buffer, gradient, classes);
    const dScores = new Float32Array(this.buffer, this.mine.dScores, count * classes);
    for (let c = 0; c < classes; c += PANEL) dScores.set(row.subarray(c, c + PANEL), count * c + b * PANEL);
  }

  /** The first of hidden states (0) and scores (1) with a number that is not finite; 2 when all are. */
  private divergedLayer(count: number): number {
    const { mine, cell } = this;
    const allFinite = (at: number, length: number): boolean =>
      new Float32Array(this.buffer, at, length).every(Number.isFinite);
    if (!allFinite(mine.h, count * cell.size) || !allFinite(mine.mean, count * cell.size)) return 0;
    return allFinite(mine.scores, count * cell.classes) ? 2 : 1;
  }

  /** From the scores back to the first step: the gates turn into their gradients. */
  private backward(count: number, keep: number): void {
    const { kernels, mine, cell } = this;
    const { steps } = this.layout.network;
    const { plan, size, columns, classes } = cell;
    kernels.multiply(mine.dFeature, FROM_ZERO, 0, mine.dScores, mine.readoutT, count, classes, size);
    if (keep) kernels.multiplyElements(mine.dFeature, keep, count * size);
    this.zero(mine.dh, count * size);
    this.zero(mine.dc, count * size);
    // In the GRU a part of the gradient passes by the recurrent weights.
    const from = plan.kind === 'gru' ? FROM_OUT : FROM_ZERO;
    for (let t = steps - 1; t >= 0; t--) {
      const share = this.averages ? 1 / steps : Number(t === steps - 1);
      // biome-ignore format: one line per group of arguments
      kernels.cellBackward(
        CELL[plan.kind], count, steps, t, size, mine.gates, mine.before, mine.extra,
        mine.dh, mine.dc, mine.dr, mine.dFeature, share,
      );
      if (t > 0) kernels.multiply(mine.dh, from, 0, mine.dr, mine.recurrentT, count, columns, size);
    }
  }

  /** Gradients of a block; `add` to what earlier blocks of the shard left, or start it. */
  private accumulate(count: number, gradients: number, add: boolean): void {
    const { kernels, scratch, mine, cell } = this;
    const { inputs, steps, encoding } = this.layout.network;
    const { size, columns, classes } = cell;
    const { offsets, channels, values, current, outOffsets, outRows, outValues } = scratch;
    const rows = count * steps;
    const from = add ? FROM_OUT : FROM_ZERO;
    const keep = Number(add);
    const at = (element: number): number => gradients + element * 4;
    const sum = (to: number, source: number, sourceRows: number, cols: number): void =>
      kernels.sumRows(to, 1, 0, keep, source, sourceRows, 0, sourceRows, cols);

    // biome-ignore format: one line per group of arguments
    if (encoding === 'current') {
      kernels.gatherRows(
        current, count, 0, FROM_ZERO, 0, mine.gates, rows, mine.offsets, mine.channels, count, columns,
      );
      kernels.transposeEvents(offsets, channels, values, count, inputs, 0, outOffsets, outRows, outValues);
      kernels.gatherRowsWeighted(
        at(cell.weight), inputs, from, 0, current, count, outOffsets, outRows, outValues, inputs, columns,
      );
    } else {
      kernels.transposeEvents(mine.offsets, mine.channels, 0, rows, inputs, 0, outOffsets, outRows, 0);
      kernels.gatherRows(at(cell.weight), inputs, 0, from, 0, mine.gates, rows, outOffsets, outRows, inputs, columns);
    }

    // The recurrent part of the GRU's candidate has a gradient of its own.
    const own = cell.plan.kind === 'gru' ? size : 0;
    const shared = columns - own;
    const candidate = at(cell.recurrent + shared * size);
    kernels.multiplyTransposed(at(cell.recurrent), keep, mine.before, mine.gates, rows, size, shared);
    if (own) kernels.multiplyTransposed(candidate, keep, mine.before, mine.extra, rows, size, own);
    kernels.multiplyTransposed(at(cell.readout), keep, this.feature, mine.dScores, count, size, classes);
    if (!cell.plan.bias) return;
    sum(at(cell.bias), mine.gates, rows, columns);
    sum(at(cell.recurrentBias), mine.gates, rows, shared);
    if (own) sum(at(cell.recurrentBias + shared), mine.extra, rows, own);
    sum(at(cell.readoutBias), mine.dScores, count, classes);
  }
}
