/** What evaluations count of the activity of a block, before its potentials are gone: a thread adds to sums of its own. */
import type { FanOut } from '../../../activity.ts';
import type { Activity, ActivityOptions } from '../../../backend.ts';
import { PANEL } from '../../kernels/panels.ts';
import type { Layout } from '../../layout/layout.ts';
import type { Scratch } from '../../layout/memory.ts';
import { panelAddress } from '../../layout/units.ts';
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
  { kernels, buffer, layout, scratch }: Pick<Workspace, 'kernels' | 'buffer'> & { layout: Layout; scratch: Scratch },
  { labels }: BlockInput,
  { activity, fanOut }: Counting,
  first: number,
  count: number,
): void {
  const { steps, inputs, encoding } = layout.network;
  const rows = encoding === 'events' ? steps : 1;
  const repeats = steps / rows;
  const { offsets, channels, values, inputTally } = scratch;
  const { below } = fanOut[0]!;
  new Uint32Array(buffer, inputTally.fanOut, inputs).set(below);
  const same = below.every((synapses) => synapses === below[0]) ? 1 : 0;
  new Uint32Array(buffer, inputTally.seen, inputs).fill(0);
  const result = new Float64Array(buffer, inputTally.result, 3);
  for (let b = 0; b < count; b++) {
    kernels.tallyEvents({
      offsets: offsets + b * rows * 4,
      channels,
      values: encoding === 'current' ? values : undefined,
      rows,
      fanOut: inputTally.fanOut,
      same,
      seen: inputTally.seen,
      first: b * rows + 1,
      result: inputTally.result,
    });
    const [nonZero, operations, graded] = result;
    activity.labels[first + b] = labels[b]!;
    activity.inputs[first + b] = nonZero! * repeats;
    activity.graded[first + b] = graded!;
    activity.below[0]![first + b] = operations! * repeats;
  }
}

/** Potentials in the window, of the neurons [c, c + columns) of layer `l`: as soon as they are there, while they are near. */
export function countWindow(
  { layout, scratch, buffer, kernels }: Workspace,
  { activity }: Counting,
  l: number,
  c: number,
  columns: number,
  count: number,
): void {
  const inWindow = activity.layers.get(l)?.inWindow;
  if (!inWindow) return;
  const { dynamics, plan } = layout.layers[l]!;
  const { u, tally } = scratch.layers[l]!;
  const { threshold, width } = dynamics;
  const used = count * layout.network.steps;
  const counts = tally;
  kernels.countWithin({
    u: panelAddress(u, layout.rows, c),
    rows: layout.rows,
    used,
    columns,
    threshold,
    width,
    counts,
  });
  const neurons = Math.min(columns, plan.connection.size - c);
  addCounts(inWindow, c, new Uint32Array(buffer, counts, neurons), 0, neurons);
}

/** Before an evaluation: no spike and no pair of intervals has been seen. */
export function beginActivity({ layout, scratch, buffer }: Workspace, { stepsPerBin }: Counting): void {
  const bins = Math.ceil(layout.network.steps / stepsPerBin);
  layout.layers.forEach(({ size }, l) => {
    const padded = Math.ceil(size / PANEL) * PANEL;
    new Float64Array(buffer, scratch.layers[l]!.intervals, 3 * padded).fill(0);
    new Uint32Array(buffer, scratch.layers[l]!.byTime, bins * padded).fill(0);
  });
}

/** Spikes and intervals of all spiking layers in a block, and the operations that spikes make; sums by time and of intervals wait for `endActivity`. */
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
  layout.layers.forEach(({ size, plan }, l) => {
    const sums = activity.layers.get(l);
    if (!sums) return;
    const neurons = plan.connection.size;
    const panels = Math.ceil(size / PANEL);
    const padded = panels * PANEL;
    const { spikeMasks, tally, byTime, intervals, tallyWork: work } = scratch.layers[l]!;
    kernels.tallySpikes({
      spikeMasks,
      panels,
      samples: count,
      steps,
      stepsPerBin,
      perSample: tally,
      perBin: byTime,
      work,
    });
    const spikes = new Uint32Array(buffer, tally, count * padded);
    const below = fanOut[l + 1]?.below;
    const { within } = fanOut[l]!;
    for (let b = 0; b < count; b++) {
      const sample = first + b;
      addCounts(sums.byClass, labels[b]! * neurons, spikes, b * padded, neurons);
      if (sample % intervalsEvery === 0)
        kernels.tallyIntervals({
          spikeMasks: spikeMasks + b * steps * panels * 2,
          panels,
          steps,
          work,
          sums: intervals,
        });
      if (below) activity.below[l + 1]![sample] = dot(spikes, b * padded, below);
      // What a layer gives in its last step it does not receive any more.
      if (within) {
        const last = new Uint16Array(buffer, spikeMasks + ((b + 1) * steps - 1) * panels * 2, panels);
        activity.within.get(l)![sample] = dot(spikes, b * padded, within) - fanOutOf(last, within);
      }
    }
  });
}

/** After an evaluation: adds what spikes by time and pairs of intervals came to. */
export function endActivity({ layout, scratch, buffer }: Workspace, { activity, stepsPerBin }: Counting): void {
  const bins = Math.ceil(layout.network.steps / stepsPerBin);
  layout.layers.forEach(({ size, plan }, l) => {
    const sums = activity.layers.get(l);
    if (!sums) return;
    const neurons = plan.connection.size;
    const padded = Math.ceil(size / PANEL) * PANEL;
    const { byTime, intervals } = scratch.layers[l]!;
    addPanels(sums.byTime, new Uint32Array(buffer, byTime, bins * padded), bins, neurons);
    const pairs = new Float64Array(buffer, intervals, 3 * padded);
    for (const [i, into] of [sums.pairs, sums.cv2, sums.lv].entries())
      for (let n = 0; n < neurons; n++) into[n]! += pairs[i * padded + n]!;
  });
}

/** sums [to, to + n) += counts [from, from + n) */
function addCounts(sums: Float64Array, to: number, counts: Uint32Array, from: number, n: number): void {
  for (let i = 0; i < n; i++) sums[to + i]! += counts[from + i]!;
}

/** sums [rows, neurons] += counts in whole panels */
function addPanels(sums: Float64Array, counts: Uint32Array, rows: number, neurons: number): void {
  for (let c = 0, index = 0; c < neurons; c += PANEL)
    for (let r = 0; r < rows; r++, index += PANEL) {
      const width = Math.min(PANEL, neurons - c);
      for (let i = 0, to = r * neurons + c; i < width; i++) sums[to + i]! += counts[index + i]!;
    }
}

/** Synapses behind the neurons that fired in one step, masks [panels]. */
function fanOutOf(masks: Uint16Array, fanOut: Float64Array): number {
  let sum = 0;
  eachSpike(masks, 1, 1, masks.length, (_, __, n) => {
    sum += fanOut[n]!;
  });
  return sum;
}

/** @param counts [from, from + neurons)  @param fanOut [neurons] */
function dot(counts: Uint32Array, from: number, fanOut: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < fanOut.length; n++) sum += counts[from + n]! * fanOut[n]!;
  return sum;
}
