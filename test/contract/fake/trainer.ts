/**
 * A trainer that trains nothing, but behaves like one in all that the processes around it see. Its "weights" are a
 * number that hangs on the seed and on every step so far, so that a lost or repeated step shows in all later scores.
 * A step takes `learningRate` seconds; a study of the name VALIDATED has a validation accuracy, half of that on the test set; the variant `warned` is warned of something from its second epoch on. Variants
 * with these names misbehave at step 5, on their first attempt:
 */
import { setTimeout as delay } from 'node:timers/promises';
import { decodeSafetensors, encodeSafetensors } from '../../../engine/runs/safetensors.ts';
import type { Trainer } from '../../../engine/training/trainer.ts';

const MISHAPS: Record<string, () => unknown> = {
  nan: () => {
    throw new Error('The loss became NaN at weight update 5 in layer 1.');
  },
  exit: () => process.exit(7),
  killed: () => process.kill(process.pid, 'SIGKILL'),
  'out of memory': () => {
    process.stderr.write('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n');
    process.abort();
  },
  'thread dies': () => setImmediate(() => Promise.reject(new Error('A worker thread ended with exit code 134.'))),
};

export const VALIDATED = 'Validated study';

const STEPS_PER_EPOCH = 4;

export const fakeTrainer: Trainer = async (spec, { checkpoint, signal, observer }) => {
  const validated = spec.study === VALIDATED;
  observer.dataset({ fake: '1' }, { train: 1, validation: validated ? 1 : 0, test: 1 }, []);
  let { step, weight } = checkpoint ? restore(checkpoint) : { step: 0, weight: spec.seed };
  if (checkpoint) observer.metric({ kind: 'resume', step, epoch: step / STEPS_PER_EPOCH });
  const { epochs } = spec.training;
  // Data sets are made ready before anything can be saved.
  if (spec.variant === 'preparing') observer.preparing('preparing fake, 40 %');
  if (spec.variant === 'preparing') await delay(600_000, undefined, { signal });
  const save = () => observer.checkpoint(step, encode(step, weight, spec.variant === 'big' ? 1_000_000 : 1));
  while (step < epochs * STEPS_PER_EPOCH) {
    if (signal.aborted && spec.variant !== 'deaf') {
      save();
      return 'stopped';
    }
    await delay(spec.training.learningRate * 1000);
    step++;
    weight = (weight * 1103515245 + 12345) % 2147483648;
    if (step === 5 && !checkpoint) MISHAPS[spec.variant]?.();
    const score = { loss: 1 - weight / 2147483648, accuracy: weight / 2147483648 };
    const epoch = step / STEPS_PER_EPOCH;
    observer.metric({ kind: 'train', step, epoch, ...score });
    if (step % STEPS_PER_EPOCH === 0) {
      observer.metric({
        kind: 'epoch',
        step,
        epoch,
        learningRate: 1,
        train: score,
        ...(validated && { validation: { loss: 0.5, accuracy: score.accuracy / 2 } }),
        test: score,
        spikeRates: [0.1],
        seconds: 1,
      });
      if (epoch >= 2 && spec.variant === 'warned')
        observer.metric({ kind: 'warning', step, epoch, cause: 'guessing', field: 'dataset', sentence: 'It guesses.' });
    }
    observer.progress({ epoch: Math.floor(epoch), progress: epoch / epochs, seconds: step, samplesPerSecond: 1000 });
    if (step % 2 === 0) save();
  }
  return 'finished';
};

function encode(step: number, weight: number, size: number): Uint8Array {
  const data = new Float32Array(size);
  const tensors = new Map([['w', { name: 'w', shape: [size], data }]]);
  return encodeSafetensors({ tensors, metadata: { state: JSON.stringify({ step, weight }) } });
}

function restore(bytes: Uint8Array): { step: number; weight: number } {
  return JSON.parse(decodeSafetensors(bytes).metadata.state!);
}
