/** From the settings of a run and a checkpoint to an open network with its data, ready to be asked. */
import { isDeepStrictEqual } from 'node:util';
import type { Subject } from '../analysis/analysis.ts';
import { BACKENDS } from '../backends/registry.ts';
import { UserError } from '../base/errors.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { planNetwork } from '../models/build/network.ts';
import type { Tensor } from '../models/parameters.ts';

export interface OpenSubject {
  threads: number;
  signal: AbortSignal;
  /** One that is open already: its data are taken when the settings want the same. */
  like?: Subject | undefined;
  /** As in OpenOptions of the backend. */
  maxEvents?: number | undefined;
}

/** Rejects with a UserError when the data are not there, the backend refuses, or the parameters are of another network. */
export async function openSubject(
  spec: RunSpec,
  state: ReadonlyMap<string, Tensor>,
  { threads, signal, like, maxEvents = 0 }: OpenSubject,
): Promise<Subject> {
  const data =
    like && sameData(like.spec, spec)
      ? like.data
      : await prepareDataset(spec.dataset, { file: spec.file, seed: spec.seed, signal });
  const plan = planNetwork(spec, data);
  const backend = BACKENDS[spec.backend];
  const refusal = backend.refuses(plan);
  if (refusal !== undefined) throw new UserError(refusal);
  const { batchSize } = spec.training;
  const network = await backend.open(plan, data, { batchSize, threads, seed: spec.seed, maxEvents });
  try {
    network.restore(state);
  } catch (error) {
    await network.close();
    throw error;
  }
  return { network, data, plan, spec };
}

function sameData(a: RunSpec, b: RunSpec): boolean {
  return a.file === b.file && a.seed === b.seed && isDeepStrictEqual(a.dataset, b.dataset);
}
