/** What evaluations count of the activity of a block, before its potentials are gone: a thread adds to sums of its own. */
import { type FanOut, irregularity } from '../../../activity.ts';
import type { Activity, ActivityOptions, LayerActivity } from '../../../backend.ts';
import { PANEL } from '../../kernels/panels.ts';
import type { Layout } from '../../layout/layout.ts';
import type { Scratch } from '../../layout/memory.ts';
import { addressOf } from '../../layout/units.ts';
import type { BlockInput } from '../input.ts';
import { eachSpike } from '../record.ts';
import type { Workspace } from '../workspace.ts';

/** Where what is counted goes: `layers` of `activity` belong to this thread, the rest is of all. */
export interface Counting extends ActivityOptions {
  activity: Activity;
  fanOut: readonly FanOut[];
}

/** Labels, inputs and the operations of the first layer, of samples [first, first + count). */
export function countInputs(
  buffer: ArrayBufferLike,
  { network }: Layout,
  scratch: Scratch,
  { labels }: BlockInput,
  { activity, fanOut }: Counting,
  first: number,
  count: number,
): void {
  const { steps, inputs, encoding } = network;
  const { below } = fanOut[0]!;
  const rows = encoding === 'events' ? steps : 1;
  const offsets = new Uint32Array(buffer, scratch.offsets, count * rows + 1);
  const channels = new Uint16Array(buffer, scratch.channels, offsets[count * rows]!);
  const values = encoding === 'current' ? new Float32Array(buffer, scratch.values, channels.length) : undefined;
  // The row in which each channel was seen last.
  const seen = new Int32Array(inputs).fill(-1);
  for (let b = 0, row = 0; b < count; b++) {
    let nonZero = 0;
    let operations = 0;
    let graded = 0;
    for (const end = row + rows; row < end; row++)
      for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
        const channel = channels[e]!;
        if (seen[channel] === row || (values && values[e] !== 1)) graded = 1;
        if (seen[channel] === row) continue;
        seen[channel] = row;
        nonZero++;
        operations += below[channel]!;
      }
    const repeats = steps / rows;
    activity.labels[first + b] = labels[b]!;
    activity.inputs[first + b] = nonZero * repeats;
    activity.graded[first + b] = graded;
    activity.below[0]![first + b] = operations * repeats;
  }
}

/** Spikes, intervals and potentials of all spiking layers, and the operations that spikes make. */
export function countActivity(
  workspace: Workspace,
  labels: Uint32Array,
  counting: Counting,
  first: number,
  count: number,
): void {
  const { layout, scratch, buffer, kernels } = workspace;
  const { steps } = layout.network;
  const { stepsPerBin, intervalsEvery, activity, fanOut } = counting;
  layout.layers.forEach(({ size, dynamics, plan }, l) => {
    const sums = activity.layers.get(l);
    if (!sums) return;
    const neurons = plan.connection.size;
    const panels = Math.ceil(size / PANEL);
    const padded = panels * PANEL;
    const { spikeMasks, u, tally } = scratch.layers[l]!;
    const { threshold, width } = dynamics;
    const rows = count * steps;
    const perBin = addressOf(tally, count * padded);
    kernels.countWithin({ u, rows: layout.rows, used: rows, columns: size, threshold, width, counts: tally });
    addTo(sums.inWindow, new Uint32Array(buffer, tally, neurons));
    kernels.tallySpikes({ spikeMasks, panels, samples: count, steps, stepsPerBin, perSample: tally, perBin });
    const bins = Math.ceil(steps / stepsPerBin);
    addPanels(sums.byTime, new Uint32Array(buffer, perBin, bins * padded), bins, neurons);
    const spikes = new Uint32Array(buffer, tally, count * padded);
    const masks = new Uint16Array(buffer, spikeMasks, rows * panels);
    for (let b = 0; b < count; b++) {
      const sample = first + b;
      const own = spikes.subarray(b * padded, (b + 1) * padded);
      addTo(sums.byClass.subarray(labels[b]! * neurons), own.subarray(0, neurons));
      const ownMasks = masks.subarray(b * steps * panels, (b + 1) * steps * panels);
      if (sample % intervalsEvery === 0) countIntervals(sums, ownMasks, neurons, panels);
      const below = fanOut[l + 1]?.below;
      if (below) activity.below[l + 1]![sample] = dot(own, below);
      const { within } = fanOut[l]!;
      // What a layer gives in its last step it does not receive any more.
      if (within) activity.within.get(l)![sample] = dot(own, within) - fanOutOf(ownMasks.subarray(-panels), within);
    }
  });
}

/** sums [neurons] += counts [neurons] */
function addTo(sums: Float64Array, counts: Uint32Array): void {
  for (let n = 0; n < counts.length; n++) sums[n]! += counts[n]!;
}

/** sums [rows, neurons] += counts in whole panels */
function addPanels(sums: Float64Array, counts: Uint32Array, rows: number, neurons: number): void {
  for (let c = 0, index = 0; c < neurons; c += PANEL)
    for (let r = 0; r < rows; r++, index += PANEL) {
      const width = Math.min(PANEL, neurons - c);
      for (let i = 0, to = r * neurons + c; i < width; i++) sums[to + i]! += counts[index + i]!;
    }
}

/** Intervals up to so many steps have their terms in a table. */
const TABLE_SIZE = 128;
const TERMS = { cv2: new Float64Array(TABLE_SIZE * TABLE_SIZE), lv: new Float64Array(TABLE_SIZE * TABLE_SIZE) };
for (let a = 1; a < TABLE_SIZE; a++)
  for (let b = 1; b < TABLE_SIZE; b++) {
    const { cv2, lv } = irregularity(a, b);
    TERMS.cv2[a * TABLE_SIZE + b] = cv2;
    TERMS.lv[a * TABLE_SIZE + b] = lv;
  }

/** Adds the pairs of intervals of one sample, masks [steps × panels]. */
function countIntervals({ pairs, cv2, lv }: LayerActivity, masks: Uint16Array, neurons: number, panels: number): void {
  /** Step of the last spike plus 1, and the interval before it; 0: none. */
  const last = new Int32Array(neurons);
  const before = new Int32Array(neurons);
  eachSpike(masks, 1, masks.length / panels, panels, (_, t, n) => {
    if (last[n] !== 0) {
      const interval = t + 1 - last[n]!;
      const other = before[n]!;
      if (other !== 0) {
        const entry = other * TABLE_SIZE + interval;
        const inTable = other < TABLE_SIZE && interval < TABLE_SIZE;
        const terms = inTable ? undefined : irregularity(other, interval);
        pairs[n]!++;
        cv2[n]! += terms?.cv2 ?? TERMS.cv2[entry]!;
        lv[n]! += terms?.lv ?? TERMS.lv[entry]!;
      }
      before[n] = interval;
    }
    last[n] = t + 1;
  });
}

/** Synapses behind the neurons that fired in one step, masks [panels]. */
function fanOutOf(masks: Uint16Array, fanOut: Float64Array): number {
  let sum = 0;
  eachSpike(masks, 1, 1, masks.length, (_, __, n) => {
    sum += fanOut[n]!;
  });
  return sum;
}

/** @param counts [padded]  @param fanOut [neurons] */
function dot(counts: Uint32Array, fanOut: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < fanOut.length; n++) sum += counts[n]! * fanOut[n]!;
  return sum;
}
