/**
 * The training loop: epochs of weight updates on the event backend, evaluation, checkpoints. What is logged and when
 * depends only on the run's spec, never on the clock or the threads; only checkpoints and progress follow the clock.
 */
import { z } from 'zod';
import { EventEngine, type Sums } from '../backends/event/engine.ts';
import { MAX_STEPS_PER_COMMAND } from '../backends/event/layout.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import { UserError } from '../errors.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { type NetworkPlan, planNetwork } from '../models/network.ts';
import { shuffle, stream } from '../random.ts';
import { decodeSafetensors, encodeSafetensors } from '../runs/safetensors.ts';
import type { Trainer, TrainObserver, TrainOptions } from './trainer.ts';

/** Training points in the log per epoch, at most. */
const POINTS_PER_EPOCH = 20;
/** Milliseconds that one command to the workers should take: the pace of progress, stopping and checkpoints. */
const COMMAND_MS = 100;
const CHECKPOINT_SECONDS = 10;

const count = z.int().min(0);
const sums = z.object({ samples: count, loss: z.number(), accuracy: z.number(), spikes: z.array(z.number()) });

/** Where a run stands between two weight updates; with the weights and moments, all that a resumed run needs. */
const positionSchema = z.object({
  /** Weight updates so far, whole epochs so far, updates within the current epoch. */
  step: count,
  epoch: count,
  update: count,
  /** Sums over the current epoch and since the last logged training point. */
  epochSums: sums,
  pointSums: sums,
  /** Seconds of training in all, and at the start of the current epoch. */
  seconds: z.number(),
  epochBegan: z.number(),
  /** Best validation accuracy so far, and evaluations since. */
  best: z.number(),
  stale: count,
});

type Position = z.output<typeof positionSchema>;

/** Learning rate of weight update `update` of `updates` in an epoch (both from 0): schedule times warm-up. */
export function learningRateAt(training: RunSpec['training'], epoch: number, update: number, updates: number): number {
  const { learningRate, schedule, warmup, epochs } = training;
  let rate = learningRate;
  if (schedule?.kind === 'step') rate *= schedule.factor ** Math.floor(epoch / schedule.every);
  else if (schedule?.kind === 'cosine') {
    const done = (epoch + update / updates) / epochs;
    rate = schedule.minimum + ((learningRate - schedule.minimum) * (1 + Math.cos(Math.PI * done))) / 2;
  }
  return epoch < warmup ? (rate * (epoch * updates + update + 1)) / (warmup * updates) : rate;
}

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
  if (spec.training.earlyStopping && dataset.sizes.validation === 0)
    throw new UserError('training.earlyStopping needs a validation set: set dataset.validationSamples above 0.');
  const network = planNetwork(spec, dataset);
  const engine = await EventEngine.start(network, dataset, {
    batchSize: spec.training.batchSize,
    threads,
    seed: spec.seed,
  });
  try {
    const position = checkpoint ? restore(engine, checkpoint) : start(engine);
    if (checkpoint) observer.metric({ kind: 'resume', step: position.step, epoch: position.epoch });
    return await loop(spec, network, engine, dataset.sizes, position, options);
  } finally {
    await engine.close();
  }
};

async function loop(
  spec: RunSpec,
  network: NetworkPlan,
  engine: EventEngine,
  sizes: Record<'train' | 'validation' | 'test', number>,
  position: Position,
  { signal, observer, checkpointSeconds = CHECKPOINT_SECONDS }: TrainOptions,
): Promise<'finished' | 'stopped'> {
  const { training } = spec;
  const updates = Math.ceil(sizes.train / training.batchSize);
  const pointEvery = Math.max(1, Math.floor(updates / POINTS_PER_EPOCH));
  const clock = new Stopwatch(position.seconds);
  let lastCheckpoint = performance.now();
  let perCommand = 1;
  const save = (): void => {
    position.seconds = clock.seconds();
    observer.checkpoint(position.step, encodeCheckpoint(engine, position));
    lastCheckpoint = performance.now();
  };
  while (!isOver(training, position)) {
    const rateAt = (update: number): number => learningRateAt(training, position.epoch, update, updates);
    setOrder(engine.order, spec.seed, position.epoch);
    while (position.update < updates) {
      if (signal.aborted) {
        save();
        return 'stopped';
      }
      const from = position.update;
      const to = Math.min(updates, from + perCommand);
      const began = performance.now();
      const learningRates = Array.from({ length: to - from }, (_, i) => rateAt(from + i));
      const { optimizer, clipNorm } = training;
      const sums = await engine.train(position.epoch, from, to, {
        optimizer,
        updates: position.step,
        learningRates,
        clipNorm,
      });
      const took = performance.now() - began;
      perCommand = Math.max(1, Math.min(MAX_STEPS_PER_COMMAND, Math.round((COMMAND_MS / took) * (to - from))));
      for (const one of sums) {
        position.step++;
        position.update++;
        add(position.epochSums, one);
        add(position.pointSums, one);
        if (!Number.isFinite(one.loss)) throw new Error(divergence(one, position, network));
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
    await finishEpoch(spec, engine, sizes, position, rateAt(updates - 1), clock, observer);
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

/** One sentence: when and in which layer the numbers stopped being numbers. */
function divergence({ loss, divergedLayer }: Sums, { step, epoch }: Position, network: NetworkPlan): string {
  const where = placeOfDivergence(divergedLayer, network);
  return `The loss became ${loss} at weight update ${step} in epoch ${epoch + 1}, beginning with ${where}: lower training.learningRate or network.weightGain, or set training.clipNorm.`;
}

function placeOfDivergence(layer: number | undefined, { layers, cell }: NetworkPlan): string {
  if (cell && layer === 0) return `the states of layer 1 of 2 (${cell.kind})`;
  if (cell && layer === 1) return 'the scores of layer 2 of 2 (linear)';
  if (layer === undefined || layer >= layers.length) return 'the loss itself';
  return `the membrane potentials of layer ${layer + 1} of ${layers.length}`;
}

/** Evaluates when due, logs the epoch and moves on to the next. */
async function finishEpoch(
  { training }: RunSpec,
  engine: EventEngine,
  sizes: Record<'train' | 'validation' | 'test', number>,
  position: Position,
  learningRate: number,
  clock: Stopwatch,
  observer: TrainObserver,
): Promise<void> {
  const epoch = position.epoch + 1;
  const due = epoch % training.evaluateEvery === 0 || epoch === training.epochs;
  const validation = due && sizes.validation > 0 ? await engine.evaluate('validation') : undefined;
  const test = due && sizes.test > 0 ? await engine.evaluate('test') : undefined;
  const spikeRates = test && engine.spikeRates(test);
  observer.metric({
    kind: 'epoch',
    step: position.step,
    epoch,
    learningRate,
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

/** The order of an epoch is a function of the seed and the epoch alone. */
function setOrder(order: Uint32Array, seed: number, epoch: number): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  shuffle(order, stream(seed, 'shuffle', epoch));
}

function start(engine: EventEngine): Position {
  return {
    step: 0,
    epoch: 0,
    update: 0,
    epochSums: zeroSums(engine),
    pointSums: zeroSums(engine),
    seconds: 0,
    epochBegan: 0,
    best: -1,
    stale: 0,
  };
}

function encodeCheckpoint(engine: EventEngine, position: Position): Uint8Array {
  return encodeSafetensors({
    tensors: engine.exportState(),
    metadata: { format: 'lif-lab checkpoint 1', position: JSON.stringify(position) },
  });
}

function restore(engine: EventEngine, bytes: Uint8Array): Position {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== 'lif-lab checkpoint 1' || !metadata.position)
    throw new Error('The file is not a checkpoint of LIF Lab.');
  engine.importState(tensors);
  try {
    return positionSchema.parse(JSON.parse(metadata.position));
  } catch {
    throw new Error('The checkpoint does not say where the run stood.');
  }
}

function zeroSums(engine: EventEngine): Sums {
  return { samples: 0, loss: 0, accuracy: 0, spikes: engine.layout.layers.map(() => 0) };
}

function add(into: Sums, more: Sums): void {
  into.samples += more.samples;
  into.loss += more.loss;
  into.accuracy += more.accuracy;
  more.spikes.forEach((n, l) => {
    into.spikes[l]! += n;
  });
}

function mean({ loss, accuracy, samples }: Sums): { loss: number; accuracy: number } {
  return { loss: loss / samples, accuracy: accuracy / samples };
}

class Stopwatch {
  private readonly began = performance.now();
  constructor(private readonly before: number) {}
  seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }
}
