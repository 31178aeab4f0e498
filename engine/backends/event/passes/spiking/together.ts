/**
 * The first layer around the parameters, at several points together: what its neurons receive is added up from the products and fired in
 * one pass, which keeps nothing but the spikes of each point, a bit each. The layers above then go on from these, point by point.
 */
import { PANEL } from '../../kernels/panels.ts';
import { addressOf, type Bytes } from '../../layout/units.ts';
import { floats, type Workspace } from '../workspace.ts';
import { above } from './around.ts';
import { finishLayer, fire, receive } from './forward.ts';
import { startFrom } from './initial-state.ts';
import { prepareLeaks } from './leaks.ts';

export interface PlacedPoint {
  /** Of the directions. */
  scales: readonly number[];
  /** The parameters of the point. */
  weights: Bytes;
}

/**
 * Spikes of the first layer at some points, of the samples whose products lie in the matrix of potentials; `masks`: u16 [points ×
 * panels × rows]. The parameters of the points lie one behind the other at equal distances.
 */
export function fireTogether(workspace: Workspace, count: number, points: readonly PlacedPoint[], masks: Bytes): void {
  const { layout, kernels, scratch } = workspace;
  const { size, bias, dynamics } = layout.layers[0]!;
  const { u, k } = scratch.layers[0]!;
  const directions = points[0]!.scales.length;
  // Evaluations sort no events.
  const scales = scratch.outRows;
  floats(workspace, scales, points.length * directions).set(points.flatMap((point) => point.scales));
  const distance = points.length > 1 ? points[1]!.weights - points[0]!.weights : 0;
  kernels.lifAround({
    source: u,
    sourceRows: layout.rows,
    directions,
    scales,
    bias: bias === undefined ? scratch.zeros : addressOf(points[0]!.weights, bias),
    biasStride: bias === undefined ? 0 : distance,
    points: points.length,
    samples: count,
    steps: layout.network.steps,
    columns: size,
    leak: k,
    threshold: dynamics.threshold,
    reset: dynamics.reset,
    spikeMasks: masks,
  });
}

/** Bytes of the spikes of a point. */
export function masksOf({ layout }: Workspace, count: number): number {
  return 2 * Math.ceil(layout.layers[0]!.size / PANEL) * count * layout.network.steps;
}

/** The layers above the first one, at a point whose spikes `fireTogether` has left at `masks`. */
export function forwardAbove(workspace: Workspace, count: number, { weights }: PlacedPoint, masks: Bytes): void {
  const here = { ...workspace, weights };
  prepareLeaks(here, weights);
  receiveFired(here, count, masks);
  finishLayer(here, 1, count, false);
  above(here, count, 2);
}

/** What the second layer receives from masks that lie panel by panel. */
function receiveFired(workspace: Workspace, count: number, masks: Bytes): void {
  const { layout, kernels, scratch, weights } = workspace;
  const { size, inputs, bias, weight, recurrent } = layout.layers[1]!;
  const rows = count * layout.network.steps;
  if (size <= PANEL) {
    kernels.gatherSpikes({
      out: scratch.layers[1]!.u,
      bias: bias === undefined ? scratch.zeros : addressOf(weights, bias),
      source: addressOf(weights, weight),
      inputs,
      spikeMasks: masks,
      rows,
      columns: size,
      tables: scratch.work,
    });
    if (recurrent !== undefined) return;
    startFrom(workspace, 1, 0, size, count);
    fire(workspace, 1, 0, size, count);
    return;
  }
  const { spikeMasks, offsets, channels } = scratch.layers[0]!;
  const panels = Math.ceil(layout.layers[0]!.size / PANEL);
  kernels.transposeMasks({ spikeMasks: masks, panels, rows, out: spikeMasks });
  kernels.listSpikes({ spikeMasks, panels, rows, offsets, channels });
  receive(workspace, 1, count, false);
}
