/**
 * What one thread does with a block of samples: events in, forward, loss, backward, gradients out. Every thread has a
 * scratch of its own and only reads the weights, so the result of a shard does not depend on who computes it.
 */
import type { SampleReader } from '../../datasets/dataset.ts';
import { DECODE, FROM_BIAS, FROM_OUT, FROM_ZERO, type Kernels, LOSS, RESET, SURROGATE } from '../../kernels/kernels.ts';
import { PANEL } from '../../kernels/panels.ts';
import type { NetworkPlan } from '../../models/network.ts';
import { drawKeep } from './dropout.ts';
import { BlockInput, type Samples } from './input.ts';
import { type LayerLayout, type LayerScratch, type Layout, type Scratch, STATS } from './layout.ts';

/** Inputs of which the gradients of 16 neurons (64 bytes each) stay in a first cache of 48 KB while events go by. */
const MOST_SCATTERED = 800;

export class Program {
  private readonly scratch: Scratch;
  private readonly buffer: ArrayBufferLike;
  private readonly input: BlockInput;
  private readonly stats: Float64Array;

  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly layout: Layout,
    thread: number,
    reader: SampleReader,
    private readonly seed: number,
  ) {
    this.scratch = layout.scratch[thread]!;
    this.buffer = memory.buffer;
    this.input = new BlockInput(this.buffer, layout, this.scratch, reader);
    this.stats = new Float64Array(this.buffer, layout.stats);
  }

  /** Gradient of the mean loss over a batch of `batch` samples, for the samples of one shard, and the shard's stats. */
  trainShard(samples: Samples, batch: number, shard: number, statsAt: number): void {
    const { layout } = this;
    const gradients = layout.gradients + shard * layout.parameters * 4;
    this.clearStats(statsAt);
    this.prepareLeaks();
    const dropout = samples.dropout && layout.network.dropout > 0;
    if (dropout) this.scaleWeights();
    if (samples.from >= samples.to) {
      new Float32Array(this.buffer, gradients, layout.parameters).fill(0);
      return;
    }
    for (const layer of this.scratch.layers.keys())
      this.floats(this.scratch.layers[layer]!.dk, layout.layers[layer]!.size).fill(0);
    for (let from = samples.from; from < samples.to; from += layout.block) {
      const count = Math.min(layout.block, samples.to - from);
      this.input.read(samples, from, count);
      if (dropout) this.drawDropout(samples, from, count);
      this.forward(count, dropout);
      for (let b = 0; b < count; b++) this.lossAndBackward(b, 1 / batch, statsAt, dropout);
      this.accumulate(count, gradients, from > samples.from, dropout);
      this.countSpikes(count, statsAt);
    }
    if (dropout) this.scaleGradients(gradients);
    this.leakGradients(gradients);
  }

  /** Loss, accuracy and spikes of some samples, without gradients. */
  evaluate(samples: Samples, statsAt: number): void {
    this.clearStats(statsAt);
    this.prepareLeaks();
    for (let from = samples.from; from < samples.to; from += this.layout.block) {
      const count = Math.min(this.layout.block, samples.to - from);
      this.input.read(samples, from, count);
      this.forward(count, false);
      for (let b = 0; b < count; b++) this.loss(b, 0, 0, statsAt);
      this.countSpikes(count, statsAt);
    }
  }

  private floats(address: number, length: number): Float32Array {
    return new Float32Array(this.buffer, address, length);
  }

  private clearStats(at: number): void {
    this.stats.fill(0, at, at + this.layout.statsPerTask);
  }

  /** k of every layer from its parameter, or the fixed one. */
  private prepareLeaks(): void {
    const { layout, kernels, scratch } = this;
    layout.layers.forEach(({ plan, size, leak }, l) => {
      const k = scratch.layers[l]!.leak;
      if (typeof plan.leak === 'number') this.floats(k, size).fill(plan.leak);
      else kernels.leakFromParameter(k, layout.weights + leak * 4, size, Number(plan.leak.per === 'layer'));
    });
  }

  /** What the layers above others multiply their input with, 1/(1 − p), once for all events. */
  private scaleWeights(): void {
    const { layout, kernels, scratch } = this;
    scratch.layers.forEach(({ dropout }, l) => {
      if (!dropout) return;
      const { weight, inputs, size } = layout.layers[l + 1]!;
      kernels.scale(dropout.weight, layout.weights + weight * 4, 1 / (1 - layout.network.dropout), inputs * size);
    });
  }

  /** dW is the sum over the events that were kept, and each counts 1/(1 − p) times. */
  private scaleGradients(gradients: number): void {
    const { layout, kernels, scratch } = this;
    scratch.layers.forEach(({ dropout }, l) => {
      if (!dropout) return;
      const { weight, inputs, size } = layout.layers[l + 1]!;
      const dW = gradients + weight * 4;
      kernels.scale(dW, dW, 1 / (1 - layout.network.dropout), inputs * size);
    });
  }

  private drawDropout({ epoch, order }: Samples, from: number, count: number): void {
    const { layout, scratch, seed } = this;
    scratch.layers.forEach(({ dropout }, layer) => {
      const { plan, size } = layout.layers[layer]!;
      for (let b = 0; b < count && dropout; b++) {
        const keep = this.floats(dropout.keep + b * size * 4, size);
        drawKeep(keep, plan.size, layout.network.dropout, { seed, epoch, sample: order[from + b]!, layer });
      }
    });
  }

  /** The events that layer `l` receives. */
  private eventsInto(l: number, dropout: boolean): { offsets: number; channels: number } {
    const below = this.scratch.layers[l - 1];
    if (!below) return this.scratch;
    return dropout ? below.dropout! : below;
  }

  private forward(count: number, dropout: boolean): void {
    const { layout, kernels, scratch } = this;
    const { steps, encoding } = layout.network;
    const rows = count * steps;
    layout.layers.forEach((layer, l) => {
      const { plan, size, inputs } = layer;
      const mine = scratch.layers[l]!;
      const weight = dropout && l > 0 ? scratch.layers[l - 1]!.dropout!.weight : layout.weights + layer.weight * 4;
      const bias = plan.bias ? layout.weights + layer.bias * 4 : scratch.zeros;
      const constant = l === 0 && encoding === 'current' ? scratch.current : 0;
      // biome-ignore format: one line per group of arguments
      if (constant)
        kernels.gatherRowsWeighted(
          constant, count, FROM_BIAS, bias, weight, inputs,
          scratch.offsets, scratch.channels, scratch.values, count, size,
        );
      else {
        const input = this.eventsInto(l, dropout);
        kernels.gatherRows(mine.u, layout.rows, 0, FROM_BIAS, bias, weight, inputs, input.offsets, input.channels, rows, size);
      }
      new Uint32Array(this.buffer, mine.offsets, 1)[0] = 0;
      for (let b = 0; b < count; b++)
        // biome-ignore format: one line per group of arguments
        kernels.lifForward(
          mine.u, layout.rows, b * steps, constant, count, b,
          steps, size, mine.leak, plan.threshold, RESET[plan.reset], Number(plan.kind === 'spiking'),
          this.recurrentOf(layer), mine.offsets + b * steps * 4, mine.channels,
        );
      if (dropout && mine.dropout) this.dropEvents(mine, size, count);
    });
  }

  private dropEvents({ offsets, channels, dropout }: LayerScratch, size: number, count: number): void {
    const { steps } = this.layout.network;
    const { keep, offsets: keptOffsets, channels: keptChannels } = dropout!;
    new Uint32Array(this.buffer, keptOffsets, 1)[0] = 0;
    for (let b = 0; b < count; b++) {
      const first = b * steps * 4;
      this.kernels.keepEvents(offsets + first, channels, steps, keep + b * size * 4, keptOffsets + first, keptChannels);
    }
  }

  private recurrentOf({ recurrent }: LayerLayout): number {
    return recurrent < 0 ? 0 : this.layout.weights + recurrent * 4;
  }

  /** Loss and accuracy of sample `b` of a block; its gradient by the output layer unless `gradient` is 0. */
  private loss(b: number, scale: number, gradient: number, statsAt: number): void {
    const { layout, scratch } = this;
    const { steps, classes, readout, loss } = layout.network;
    const { plan, size } = layout.layers.at(-1)!;
    // biome-ignore format: one line per group of arguments
    this.kernels.readout(
      DECODE[readout.decode], readout.from, steps, size, classes, scratch.layers.at(-1)!.u, layout.rows, b * steps,
      plan.threshold, LOSS[loss], this.input.labels[b]!, scale, scratch.scores, gradient, layout.stats + statsAt * 8,
    );
  }

  private lossAndBackward(b: number, scale: number, statsAt: number, dropout: boolean): void {
    const { layout, scratch, kernels } = this;
    const { steps, readout, classWeights, spikePenalty } = layout.network;
    this.loss(b, scale * (classWeights?.[this.input.labels[b]!] ?? 1), scratch.gradient, statsAt);
    if (!Number.isFinite(this.stats[statsAt]) && this.stats[statsAt + STATS.diverged] === 0)
      this.stats[statsAt + STATS.diverged] = this.divergedLayer(b) + 1;
    const rate = readout.decode === 'rate';
    for (let l = layout.layers.length - 1; l >= 0; l--) {
      const layer = layout.layers[l]!;
      const { plan, size } = layer;
      const mine = scratch.layers[l]!;
      const next = layout.layers[l + 1];
      const price = next && spikePenalty ? this.priceOfSpikes(l, b, scale, spikePenalty) : 0;
      // biome-ignore format: one line per group of arguments
      kernels.lifBackward(
        mine.u, layout.rows, b * steps, steps, size, mine.leak, plan.threshold, RESET[plan.reset],
        Number(plan.resetGradient), Number(plan.kind === 'spiking'),
        SURROGATE[plan.surrogate.shape], plan.surrogate.width, plan.surrogate.height,
        next ? layout.weights + next.weight * 4 : 0, next?.size ?? 0, next ? scratch.layers[l + 1]!.u : 0,
        dropout && mine.dropout ? mine.dropout.keep + b * size * 4 : 0,
        this.recurrentOf(layer),
        next ? price : rate ? scratch.gradient : 0, next || rate ? 0 : scratch.gradient, next ? 0 : readout.from,
        layer.leakCount ? mine.dk : 0, scratch.work,
      );
    }
  }

  /** First layer with a potential that is not finite in sample `b`; the number of layers when all are. */
  private divergedLayer(b: number): number {
    const { layout, scratch } = this;
    const { steps } = layout.network;
    const layer = layout.layers.findIndex(({ size }, l) => {
      const u = this.floats(scratch.layers[l]!.u, layout.rows * size);
      for (let c = 0; c < size; c += PANEL) {
        const width = Math.min(PANEL, size - c);
        const at = layout.rows * c + b * steps * width;
        if (u.subarray(at, at + steps * width).some((x) => !Number.isFinite(x))) return true;
      }
      return false;
    });
    return layer < 0 ? layout.layers.length : layer;
  }

  /** dL/do of the penalty on the mean spike rate of a layer in one sample: the same for all its neurons and steps. */
  private priceOfSpikes(
    l: number,
    b: number,
    scale: number,
    penalty: NonNullable<NetworkPlan['spikePenalty']>,
  ): number {
    const { plan, size } = this.layout.layers[l]!;
    const { steps } = this.layout.network;
    const offsets = new Uint32Array(this.buffer, this.scratch.layers[l]!.offsets + b * steps * 4, steps + 1);
    const share = 1 / (steps * plan.size);
    const rate = (offsets[steps]! - offsets[0]!) * share;
    const slope = penalty.target === undefined ? 1 : 2 * (rate - penalty.target);
    this.floats(this.scratch.price, size)
      .fill(0)
      .fill(scale * penalty.weight * slope * share, 0, plan.size);
    return this.scratch.price;
  }

  /** dW, dV and db of a block; `add` to what earlier blocks of the shard left, or start it. */
  private accumulate(count: number, gradients: number, add: boolean, dropout: boolean): void {
    const { layout, kernels, scratch } = this;
    const { steps, encoding } = layout.network;
    const { outOffsets, outRows, outValues } = scratch;
    const rows = count * steps;
    const from = add ? FROM_OUT : FROM_ZERO;
    layout.layers.forEach((layer, l) => {
      const { inputs, size } = layer;
      const mine = scratch.layers[l]!;
      const dW = gradients + layer.weight * 4;
      const constant = l === 0 && encoding === 'current';
      const delta = constant ? scratch.current : mine.u;
      const deltaRows = constant ? count : layout.rows;
      if (constant) {
        const { offsets, channels, values } = scratch;
        for (let b = 0; b < count; b++)
          kernels.sumRows(delta, count, b, 0, mine.u, layout.rows, b * steps, steps, size);
        kernels.transposeEvents(offsets, channels, values, count, inputs, 0, outOffsets, outRows, outValues);
        kernels.gatherRowsWeighted(dW, inputs, from, 0, delta, count, outOffsets, outRows, outValues, inputs, size);
      } else {
        const { offsets, channels } = this.eventsInto(l, dropout);
        this.addEvents(dW, inputs, add, delta, size, offsets, channels, rows, 0);
      }
      if (layer.recurrent >= 0) {
        const dV = gradients + layer.recurrent * 4;
        this.addEvents(dV, size, add, mine.u, size, mine.offsets, mine.channels, rows, steps);
      }
      if (layer.bias >= 0)
        kernels.sumRows(
          gradients + layer.bias * 4,
          1,
          0,
          Number(add),
          delta,
          deltaRows,
          0,
          constant ? count : rows,
          size,
        );
    });
  }

  /**
   * The gradient of weights [inputs × size] that events were multiplied with: the deltas of the rows that each channel
   * fired in (with `steps`, one step later). A panel of few inputs stays in the first cache, and the events are taken as
   * they come; of many it would not, and the events are sorted by channel first.
   */
  private addEvents(
    gradient: number,
    inputs: number,
    add: boolean,
    delta: number,
    size: number,
    offsets: number,
    channels: number,
    rows: number,
    steps: number,
  ): void {
    const { kernels, layout } = this;
    if (inputs <= MOST_SCATTERED) {
      if (!add) this.floats(gradient, inputs * size).fill(0);
      kernels.scatterRows(gradient, inputs, delta, layout.rows, offsets, channels, rows, size, steps);
      return;
    }
    const { outOffsets, outRows } = this.scratch;
    const from = add ? FROM_OUT : FROM_ZERO;
    kernels.transposeEvents(offsets, channels, 0, rows, inputs, steps, outOffsets, outRows, 0);
    kernels.gatherRows(gradient, inputs, 0, from, 0, delta, layout.rows, outOffsets, outRows, inputs, size);
  }

  private leakGradients(gradients: number): void {
    this.layout.layers.forEach(({ plan, leak, leakCount }, l) => {
      if (typeof plan.leak === 'number') return;
      const { dk, leak: k } = this.scratch.layers[l]!;
      const da = gradients + leak * 4;
      this.floats(da, (leakCount + 3) & ~3).fill(0);
      this.kernels.leakGradient(da, dk, k, plan.size, Number(plan.leak.per === 'layer'));
    });
  }

  private countSpikes(count: number, statsAt: number): void {
    const rows = count * this.layout.network.steps;
    this.layout.layers.forEach(({ plan }, l) => {
      if (plan.kind !== 'spiking') return;
      const spikes = new Uint32Array(this.buffer, this.scratch.layers[l]!.offsets + rows * 4, 1)[0]!;
      this.stats[statsAt + STATS.spikes + l]! += spikes;
    });
  }
}
