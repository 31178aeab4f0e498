/**
 * The training loop: epochs of weight updates on a backend, evaluation, checkpoints. What is logged and when depends only
 * on the run's spec, never on the clock or the threads; only checkpoints and progress follow the clock.
 */
import type { Sums } from '../backends/backend.ts';
import { BACKENDS } from '../backends/registry.ts';
import { zeroSums } from '../backends/scores.ts';
import { RunEnded, UserError } from '../base/errors.ts';
import type { PreparedDataset } from '../datasets/dataset.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import { remarksOnSamples } from '../datasets/remarks.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { planNetwork } from '../models/build/network.ts';
import { Checkpoints } from './checkpoints.ts';
import { orderOf, restore, start } from './codec.ts';
import { firstDivergence, hasDiverged } from './divergence.ts';
import { finishEpoch, isOver } from './epoch.ts';
import { earlyLook, look } from './health/look.ts';
import { Pace, Stopwatch } from './pace.ts';
import type { TrainingRun } from './run.ts';
import { optimizerStep } from './schedule.ts';
import { add, mean } from './sums.ts';
import type { Trainer, TrainOptions } from './trainer.ts';

/** Training points in the log per epoch, at most. */
const POINTS_PER_EPOCH = 20;

export const train: Trainer = async (spec, options) => {
  const { threads, checkpoint, checkpointSeconds, signal, observer } = options;
  const dataset = await openDataset(spec, options);
  const plan = planNetwork(spec, dataset);
  const backend = BACKENDS[spec.backend];
  const refusal = backend.refuses(plan);
  if (refusal !== undefined) throw new UserError(refusal);
  const { seed, training } = spec;
  const { sizes } = dataset;
  const open = () => backend.open(plan, dataset, { batchSize: training.batchSize, threads, seed });
  const network = await open();
  try {
    const position = checkpoint ? restore(network, checkpoint) : start(plan);
    if (checkpoint) observer.metric({ kind: 'resume', step: position.step, epoch: position.epoch });
    const clock = new Stopwatch(position.seconds);
    const write = (step: number, bytes: Uint8Array) => observer.checkpoint(step, bytes);
    const checkpoints = new Checkpoints(network, position, clock, write, checkpoint, checkpointSeconds);
    const updates = Math.ceil(sizes.train / training.batchSize);
    const replay = { spec, plan, open, samples: sizes.train, updates, signal };
    const pace = new Pace(network.maxUpdates);
    const run = { spec, plan, network, sizes, updates, position, clock, pace, checkpoints, replay, signal, observer };
    try {
      return await loop(run);
    } catch (error) {
      saveBestEffort(checkpoints);
      throw error;
    }
  } finally {
    await network.close();
  }
};

/** A run that fails has its epoch that counts, too. */
function saveBestEffort(checkpoints: Checkpoints): void {
  try {
    checkpoints.saveChosen();
  } catch {
    // A full disk, say: why the run fails is the better reason.
  }
}

async function openDataset(spec: RunSpec, { signal, observer }: TrainOptions): Promise<PreparedDataset> {
  const dataset = await prepareDataset(spec.dataset, {
    file: spec.file,
    seed: spec.seed,
    signal,
    onProgress: ({ what, done, total }) => observer.preparing(`${what}, ${Math.floor((100 * done) / total)} %`),
  });
  observer.preparing(undefined);
  observer.dataset(dataset.checksums, dataset.sizes, remarksOnSamples(spec.dataset, dataset));
  if (spec.training.earlyStopping && dataset.sizes.validation === 0)
    throw new UserError('training.earlyStopping needs a validation set: set dataset.validationSamples above 0.');
  return dataset;
}

async function loop(run: TrainingRun): Promise<'finished' | 'stopped'> {
  const { spec, position, checkpoints, observer } = run;
  while (!isOver(spec.training, position)) {
    if ((await trainEpoch(run)) && (await finishEpoch(run))) continue;
    checkpoints.save();
    return 'stopped';
  }
  if (position.epoch < spec.training.epochs)
    observer.log(
      `Stopped early after epoch ${position.epoch}: ${position.stale} evaluations without a better validation accuracy.`,
    );
  checkpoints.save();
  return 'finished';
}

/** The updates that the current epoch still lacks; false when the run is to stop before that. */
async function trainEpoch(run: TrainingRun): Promise<boolean> {
  const { spec, network, sizes, updates, position, clock, pace, checkpoints, replay, signal, observer } = run;
  const { training, seed } = spec;
  network.beginEpoch(position.epoch, orderOf(seed, position.epoch, sizes.train));
  const early = position.epoch === 0 ? earlyLook(updates) : undefined;
  while (position.update < updates) {
    if (signal.aborted) return false;
    const end = early !== undefined && position.update < early ? early : updates;
    const to = Math.min(end, position.update + pace.updates);
    const step = optimizerStep(training, position, to, updates);
    const began = performance.now();
    const sums = await network.train(position.update, to, step, signal);
    const took = performance.now() - began;
    if (hasDiverged(network, sums))
      throw new RunEnded(await firstDivergence(position.step + sums.length, { ...replay, from: checkpoints.last }));
    // None when the run was stopped within an update.
    if (sums.length === 0) continue;
    pace.took(sums.length, took);
    for (const one of sums) logUpdate(run, one);
    if (position.update === early) await warnEarly(run);
    const samples = sums.reduce((n, s) => n + s.samples, 0);
    observer.progress({
      epoch: position.epoch,
      progress: (position.epoch + position.update / updates) / training.epochs,
      seconds: clock.seconds(),
      samplesPerSecond: samples / (took / 1000),
    });
    checkpoints.saveWhenDue();
  }
  return true;
}

/** Who waits for a first epoch of hours hears early what will come of it. */
async function warnEarly(run: TrainingRun): Promise<void> {
  const { position, updates, observer } = run;
  const { lines } = await look(run, position.epoch + position.update / updates);
  for (const line of lines) if (line.kind === 'warning') observer.metric(line);
}

/** Moves on by one weight update, and logs a training point where one is due. */
function logUpdate({ plan, position, updates, observer }: TrainingRun, sums: Sums): void {
  const pointEvery = Math.max(1, Math.floor(updates / POINTS_PER_EPOCH));
  position.step++;
  position.update++;
  add(position.epochSums, sums);
  add(position.pointSums, sums);
  if (position.update % pointEvery !== 0 && position.update !== updates) return;
  observer.metric({
    kind: 'train',
    step: position.step,
    epoch: position.epoch + position.update / updates,
    ...mean(position.pointSums),
  });
  position.pointSums = zeroSums(plan);
}
