/** Runs that are the beginning of one with more epochs, bit for bit. */
import type { Beginning, RunSummary } from '../../../protocol/runs.ts';
import { isActive } from '../../../protocol/runs.ts';
import type { RunSpec } from '../../experiment/schema.ts';
import { runKey } from '../key.ts';

/**
 * Why a run of these settings that has done `done` epochs is not the beginning of one of `epochs`: the second half of a
 * sentence. Undefined when it is.
 */
export function obstacleToEpochs(
  { training }: Pick<RunSpec, 'training'>,
  done: number,
  epochs: number,
): string | undefined {
  const { epochs: before, schedule, evaluateEvery } = training;
  if (epochs <= before) return `it has ${before} epochs already; ask for more than that`;
  if (schedule?.kind === 'cosine')
    return `its learning rate falls with a cosine over ${before} epochs, so its first epochs are not those of a run of ${epochs}`;
  if (done >= before && before % evaluateEvery !== 0)
    return `its last epoch was evaluated out of turn (training.evaluateEvery is ${evaluateEvery}), as it would not be in a run of ${epochs}`;
  return undefined;
}

/** What a run is the beginning of, when it differs from `wanted` in the number of its epochs alone and could go on. */
export function beginningOf(
  wanted: RunSpec,
  { id, variant, seed, state, epoch, epochs }: RunSummary,
  key: string | undefined,
): Beginning | undefined {
  const { training } = wanted;
  const stoppedEarly = state === 'finished' && epoch < epochs;
  if (isActive(state) || state === 'failed' || stoppedEarly || epoch < 1) return undefined;
  const before = { ...wanted, training: { ...training, epochs } };
  if (obstacleToEpochs(before, epoch, training.epochs) !== undefined || runKey(before) !== key) return undefined;
  return { id, variant, seed, epoch, epochs: training.epochs };
}
