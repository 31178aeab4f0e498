/** From the `dataset` of an experiment file to a data set ready to train on. */
import { UserError } from '../base/errors.ts';
import { probablyMeant, refusePlace } from './data-folder.ts';
import type { PreparedDataset } from './dataset.ts';
import { refuseImpossible, shapeOf } from './describe.ts';
import { remarksOnFiles } from './remarks.ts';
import type { Found, PrepareContext, SetReader } from './sets/definition.ts';
import { DATASETS, type DatasetSpec, definitionOf } from './sets/registry.ts';

export type { PrepareContext };

/** Reads or plans a data set. Rejects with a UserError when a file is missing or damaged. */
export async function prepareDataset(spec: DatasetSpec, context: PrepareContext): Promise<PreparedDataset> {
  context.signal?.throwIfAborted();
  const reader = await readerOf(spec, context.file);
  let data: PreparedDataset;
  try {
    data = await reader.prepare(spec, context);
  } catch (error) {
    const damaged = !(error instanceof UserError) || isFound(() => reader.check(spec, context.file));
    throw damaged ? error : withHint(error, reader, spec, context.file);
  }
  // The network was planned, and the study checked, for the shape that is known without the files.
  const known = shapeOf(spec);
  for (const part of ['inputs', 'classes', 'steps', 'encoding'] as const)
    if (data[part] !== known[part])
      throw new Error(`${spec.name} was read with ${data[part]} ${part}, but is described with ${known[part]}`);
  return data;
}

/**
 * Cheap check, before a run is started, that the files exist and begin as they must. Resolves to what has to be said
 * of them all the same, a sentence each. Rejects with a UserError.
 */
export async function checkDataset(spec: DatasetSpec, { file }: { file: string }): Promise<string[]> {
  const reader = await readerOf(spec, file);
  let found: Found;
  try {
    found = reader.check(spec, file);
  } catch (error) {
    throw withHint(error, reader, spec, file);
  }
  const { remarks = [] } = found;
  return [...remarks, ...remarksOnFiles(spec, reader.look ? await reader.look(spec, file) : found)];
}

function readerOf(spec: DatasetSpec, file: string): Promise<SetReader<DatasetSpec>> {
  refuseImpossible(spec);
  refusePlace(spec, file);
  return definitionOf(spec).reader();
}

/** What is wrong with the files and, when they lie one folder off, where they are. */
function withHint(error: unknown, reader: SetReader<DatasetSpec>, spec: DatasetSpec, file: string): unknown {
  if (!(error instanceof UserError)) return error;
  const meant = probablyMeant(spec, file, (path) =>
    isFound(() => reader.check({ ...spec, path } as DatasetSpec, file)),
  );
  return meant === undefined
    ? error
    : new UserError(`${error.message.replace(/\.$/, '')}; did you mean path: ${meant}?`);
}

function isFound(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/**
 * The same recordings at another integration length `dt` (ms), over the same time unless `steps` is given: what the
 * study of temporal resolution opens. Throws a UserError for data sets without one.
 */
export function atResolution(spec: DatasetSpec, dt: number, steps?: number): DatasetSpec {
  const changed = definitionOf(spec).atResolution?.(spec, dt, steps);
  if (changed) return changed;
  const names = DATASETS.filter((set) => set.atResolution).map(({ name }) => name);
  throw new UserError(
    `dataset ${spec.name} has no integration length to change; use ${names.join(', ')} (dvs128-gesture with frames: fixed).`,
  );
}
