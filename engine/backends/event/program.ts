/**
 * What one thread does with a block of samples: events in, forward, loss, backward, gradients out. Every thread has a
 * scratch of its own and only reads the weights, so the result of a shard does not depend on who computes it.
 */
import type { SampleReader } from '../../datasets/dataset.ts';
import {
  DECODE,
  FEW_COLUMNS,
  FROM_BIAS,
  FROM_OUT,
  FROM_ZERO,
  type Kernels,
  LOSS,
  RESET,
  SURROGATE,
} from '../../kernels/kernels.ts';
import { PANEL } from '../../kernels/panels.ts';
import { drawKeep } from './dropout.ts';
import { BlockInput, type Samples } from './input.ts';
import { type LayerLayout, type LayerScratch, type Layout, type Scratch, STATS } from './layout.ts';

/** Neurons that are worked on together: two panels. */
const STRIP = 2 * PANEL;

/** Where the gradient enters a layer: see lifBackward. */
interface Drive {
  gO: number;
  gU: number;
  from: number;
  keep: number;
}

/**
 * Whether gradients [inputs × neurons] are formed from events as they come (scatterRows): of up to so many inputs those of
 * 16 neurons, 64 bytes each, stay in a first cache of 48 KB, and up to so many neurons that is faster than sorting the
 * events once for all of them.
 */
function scattered(inputs: number, neurons: number): boolean {
  return inputs <= 800 && neurons <= FEW_COLUMNS;
}

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
      for (let b = 0; b < count; b++) this.lossOf(b, 1 / batch, statsAt);
      this.backward(count, 1 / batch, gradients, from > samples.from, dropout);
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
      for (let b = 0; b < count; b++) this.readout(b, 0, 0, statsAt);
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
      const input = this.eventsInto(l, dropout);
      const spiking = Number(plan.kind === 'spiking');
      const panels = Math.ceil(size / PANEL);
      // What a strip of neurons receives is still in the second cache when their potentials are computed.
      // biome-ignore format: one line per group of arguments
      for (let c = 0; c < size; c += STRIP) {
        const columns = Math.min(STRIP, size - c);
        const u = mine.u + layout.rows * c * 4;
        if (constant)
          kernels.gatherRowsWeighted(
            constant + count * c * 4, count, FROM_BIAS, bias + c * 4, weight + inputs * c * 4, inputs,
            scratch.offsets, scratch.channels, scratch.values, count, columns,
          );
        else
          kernels.gatherRows(
            u, layout.rows, 0, FROM_BIAS, bias + c * 4, weight + inputs * c * 4, inputs,
            input.offsets, input.channels, rows, columns,
          );
        if (!plan.recurrent)
          kernels.lifForward(
            u, layout.rows, count, steps, columns, constant && constant + count * c * 4, count,
            mine.leak + c * 4, plan.threshold, RESET[plan.reset], spiking, mine.fired + (c / PANEL) * 2, panels,
          );
      }
      if (plan.recurrent) this.recur(layer, mine, constant, count);
      else if (spiking) kernels.listFired(mine.fired, panels, rows, mine.offsets, mine.channels);
      if (dropout && mine.dropout) this.dropEvents(mine, size, count);
    });
  }

  /** Potentials and spikes of a recurrent layer, sample by sample. */
  private recur({ plan, size, recurrent }: LayerLayout, mine: LayerScratch, constant: number, count: number): void {
    const { layout, kernels } = this;
    const { steps } = layout.network;
    new Uint32Array(this.buffer, mine.offsets, 1)[0] = 0;
    for (let b = 0; b < count; b++)
      // biome-ignore format: one line per group of arguments
      kernels.lifForwardRecurrent(
        mine.u, layout.rows, b * steps, constant, count, b, steps, size, mine.leak, plan.threshold, RESET[plan.reset],
        layout.weights + recurrent * 4, mine.offsets + b * steps * 4, mine.channels,
      );
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

  /** Loss and accuracy of sample `b` of a block; its gradient by the output layer unless `gradient` is 0. */
  private readout(b: number, scale: number, gradient: number, statsAt: number): void {
    const { layout, scratch } = this;
    const { steps, classes, readout, loss } = layout.network;
    const { plan, size } = layout.layers.at(-1)!;
    // biome-ignore format: one line per group of arguments
    this.kernels.readout(
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
    return this.scratch.gradient + b * rows * this.layout.layers.at(-1)!.size * 4;
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

  /** dL/do of the penalty on the mean spike rate of a layer: a row for each sample, the same for all neurons and steps. */
  private pricesOfSpikes(l: number, count: number, scale: number): number {
    const { spikePenalty, steps } = this.layout.network;
    if (!spikePenalty) return 0;
    const { plan, size } = this.layout.layers[l]!;
    const offsets = new Uint32Array(this.buffer, this.scratch.layers[l]!.offsets, count * steps + 1);
    const prices = this.floats(this.scratch.prices, count * size).fill(0);
    const share = 1 / (steps * plan.size);
    for (let b = 0; b < count; b++) {
      const rate = (offsets[(b + 1) * steps]! - offsets[b * steps]!) * share;
      const slope = spikePenalty.target === undefined ? 1 : 2 * (rate - spikePenalty.target);
      prices.fill(scale * spikePenalty.weight * slope * share, b * size, b * size + plan.size);
    }
    return this.scratch.prices;
  }

  /** δ of every layer of a block, the last one first, and dW, dV and db: added to what earlier blocks of the shard left, or starting them. */
  private backward(count: number, scale: number, gradients: number, add: boolean, dropout: boolean): void {
    const { layout, kernels, scratch } = this;
    const { steps, encoding, readout } = layout.network;
    for (let l = layout.layers.length - 1; l >= 0; l--) {
      const layer = layout.layers[l]!;
      const { plan, size } = layer;
      const mine = scratch.layers[l]!;
      const last = l === layout.layers.length - 1;
      const rate = readout.decode === 'rate';
      const drive: Drive = {
        gO: last ? (rate ? scratch.gradient : 0) : this.pricesOfSpikes(l, count, scale),
        gU: last && !rate ? scratch.gradient : 0,
        from: last ? readout.from : 0,
        keep: dropout && mine.dropout ? mine.dropout.keep : 0,
      };
      const next = layout.layers[l + 1];
      const bySteps = plan.recurrent || (next?.size ?? 0) > FEW_COLUMNS;
      if (bySteps) for (let b = 0; b < count; b++) this.deltasBySteps(l, b, drive);
      const constant = l === 0 && encoding === 'current';
      if (!constant) this.sortEvents(l, count * steps, dropout);
      // The deltas of a strip are still in the second cache when the gradients are formed from them.
      for (let c = 0; c < size; c += STRIP) {
        const columns = Math.min(STRIP, size - c);
        if (!bySteps) this.deltas(l, c, columns, count, drive);
        if (!constant) this.addEvents(l, c, columns, count * steps, gradients, add, dropout);
      }
      if (constant) this.addCurrents(count, gradients, add);
      if (layer.recurrent >= 0) this.addRecurrent(l, count * steps, gradients, add);
      if (layer.bias >= 0) {
        const delta = constant ? scratch.current : mine.u;
        const db = gradients + layer.bias * 4;
        kernels.sumRows(
          db,
          1,
          0,
          Number(add),
          delta,
          constant ? count : layout.rows,
          0,
          constant ? count : count * steps,
          size,
        );
      }
    }
  }

  /** δ of the neurons [c, c + columns) of a layer, all samples of a block. */
  private deltas(l: number, c: number, columns: number, count: number, { gO, gU, from, keep }: Drive): void {
    const { layout, scratch } = this;
    const { plan, size, leakCount } = layout.layers[l]!;
    const { steps } = layout.network;
    const mine = scratch.layers[l]!;
    const next = layout.layers[l + 1];
    const at = c * 4;
    // biome-ignore format: one line per group of arguments
    this.kernels.lifBackward(
      mine.u + layout.rows * at, layout.rows, count, steps, columns, mine.leak + at, plan.threshold, RESET[plan.reset],
      Number(plan.resetGradient), Number(plan.kind === 'spiking'),
      SURROGATE[plan.surrogate.shape], plan.surrogate.width, plan.surrogate.height,
      next ? layout.weights + next.weight * 4 : 0, size, c, next?.size ?? 0, next ? scratch.layers[l + 1]!.u : 0,
      keep && keep + at, gO && gO + at, gU && gU + (steps - from) * at, size, from,
      leakCount ? mine.dk + at : 0, scratch.work,
    );
  }

  /** δ of a layer that is recurrent or below a wide one, for sample `b`. */
  private deltasBySteps(l: number, b: number, { gO, gU, from, keep }: Drive): void {
    const { layout, scratch } = this;
    const { plan, size, leakCount, recurrent } = layout.layers[l]!;
    const { steps } = layout.network;
    const mine = scratch.layers[l]!;
    const next = layout.layers[l + 1];
    const own = b * size * 4;
    // biome-ignore format: one line per group of arguments
    this.kernels.lifBackwardSteps(
      mine.u, layout.rows, b * steps, steps, size, mine.leak, plan.threshold, RESET[plan.reset],
      Number(plan.resetGradient), Number(plan.kind === 'spiking'),
      SURROGATE[plan.surrogate.shape], plan.surrogate.width, plan.surrogate.height,
      next ? layout.weights + next.weight * 4 : 0, next?.size ?? 0, next ? scratch.layers[l + 1]!.u : 0,
      keep && keep + own, recurrent < 0 ? 0 : layout.weights + recurrent * 4,
      gO && gO + own, gU && gU + (steps - from) * own, from, leakCount ? mine.dk : 0, scratch.work,
    );
  }

  /** dW of a constant input: it was multiplied once for all steps, so the deltas of all steps are summed first. */
  private addCurrents(count: number, gradients: number, add: boolean): void {
    const { layout, kernels, scratch } = this;
    const { steps } = layout.network;
    const { inputs, size, weight } = layout.layers[0]!;
    const { offsets, channels, values, outOffsets, outRows, outValues, current } = scratch;
    const delta = scratch.layers[0]!.u;
    for (let b = 0; b < count; b++) kernels.sumRows(current, count, b, 0, delta, layout.rows, b * steps, steps, size);
    kernels.transposeEvents(offsets, channels, values, count, inputs, 0, outOffsets, outRows, outValues);
    const from = add ? FROM_OUT : FROM_ZERO;
    const dW = gradients + weight * 4;
    kernels.gatherRowsWeighted(dW, inputs, from, 0, current, count, outOffsets, outRows, outValues, inputs, size);
  }

  /**
   * Sorts what layer `l` received by channel, where its gradients are formed from that. The gradients of few inputs and
   * neurons stay in the first cache, and the events are taken as they come.
   */
  private sortEvents(l: number, rows: number, dropout: boolean): void {
    const { inputs, size } = this.layout.layers[l]!;
    if (scattered(inputs, size)) return;
    const { outOffsets, outRows } = this.scratch;
    const { offsets, channels } = this.eventsInto(l, dropout);
    this.kernels.transposeEvents(offsets, channels, 0, rows, inputs, 0, outOffsets, outRows, 0);
  }

  /** dW of the neurons [c, c + columns): the deltas of the rows that each channel fired in. */
  private addEvents(
    l: number,
    c: number,
    columns: number,
    rows: number,
    gradients: number,
    add: boolean,
    dropout: boolean,
  ): void {
    const { kernels, layout, scratch } = this;
    const { inputs, size, weight } = layout.layers[l]!;
    const dW = gradients + (weight + inputs * c) * 4;
    const delta = scratch.layers[l]!.u + layout.rows * c * 4;
    if (scattered(inputs, size)) {
      if (!add) this.floats(dW, inputs * columns).fill(0);
      const { offsets, channels } = this.eventsInto(l, dropout);
      kernels.scatterRows(dW, inputs, delta, layout.rows, offsets, channels, rows, columns, 0);
      return;
    }
    const { outOffsets, outRows } = scratch;
    const from = add ? FROM_OUT : FROM_ZERO;
    kernels.gatherRows(dW, inputs, 0, from, 0, delta, layout.rows, outOffsets, outRows, inputs, columns);
  }

  /** dV: as dW, with the spikes of the layer itself, one step later. */
  private addRecurrent(l: number, rows: number, gradients: number, add: boolean): void {
    const { kernels, layout, scratch } = this;
    const { size, recurrent } = layout.layers[l]!;
    const { steps } = layout.network;
    const { u, offsets, channels } = scratch.layers[l]!;
    const dV = gradients + recurrent * 4;
    if (scattered(size, size)) {
      if (!add) this.floats(dV, size * size).fill(0);
      kernels.scatterRows(dV, size, u, layout.rows, offsets, channels, rows, size, steps);
      return;
    }
    const { outOffsets, outRows } = scratch;
    kernels.transposeEvents(offsets, channels, 0, rows, size, steps, outOffsets, outRows, 0);
    kernels.gatherRows(dV, size, 0, add ? FROM_OUT : FROM_ZERO, 0, u, layout.rows, outOffsets, outRows, size, size);
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
