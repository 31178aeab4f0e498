/** What follows an epoch of weight updates: evaluation, its line in the log, whether to go on. */
import type { Evaluation } from '../backends/backend.ts';
import { zeroSums } from '../backends/scores.ts';
import { RunEnded } from '../base/errors.ts';
import type { RunSpec } from '../experiment/schema.ts';
import type { Position } from './codec.ts';
import { evaluationDivergence } from './divergence.ts';
import { look } from './health/look.ts';
import { leaksOf } from './leaks.ts';
import type { TrainingRun } from './run.ts';
import { learningRateAt } from './schedule.ts';
import { mean, spikeRates } from './sums.ts';

/** Also asked of a resumed run, whose last checkpoint may be that of its end. */
export function isOver({ epochs, earlyStopping }: RunSpec['training'], { epoch, stale }: Position): boolean {
  return epoch >= epochs || (earlyStopping !== undefined && stale >= earlyStopping.patience);
}

/**
 * Evaluates when due, logs the epoch and moves on to the next. False when the run is to stop meanwhile: then it stands
 * where it stood, before the evaluation.
 */
export async function finishEpoch(run: TrainingRun): Promise<boolean> {
  const { spec, plan, network, updates, position, clock, checkpoints, observer } = run;
  const { training } = spec;
  const epoch = position.epoch + 1;
  const due = epoch % training.evaluateEvery === 0 || epoch === training.epochs;
  const validation = due ? await evaluate(run, 'validation') : undefined;
  const test = due && validation !== 'stopped' ? await evaluate(run, 'test') : undefined;
  if (validation === 'stopped' || test === 'stopped') return false;
  const rates = test && spikeRates(plan, test);
  const scores = {
    train: mean(position.epochSums),
    ...(validation && { validation: mean(validation) }),
    ...(test && { test: mean(test) }),
    ...(rates?.length && { spikeRates: rates }),
  };
  const leaks = leaksOf(plan, network);
  const { fields, lines, remark } = await look(run, epoch);
  for (const line of lines) observer.metric(line);
  if (remark !== undefined) observer.log(remark);
  observer.metric({
    kind: 'epoch',
    step: position.step,
    epoch,
    learningRate: learningRateAt(training, position.epoch, updates - 1, updates),
    ...scores,
    ...(leaks && { leaks }),
    ...fields,
    seconds: clock.seconds() - position.epochBegan,
  });
  // As readers of the log decide it (runs/metrics/history.ts).
  let counts = test !== undefined;
  if (validation) {
    const { accuracy } = mean(validation);
    counts = accuracy > position.best;
    position.stale = counts ? 0 : position.stale + 1;
    position.best = Math.max(position.best, accuracy);
  }
  position.epoch = epoch;
  position.update = 0;
  position.epochSums = zeroSums(plan);
  position.epochBegan = clock.seconds();
  if (counts) checkpoints.choose();
  return true;
}

/** Undefined without samples. Stops are heard and checkpoints taken in between. Rejects when the loss is not finite. */
async function evaluate(
  { spec, network, sizes, position, signal, checkpoints }: TrainingRun,
  split: 'validation' | 'test',
): Promise<Evaluation | 'stopped' | undefined> {
  if (sizes[split] === 0) return undefined;
  try {
    const evaluation = await network.evaluate(split, { signal, onPart: () => checkpoints.saveWhenDue() });
    const problem = evaluationDivergence(split, evaluation, position, spec);
    if (problem) throw new RunEnded(problem);
    return evaluation;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return 'stopped';
    throw error;
  }
}
