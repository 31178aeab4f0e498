/**
 * What one thread does with a block of samples: events in, forward, loss, backward, gradients out. Every thread has a
 * scratch of its own and only reads the weights, so the result of a shard does not depend on who computes it.
 */
import type { SampleReader } from '../../../datasets/dataset.ts';
import type { SampleScores } from '../../backend.ts';
import { DECODE, type Kernels, LOSS } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import { type Layout, STATS } from '../layout/layout.ts';
import { backward } from './backward.ts';
import { drawDropout, scaleGradients, scaleWeights } from './dropout.ts';
import { forward } from './forward.ts';
import { BlockInput, type Samples } from './input.ts';
import { noteSample } from './sample-scores.ts';
import { floats, type Work } from './work.ts';

export class Program {
  private readonly work: Work;
  private readonly input: BlockInput;
  private readonly stats: Float64Array;

  constructor(
    kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly layout: Layout,
    thread: number,
    reader: SampleReader,
    private readonly seed: number,
  ) {
    const { buffer } = memory;
    const scratch = layout.scratch[thread]!;
    this.work = { kernels, buffer, layout, scratch };
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
    const { layout, work } = this;
    const gradients = layout.gradients + shard * layout.parameters * 4;
    this.clearStats(statsAt);
    this.prepareLeaks();
    const dropout = samples.dropout && layout.network.dropout > 0;
    if (dropout) scaleWeights(work);
    if (samples.from >= samples.to) {
      floats(work, gradients, layout.parameters).fill(0);
      return;
    }
    layout.layers.forEach(({ size }, l) => floats(work, work.scratch.layers[l]!.dk, size).fill(0));
    for (let from = samples.from; from < samples.to && !cancelled(); from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      if (dropout) drawDropout(work, this.seed, samples, from, count);
      forward(work, count, dropout);
      for (let b = 0; b < count; b++) this.lossOf(b, 1 / batch, statsAt);
      backward(work, count, 1 / batch, { gradients, add: from > samples.from, dropout });
      this.countSpikes(count, statsAt);
    }
    if (dropout) scaleGradients(work, gradients);
    this.leakGradients(gradients);
  }

  /** Loss, accuracy and spikes of some samples, without gradients; not whole when it was cancelled meanwhile. */
  evaluate(samples: Samples, statsAt: number, scores?: SampleScores, cancelled: () => boolean = () => false): void {
    this.clearStats(statsAt);
    this.prepareLeaks();
    for (let from = samples.from; from < samples.to && !cancelled(); from += this.layout.block) {
      const count = Math.min(this.layout.block, samples.to - from);
      this.input.read(samples, from, count);
      forward(this.work, count, false);
      for (let b = 0; b < count; b++) {
        const readout = () => this.readout(b, 0, 0, statsAt);
        if (!scores) readout();
        else
          noteSample(scores, from + b, this.input.labels[b]!, this.stats.subarray(statsAt), this.classScores, readout);
      }
      this.countSpikes(count, statsAt);
    }
  }

  /** Of the sample that was read out last. */
  private get classScores(): Float32Array {
    return floats(this.work, this.work.scratch.scores, this.layout.network.classes);
  }

  private clearStats(at: number): void {
    this.stats.fill(0, at, at + this.layout.statsPerTask);
  }

  /** k of every layer from its parameter, or the fixed one. */
  private prepareLeaks(): void {
    const { layout, kernels, scratch } = this.work;
    layout.layers.forEach(({ plan, size, leak }, l) => {
      const k = scratch.layers[l]!.leak;
      if (typeof plan.leak === 'number') floats(this.work, k, size).fill(plan.leak);
      else kernels.leakFromParameter(k, layout.weights + leak * 4, size, Number(plan.leak.per === 'layer'));
    });
  }

  /** Loss and accuracy of sample `b` of a block; its gradient by the output layer unless `gradient` is 0. */
  private readout(b: number, scale: number, gradient: number, statsAt: number): void {
    const { layout, kernels, scratch } = this.work;
    const { steps, classes, readout, loss } = layout.network;
    const { plan, size } = layout.layers.at(-1)!;
    // biome-ignore format: one line per group of arguments
    kernels.readout(
      DECODE[readout.decode], readout.from, steps, size, classes, scratch.layers.at(-1)!.u, layout.rows, b * steps,
      plan.threshold, LOSS[loss], this.input.labels[b]!, scale, scratch.scores, gradient, layout.stats + statsAt * 8,
    );
  }

  private lossOf(b: number, scale: number, statsAt: number): void {
    const { classWeights } = this.layout.network;
    this.readout(b, scale * (classWeights?.[this.input.labels[b]!] ?? 1), this.gradientOf(b), statsAt);
    if (!Number.isFinite(this.stats[statsAt]) && this.stats[statsAt + STATS.diverged] === 0)
      this.stats[statsAt + STATS.diverged] = this.divergedLayer(b) + 1;
  }

  /** dL/do (a row) or dL/du (a row for each step of the window) of the output layer in sample `b`. */
  private gradientOf(b: number): number {
    const { readout, steps } = this.layout.network;
    const rows = readout.decode === 'rate' ? 1 : steps - readout.from;
    return this.work.scratch.gradient + b * rows * this.layout.layers.at(-1)!.size * 4;
  }

  /** First layer with a potential that is not finite in sample `b`; the number of layers when all are. */
  private divergedLayer(b: number): number {
    const { layout, scratch } = this.work;
    const { steps } = layout.network;
    const layer = layout.layers.findIndex(({ size }, l) => {
      const u = floats(this.work, scratch.layers[l]!.u, layout.rows * size);
      for (let c = 0; c < size; c += PANEL) {
        const width = Math.min(PANEL, size - c);
        const at = layout.rows * c + b * steps * width;
        if (u.subarray(at, at + steps * width).some((x) => !Number.isFinite(x))) return true;
      }
      return false;
    });
    return layer < 0 ? layout.layers.length : layer;
  }

  private leakGradients(gradients: number): void {
    const { layout, kernels, scratch } = this.work;
    layout.layers.forEach(({ plan, leak, leakCount }, l) => {
      if (typeof plan.leak === 'number') return;
      const { dk, leak: k } = scratch.layers[l]!;
      const da = gradients + leak * 4;
      floats(this.work, da, (leakCount + 3) & ~3).fill(0);
      kernels.leakGradient(da, dk, k, plan.size, Number(plan.leak.per === 'layer'));
    });
  }

  private countSpikes(count: number, statsAt: number): void {
    const { buffer, layout, scratch } = this.work;
    layout.layers.forEach(({ plan }, l) => {
      if (plan.kind !== 'spiking') return;
      for (const spikes of new Uint32Array(buffer, scratch.layers[l]!.counts, count))
        this.stats[statsAt + STATS.spikes + l]! += spikes;
    });
  }
}
