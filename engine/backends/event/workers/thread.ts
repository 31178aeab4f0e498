/** One thread's part of a command: take tasks until there are none, meet the others, update its share of the weights. */
import type { SampleReader } from '../../../datasets/dataset.ts';
import { openReader } from '../../../datasets/reader.ts';
import { unreachable } from '../../../models/plan.ts';
import type { OptimizerStep } from '../../backend.ts';
import { needsGradients } from '../../recording.ts';
import { instantiateKernels, type Kernels } from '../kernels/kernels.ts';
import { chosenInstructions, copier, withNative } from '../kernels/native.ts';
import { EVALUATION_CHUNK, type Layout } from '../layout/layout.ts';
import { GatedProgram } from '../passes/gated/program.ts';
import { transposeInputWeights } from '../passes/input-gradient.ts';
import { SpikingProgram } from '../passes/spiking/program.ts';
import { applyUpdate, clipScale, NORM_CHUNK, shardGradients, shareOf, sumNorms } from '../passes/update.ts';
import { barrier, DONE, isCancelled, isCancelling, TASKS } from './barrier.ts';
import type { Command, WorkerStart } from './commands.ts';
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

/**
 * Tasks that a probe of few samples is cut into, if it has as many; of many samples a task is a block. A function of the
 * samples alone, since sums may be formed in another order in another block.
 */
const PROBE_TASKS = 16;

const inOrderOf = (count: number): Uint32Array => new Uint32Array(count).map((_, i) => i);

/** The commands of one thread as a function; all threads must call it with the same command. */
export function createThread(start: WorkerStart): (command: Command) => void {
  const { memory, layout, thread, threads } = start;
  const kernels = withNative(instantiateKernels(start.kernels, memory), memory, chosenInstructions());
  const program = createProgram(kernels, memory, layout, thread, openReader(start.dataset, copier()), start.seed);
  const control = new Int32Array(memory.buffer, layout.control, 16);
  const cancelling = (): boolean => isCancelling(control);
  const trainOrder = new Uint32Array(memory.buffer, layout.order, start.dataset.sizes.train);
  const { statsPerTask, shards, batchSize } = layout;
  const inOrder = inOrderOf(Math.max(...Object.values(start.dataset.sizes)));
  const share = shareOf(layout, thread, threads);
  const norms = new Float64Array(memory.buffer, layout.norms, Math.ceil(layout.parameters / NORM_CHUNK));

  const batchGradient = (
    order: Uint32Array,
    split: 'train' | 'validation' | 'test',
    epoch: number,
    from: number,
    to: number,
    statsAt: number,
    dropout: boolean,
  ): void => {
    const perShard = Math.ceil((to - from) / shards);
    for (let shard = Atomics.add(control, TASKS, 1); shard < shards; shard = Atomics.add(control, TASKS, 1)) {
      const first = Math.min(to, from + shard * perShard);
      const samples = { split, epoch, order, from: first, to: Math.min(to, first + perShard), dropout };
      program.trainShard(samples, to - from, shard, statsAt + shard * statsPerTask, cancelling);
    }
    barrier(control, threads);
  };

  const update = (step: OptimizerStep, index: number): void => {
    if (step.clipNorm === undefined) applyUpdate(kernels, layout, share, step, index, shards, 1);
    else {
      kernels.reduceShards({ ...shardGradients(layout, shards), begin: share.from, end: share.to });
      barrier(control, threads);
      sumNorms(kernels, layout, norms, thread, threads);
      barrier(control, threads);
      applyUpdate(kernels, layout, share, step, index, 1, clipScale(norms, step.clipNorm));
    }
    barrier(control, threads);
  };

  const probe = ({ batch, count, ask, recording, transpose }: Extract<Command, { kind: 'probe' }>): void => {
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
      transposeInputWeights(memory.buffer, layout, thread, threads);
      barrier(control, threads);
    }
    for (let task = Atomics.add(control, TASKS, 1); task < tasks; task = Atomics.add(control, TASKS, 1)) {
      const from = Math.min(count, task * perTask);
      const samples = { split, epoch: 0, order, from, to: Math.min(count, from + perTask), dropout: false };
      const shard = ask.parameterGradient ? task : undefined;
      program.probe(samples, reader, recording, { deltas, shard }, thread * statsPerTask);
    }
    barrier(control, threads);
    if (!ask.parameterGradient) return;
    kernels.reduceShards({ ...shardGradients(layout, shards), begin: share.from, end: share.to });
    barrier(control, threads);
  };

  return (command) => {
    switch (command.kind) {
      case 'train':
        for (let step = command.from; step < command.to; step++) {
          const first = step * batchSize;
          const last = Math.min(command.samples, first + batchSize);
          batchGradient(
            trainOrder,
            'train',
            command.epoch,
            first,
            last,
            (step - command.from) * shards * statsPerTask,
            true,
          );
          if (isCancelled(control)) return;
          update(command.step, step - command.from);
          if (thread === 0) Atomics.add(control, DONE, 1);
        }
        return;
      case 'gradient':
        batchGradient(
          command.split === 'train' ? trainOrder : inOrder,
          command.split,
          command.epoch,
          command.from,
          command.to,
          0,
          command.dropout,
        );
        kernels.reduceShards({ ...shardGradients(layout, shards), begin: share.from, end: share.to });
        barrier(control, threads);
        return;
      case 'probe':
        return probe(command);
      case 'evaluate': {
        const { split, samples, from, to, scores, counts } = command;
        const counting = counts && { ...counts, activity: { ...counts.activity, layers: counts.sums[thread]! } };
        for (let task = Atomics.add(control, TASKS, 1); task < to - from; task = Atomics.add(control, TASKS, 1)) {
          const chunk = from + task;
          const first = chunk * EVALUATION_CHUNK;
          const last = Math.min(samples, first + EVALUATION_CHUNK);
          program.evaluate(
            { split, epoch: 0, order: inOrder, from: first, to: last, dropout: false },
            chunk * statsPerTask,
            scores,
            counting,
            cancelling,
          );
          if (!cancelling()) Atomics.add(control, DONE, 1);
        }
        barrier(control, threads);
        return;
      }
      case 'around': {
        const { split, samples, group, points, out } = command;
        const tasks = Math.ceil(samples / group);
        for (let task = Atomics.add(control, TASKS, 1); task < tasks; task = Atomics.add(control, TASKS, 1)) {
          const [from, to] = [task * group, Math.min(samples, (task + 1) * group)];
          const own = out.subarray(2 * points.length * task, 2 * points.length * (task + 1));
          const chosen = { split, epoch: 0, order: inOrder, from, to, dropout: false };
          // Only asked of networks of spiking layers.
          if (program instanceof SpikingProgram)
            program.evaluateAround(chosen, command, thread * statsPerTask, own, cancelling);
          if (!cancelling()) Atomics.add(control, DONE, 1);
        }
        barrier(control, threads);
        return;
      }
    }
  };
}
