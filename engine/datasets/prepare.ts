/** From the `dataset` of an experiment file to a data set ready to train on. */
import { UserError } from '../base/errors.ts';
import type { PreparedDataset } from './dataset.ts';
import { refuseImpossible, shapeOf } from './describe.ts';
import type { PrepareContext } from './sets/definition.ts';
import { type DatasetSpec, definitionOf } from './sets/registry.ts';

export type { PrepareContext };

/** Reads or plans a data set. Rejects with a UserError when a file is missing or damaged. */
export async function prepareDataset(spec: DatasetSpec, context: PrepareContext): Promise<PreparedDataset> {
  context.signal?.throwIfAborted();
  refuseImpossible(spec);
  const reader = await definitionOf(spec).reader();
  const data = await reader.prepare(spec, context);
  // The network was planned, and the study checked, for the shape that is known without the files.
  const known = shapeOf(spec);
  for (const part of ['inputs', 'classes', 'steps', 'encoding'] as const)
    if (data[part] !== known[part])
      throw new Error(`${spec.name} was read with ${data[part]} ${part}, but is described with ${known[part]}`);
  return data;
}

/** Cheap check, before a run is started, that the files exist and begin as they must. Rejects with a UserError. */
export async function checkDataset(spec: DatasetSpec, context: { file: string }): Promise<void> {
  refuseImpossible(spec);
  const reader = await definitionOf(spec).reader();
  reader.check(spec, context.file);
}

/**
 * The same recordings at another integration length `dt` (ms), over the same time unless `steps` is given: what the
 * study of temporal resolution opens. Throws a UserError for data sets without one.
 */
export function atResolution(spec: DatasetSpec, dt: number, steps?: number): DatasetSpec {
  const changed = definitionOf(spec).atResolution?.(spec, dt, steps);
  if (changed) return changed;
  throw new UserError(
    `dataset ${spec.name} has no integration length to change; use nmnist, nmnist-simulated, shd, ssc, or dvs128-gesture with frames: fixed.`,
  );
}
