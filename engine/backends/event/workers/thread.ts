/** One thread's part of a command: take tasks until there are none, meet the others, update its share of the weights. */
import type { SampleReader } from '../../../datasets/dataset.ts';
import { openReader } from '../../../datasets/reader.ts';
import { unreachable } from '../../../models/plan.ts';
import type { OptimizerStep } from '../../backend.ts';
import { needsGradients } from '../../recording.ts';
import { instantiateKernels, type Kernels } from '../kernels/kernels.ts';
import { chosenInstructions, copier, withNative } from '../kernels/native.ts';
import { EVALUATION_CHUNK, type Layout } from '../layout/layout.ts';
import type { Stretch } from '../layout/parameters.ts';
import { bytes } from '../layout/units.ts';
import { GatedProgram } from '../passes/gated/program.ts';
import type { Samples } from '../passes/input.ts';
import { transposeInputWeights } from '../passes/input-gradient.ts';
import { SpikingProgram } from '../passes/spiking/program.ts';
import { quantizeInputWeights } from '../passes/steepest/bounds.ts';
import { applyUpdate, clipScale, NORM_CHUNK, shardGradients, shareOf, sumNorms } from '../passes/update.ts';
import { barrier, DONE, isCancelled, isCancelling, TASKS } from './barrier.ts';
import type { ThreadCommand, WorkerStart } from './commands.ts';
import { sharedReader } from './shared-samples.ts';

/** What one thread does with the samples of a shard, for this sort of network. */
export function createProgram(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  layout: Layout,
  thread: number,
  reader: SampleReader,
  seed: number,
): SpikingProgram | GatedProgram {
  switch (layout.kind) {
    case 'spiking':
      return new SpikingProgram(kernels, memory, layout, thread, reader, seed);
    case 'gated':
      return new GatedProgram(kernels, memory, layout, thread, reader, seed);
    default:
      return unreachable(layout);
  }
}

const inOrderOf = (count: number): Uint32Array => new Uint32Array(count).map((_, i) => i);

type Of<K extends ThreadCommand['kind']> = Extract<ThreadCommand, { kind: K }>;

/** What one thread works with, whatever it is told to do. */
interface Thread {
  layout: Layout;
  memory: WebAssembly.Memory;
  kernels: Kernels;
  program: SpikingProgram | GatedProgram;
  index: number;
  threads: number;
  control: Int32Array;
  /** The permutation of the epoch, as the main thread has written it. */
  trainOrder: Uint32Array;
  /** 0, 1, 2 … as far as the largest split goes. */
  inOrder: Uint32Array;
  /** The part of the parameters that this thread updates. */
  share: Stretch;
  norms: Float64Array;
  cancelling: () => boolean;
}

/** The commands of one thread as a function; all threads must call it with the same command. */
export function createThread(start: WorkerStart): (command: ThreadCommand) => void {
  const { memory, layout, dataset, thread: index, threads } = start;
  const kernels = withNative(instantiateKernels(start.kernels, memory), memory, chosenInstructions());
  const control = new Int32Array(memory.buffer, layout.control, 16);
  const thread: Thread = {
    layout,
    memory,
    kernels,
    program: createProgram(kernels, memory, layout, index, openReader(dataset, copier()), start.seed),
    index,
    threads,
    control,
    trainOrder: new Uint32Array(memory.buffer, layout.order, dataset.sizes.train),
    inOrder: inOrderOf(Math.max(...Object.values(dataset.sizes))),
    share: shareOf(layout, index, threads),
    norms: new Float64Array(memory.buffer, layout.norms, Math.ceil(layout.parameters / NORM_CHUNK)),
    cancelling: () => isCancelling(control),
  };
  return (command) => {
    switch (command.kind) {
      case 'train':
        train(thread, command);
        break;
      case 'gradient':
        gradient(thread, command);
        break;
      case 'probe':
        probe(thread, command);
        break;
      case 'steepest':
        steepest(thread, command);
        break;
      case 'evaluate':
        evaluate(thread, command);
        break;
      case 'around':
        evaluateAround(thread, command);
        break;
      default:
        unreachable(command);
    }
  };
}

/** Takes tasks until there are none left, then meets the other threads. */
function shareTasks({ control, threads }: Thread, tasks: number, perform: (task: number) => void): void {
  for (let task = Atomics.add(control, TASKS, 1); task < tasks; task = Atomics.add(control, TASKS, 1)) perform(task);
  barrier(control, threads);
}

/** Adds this thread's share of the gradients of all shards, into the first. */
function sumShards({ kernels, layout, share, control, threads }: Thread): void {
  kernels.reduceShards({ ...shardGradients(layout, layout.shards), begin: share.from, end: share.to });
  barrier(control, threads);
}

function train(thread: Thread, command: Of<'train'>): void {
  const { control, index, layout, trainOrder } = thread;
  const { epoch, samples } = command;
  for (let step = command.from; step < command.to; step++) {
    const from = step * layout.batchSize;
    const to = Math.min(samples, from + layout.batchSize);
    const done = step - command.from;
    const statsAt = done * layout.shards * layout.statsPerTask;
    batchGradient(thread, { split: 'train', epoch, order: trainOrder, from, to, dropout: true }, statsAt);
    if (isCancelled(control)) return;
    update(thread, command.step, done);
    if (index === 0) Atomics.add(control, DONE, 1);
  }
}

function gradient(thread: Thread, { split, epoch, from, to, dropout }: Of<'gradient'>): void {
  const order = split === 'train' ? thread.trainOrder : thread.inOrder;
  batchGradient(thread, { split, epoch, order, from, to, dropout }, 0);
  sumShards(thread);
}

/** The gradient of a batch, cut into shards; what was counted of each lies at `statsAt` and behind it. */
function batchGradient(thread: Thread, batch: Samples, statsAt: number): void {
  const { layout, program, cancelling } = thread;
  const { shards, statsPerTask } = layout;
  const count = batch.to - batch.from;
  const perShard = Math.ceil(count / shards);
  shareTasks(thread, shards, (shard) => {
    const from = Math.min(batch.to, batch.from + shard * perShard);
    const to = Math.min(batch.to, from + perShard);
    program.trainShard({ ...batch, from, to }, count, shard, statsAt + shard * statsPerTask, cancelling);
  });
}

/** Update number `number` of a command. */
function update(thread: Thread, step: OptimizerStep, number: number): void {
  const { kernels, layout, share, norms, index, threads, control } = thread;
  if (step.clipNorm === undefined) applyUpdate(kernels, layout, share, step, number, layout.shards, 1);
  else {
    sumShards(thread);
    sumNorms(kernels, layout, norms, index, threads);
    barrier(control, threads);
    applyUpdate(kernels, layout, share, step, number, 1, clipScale(norms, step.clipNorm));
  }
  barrier(control, threads);
}

function evaluate(thread: Thread, { split, samples, from, to, scores, counts }: Of<'evaluate'>): void {
  const { control, threads, cancelling, inOrder, index, layout, program } = thread;
  const counting = counts && { ...counts, activity: { ...counts.activity, layers: counts.sums[index]! } };
  const sums = counting && program instanceof SpikingProgram ? program : undefined;
  sums?.beginCounting(counting!);
  shareTasks(thread, to - from, (task) => {
    const chunk = from + task;
    const first = chunk * EVALUATION_CHUNK;
    const last = Math.min(samples, first + EVALUATION_CHUNK);
    const chosen = { split, epoch: 0, order: inOrder, from: first, to: last, dropout: false };
    program.evaluate(chosen, chunk * layout.statsPerTask, scores, counting, cancelling);
    if (!cancelling()) Atomics.add(control, DONE, 1);
  });
  if (!sums) return;
  sums.endCounting(counting!);
  barrier(control, threads);
}

function evaluateAround(thread: Thread, command: Of<'around'>): void {
  const { control, cancelling, inOrder, index, layout, program } = thread;
  const { split, samples, group, points, masks, out } = command;
  const own = masks && { start: bytes(masks.start + index * masks.perThread), together: masks.together };
  shareTasks(thread, Math.ceil(samples / group), (task) => {
    const [from, to] = [task * group, Math.min(samples, (task + 1) * group)];
    const scores = out.subarray(2 * points.length * task, 2 * points.length * (task + 1));
    const chosen = { split, epoch: 0, order: inOrder, from, to, dropout: false };
    // Only asked of networks of spiking layers.
    if (program instanceof SpikingProgram)
      program.evaluateAround(chosen, { ...command, masks: own }, index * layout.statsPerTask, scores, cancelling);
    if (!cancelling()) Atomics.add(control, DONE, 1);
  });
}

/**
 * Tasks that a probe of few samples is cut into, if it has as many; of many samples a task is a block. A function of the
 * samples alone, since sums may be formed in another order in another block.
 */
const PROBE_TASKS = 16;

function probe(thread: Thread, { batch, count, ask, recording, transpose }: Of<'probe'>): void {
  const { memory, layout, program, index, threads, control } = thread;
  const { shards, statsPerTask } = layout;
  const reader = 'samples' in batch ? sharedReader(batch.samples, layout.network.steps) : undefined;
  const order = 'samples' in batch ? inOrderOf(count) : batch.indices;
  const split = 'samples' in batch ? 'test' : batch.split;
  const deltas = needsGradients(ask);
  // Gradients of parameters have a place each in the shards; all else lies at the place of its sample.
  const perTask = ask.parameterGradient
    ? Math.ceil(count / shards)
    : Math.max(1, Math.min(layout.block, Math.ceil(count / PROBE_TASKS)));
  const tasks = ask.parameterGradient ? shards : Math.ceil(count / perTask);
  if (transpose) {
    transposeInputWeights(memory.buffer, layout, index, threads);
    barrier(control, threads);
  }
  shareTasks(thread, tasks, (task) => {
    const from = Math.min(count, task * perTask);
    const samples = { split, epoch: 0, order, from, to: Math.min(count, from + perTask), dropout: false } as const;
    const shard = ask.parameterGradient ? task : undefined;
    program.probe(samples, reader, recording, { deltas, shard }, index * statsPerTask);
  });
  if (ask.parameterGradient) sumShards(thread);
}

function steepest(thread: Thread, { samples, ask, slopes, transpose, quantize }: Of<'steepest'>): void {
  const { memory, layout, program, index, threads, control } = thread;
  // Only asked of networks of spiking layers.
  if (layout.kind !== 'spiking' || !(program instanceof SpikingProgram)) return;
  if (quantize) quantizeInputWeights(memory.buffer, layout, index, threads);
  if (transpose) transposeInputWeights(memory.buffer, layout, index, threads);
  if (quantize || transpose) barrier(control, threads);
  const count = slopes.found.length;
  const reader = sharedReader(samples, layout.network.steps);
  const perTask = Math.max(1, Math.min(layout.block, Math.ceil(count / PROBE_TASKS)));
  shareTasks(thread, Math.ceil(count / perTask), (task) => {
    const to = Math.min(count, (task + 1) * perTask);
    const own = { split: 'test', epoch: 0, order: inOrderOf(count), from: task * perTask, to, dropout: false } as const;
    program.steepest(own, reader, ask, slopes, index * layout.statsPerTask);
  });
}
