/**
 * The training loop: epochs of weight updates on the event backend, evaluation, checkpoints. What is logged and when
 * depends only on the run's spec, never on the clock or the threads; only checkpoints and progress follow the clock.
 */
import { EventEngine } from '../backends/event/engine.ts';
import { MAX_STEPS_PER_COMMAND } from '../backends/event/layout/layout.ts';
import { UserError } from '../base/errors.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import { remarksOnSamples } from '../datasets/remarks.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { planNetwork } from '../models/network.ts';
import { evaluationDivergence, firstDivergence, hasDiverged, type Replay } from './divergence.ts';
import { add, encodeCheckpoint, mean, type Position, restore, setOrder, start, zeroSums } from './position.ts';
import { learningRateAt, optimizerStep } from './schedule.ts';
import type { Trainer, TrainObserver, TrainOptions } from './trainer.ts';

/** Training points in the log per epoch, at most. */
const POINTS_PER_EPOCH = 20;
/** Milliseconds that one command to the workers should take: the pace of progress, stopping and checkpoints. */
const COMMAND_MS = 100;
const CHECKPOINT_SECONDS = 10;

export const train: Trainer = async (spec, options) => {
  const { threads, checkpoint, observer } = options;
  const dataset = await prepareDataset(spec.dataset, {
    file: spec.file,
    seed: spec.seed,
    signal: options.signal,
    onProgress: ({ what, done, total }) => observer.preparing(`${what}, ${Math.floor((100 * done) / total)} %`),
  });
  observer.preparing(undefined);
  observer.dataset(dataset.checksums);
  for (const remark of remarksOnSamples(spec.dataset, dataset)) observer.log(remark);
  if (spec.training.earlyStopping && dataset.sizes.validation === 0)
    throw new UserError('training.earlyStopping needs a validation set: set dataset.validationSamples above 0.');
  const network = planNetwork(spec, dataset);
  const { seed, training } = spec;
  const restart = () => EventEngine.start(network, dataset, { batchSize: training.batchSize, threads, seed });
  const engine = await restart();
  try {
    const position = checkpoint ? restore(engine, checkpoint) : start(engine);
    if (checkpoint) observer.metric({ kind: 'resume', step: position.step, epoch: position.epoch });
    const replay = { spec, network, restart, signal: options.signal };
    return await loop(engine, dataset.sizes, position, replay, options);
  } finally {
    await engine.close();
  }
};

async function loop(
  engine: EventEngine,
  sizes: Record<'train' | 'validation' | 'test', number>,
  position: Position,
  replay: Omit<Replay, 'from' | 'updates'>,
  { checkpoint, signal, observer, checkpointSeconds = CHECKPOINT_SECONDS }: TrainOptions,
): Promise<'finished' | 'stopped'> {
  const { spec } = replay;
  const { training } = spec;
  const updates = Math.ceil(sizes.train / training.batchSize);
  const pointEvery = Math.max(1, Math.floor(updates / POINTS_PER_EPOCH));
  const clock = new Stopwatch(position.seconds);
  let lastCheckpoint = performance.now();
  let perCommand = 1;
  let saved = checkpoint;
  const save = (): void => {
    position.seconds = clock.seconds();
    saved = encodeCheckpoint(engine, position);
    observer.checkpoint(position.step, saved);
    lastCheckpoint = performance.now();
  };
  while (!isOver(training, position)) {
    setOrder(engine.order, spec.seed, position.epoch);
    while (position.update < updates) {
      if (signal.aborted) {
        save();
        return 'stopped';
      }
      const from = position.update;
      const to = Math.min(updates, from + perCommand);
      const began = performance.now();
      const sums = await engine.train(position.epoch, from, to, optimizerStep(training, position, to, updates));
      const took = performance.now() - began;
      if (hasDiverged(engine, sums))
        throw new Error(await firstDivergence(position.step + sums.length, { ...replay, from: saved, updates }));
      perCommand = Math.max(1, Math.min(MAX_STEPS_PER_COMMAND, Math.round((COMMAND_MS / took) * (to - from))));
      for (const one of sums) {
        position.step++;
        position.update++;
        add(position.epochSums, one);
        add(position.pointSums, one);
        if (position.update % pointEvery === 0 || position.update === updates) {
          observer.metric({
            kind: 'train',
            step: position.step,
            epoch: position.epoch + position.update / updates,
            ...mean(position.pointSums),
          });
          position.pointSums = zeroSums(engine);
        }
      }
      const samples = sums.reduce((n, s) => n + s.samples, 0);
      observer.progress({
        epoch: position.epoch,
        progress: (position.epoch + position.update / updates) / training.epochs,
        seconds: clock.seconds(),
        samplesPerSecond: samples / (took / 1000),
      });
      if (performance.now() - lastCheckpoint > 1000 * checkpointSeconds) save();
    }
    await finishEpoch(spec, engine, sizes, position, updates, clock, observer);
  }
  if (position.epoch < training.epochs)
    observer.log(
      `Stopped early after epoch ${position.epoch}: ${position.stale} evaluations without a better validation accuracy.`,
    );
  save();
  return 'finished';
}

/** Also asked of a resumed run, whose last checkpoint may be that of its end. */
function isOver({ epochs, earlyStopping }: RunSpec['training'], { epoch, stale }: Position): boolean {
  return epoch >= epochs || (earlyStopping !== undefined && stale >= earlyStopping.patience);
}

/** Evaluates when due, logs the epoch and moves on to the next. */
async function finishEpoch(
  { training }: RunSpec,
  engine: EventEngine,
  sizes: Record<'train' | 'validation' | 'test', number>,
  position: Position,
  updates: number,
  clock: Stopwatch,
  observer: TrainObserver,
): Promise<void> {
  const epoch = position.epoch + 1;
  const due = epoch % training.evaluateEvery === 0 || epoch === training.epochs;
  const validation = due && sizes.validation > 0 ? await engine.evaluate('validation') : undefined;
  const test = due && sizes.test > 0 ? await engine.evaluate('test') : undefined;
  for (const [split, sums] of Object.entries({ validation, test })) {
    const problem = sums && evaluationDivergence(split, sums, position);
    if (problem) throw new Error(problem);
  }
  const spikeRates = test && engine.spikeRates(test);
  observer.metric({
    kind: 'epoch',
    step: position.step,
    epoch,
    learningRate: learningRateAt(training, position.epoch, updates - 1, updates),
    train: mean(position.epochSums),
    ...(validation && { validation: mean(validation) }),
    ...(test && { test: mean(test) }),
    ...(spikeRates?.length && { spikeRates }),
    seconds: clock.seconds() - position.epochBegan,
  });
  if (validation) {
    const { accuracy } = mean(validation);
    position.stale = accuracy > position.best ? 0 : position.stale + 1;
    position.best = Math.max(position.best, accuracy);
  }
  position.epoch = epoch;
  position.update = 0;
  position.epochSums = zeroSums(engine);
  position.epochBegan = clock.seconds();
}

class Stopwatch {
  private readonly began = performance.now();
  constructor(private readonly before: number) {}
  seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }
}
