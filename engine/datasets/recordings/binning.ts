/** From events in microseconds to spikes grouped by time step. */

/** The events of one recording as a format reader leaves them; reused for the next one. */
export class EventBuffer {
  /** Microseconds. */
  times = new Float64Array(16_384);
  channels = new Uint16Array(16_384);
  length = 0;

  push(time: number, channel: number): void {
    if (this.length === this.times.length) this.reserve(2 * this.length);
    this.times[this.length] = time;
    this.channels[this.length++] = channel;
  }

  /** Room for `count` events, keeping those that are there. */
  reserve(count: number): void {
    if (count <= this.times.length) return;
    const times = new Float64Array(count);
    const channels = new Uint16Array(count);
    times.set(this.times.subarray(0, this.length));
    channels.set(this.channels.subarray(0, this.length));
    this.times = times;
    this.channels = channels;
  }
}

/** How a recording is cut into steps. */
export type Binning = { steps: number; values: 'counts' | 'binary' } & (
  | {
      kind: 'fixed';
      /** Microseconds. */
      dt: number;
      /** Step i holds ((i-1)·dt, i·dt] instead of [i·dt, (i+1)·dt). */
      rightClosed: boolean;
      /** Time 0 is that of the first event. */
      fromFirst: boolean;
    }
  /** `steps` equally long steps from the first to the last event. */
  | { kind: 'time' }
  /** ⌊n / steps⌋ events in each step; the last takes the rest. */
  | { kind: 'count' }
);

/** Cuts recordings into steps and keeps the result of the last one. */
export class Binner {
  readonly binning: Binning;
  readonly inputs: number;
  /** Spikes of step t are channels[offsets[t] .. offsets[t+1]), channels ascending. */
  readonly offsets: Uint32Array;
  channels = new Uint16Array(0);
  /** Events beyond the last step, of the last recording. */
  dropped = 0;
  private steps = new Uint32Array(0);
  private order = new Uint32Array(0);
  private readonly byChannel: Uint32Array;

  constructor(binning: Binning, inputs: number) {
    this.binning = binning;
    this.inputs = inputs;
    this.offsets = new Uint32Array(binning.steps + 1);
    this.byChannel = new Uint32Array(inputs + 1);
  }

  /** Times must not be negative (fixed steps) and must not fall (count, time). Returns the number of spikes. */
  bin(events: EventBuffer): number {
    if (this.steps.length < events.length) {
      this.steps = new Uint32Array(events.times.length);
      this.order = new Uint32Array(events.times.length);
      this.channels = new Uint16Array(events.times.length);
    }
    const kept = this.assignSteps(events);
    this.dropped = events.length - kept;
    this.sort(events.channels, kept);
    return this.binning.values === 'binary' ? this.mergeEqual() : kept;
  }

  /** Writes the step of each event; moves those that stay to the front of `events`. */
  private assignSteps(events: EventBuffer): number {
    const { binning, steps } = this;
    const { times, channels, length } = events;
    const last = binning.steps - 1;
    if (binning.kind === 'count') {
      const each = Math.max(1, Math.floor(length / binning.steps));
      for (let i = 0; i < length; i++) steps[i] = Math.min(last, Math.floor(i / each));
      return length;
    }
    const fromFirst = binning.kind === 'time' || binning.fromFirst;
    const origin = fromFirst && length > 0 ? times[0]! : 0;
    // The last event of a gesture belongs to its last step, also when the division comes out even.
    const span = binning.kind === 'time' ? Math.max(1, times[length - 1]! - origin) : 0;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const time = times[i]! - origin;
      let step: number;
      if (binning.kind === 'time') step = Math.min(last, Math.floor((time * binning.steps) / span));
      else step = binning.rightClosed ? Math.max(0, Math.ceil(time / binning.dt)) : Math.floor(time / binning.dt);
      if (step > last) continue;
      steps[kept] = step;
      channels[kept++] = channels[i]!;
    }
    return kept;
  }

  /** Two counting sorts, by channel and then by step: linear in events, channels and steps. */
  private sort(channels: Uint16Array, n: number): void {
    const { steps, order, byChannel, offsets, inputs } = this;
    byChannel.fill(0);
    for (let i = 0; i < n; i++) byChannel[channels[i]! + 1]!++;
    for (let c = 0; c < inputs; c++) byChannel[c + 1]! += byChannel[c]!;
    for (let i = 0; i < n; i++) order[byChannel[channels[i]!]!++] = i;
    offsets.fill(0);
    for (let i = 0; i < n; i++) offsets[steps[i]! + 1]!++;
    for (let t = 0; t < this.binning.steps; t++) offsets[t + 1]! += offsets[t]!;
    // offsets[t] walks from the start of step t to its end, which is the start of step t+1: shift back afterwards.
    for (let k = 0; k < n; k++) {
      const i = order[k]!;
      this.channels[offsets[steps[i]!]!++] = channels[i]!;
    }
    offsets.copyWithin(1, 0, this.binning.steps);
    offsets[0] = 0;
  }

  private mergeEqual(): number {
    const { offsets, channels } = this;
    let n = 0;
    let from = 0;
    for (let t = 0; t < this.binning.steps; t++) {
      const to = offsets[t + 1]!;
      offsets[t] = n;
      for (let i = from; i < to; i++) if (i === from || channels[i] !== channels[i - 1]) channels[n++] = channels[i]!;
      from = to;
    }
    offsets[this.binning.steps] = n;
    return n;
  }
}
