/** Test samples as arrays, for a script that has none of the readers of data sets. */
import type { Subject } from '../../analysis/analysis.ts';
import { UserError } from '../../base/errors.ts';
import { openReader } from '../../datasets/reader.ts';
import type { TestScores } from '../network.ts';
import type { NamedArray } from '../npz.ts';

/** Bytes of the inputs: more does not fit into one file, nor into the memory of most machines twice. */
const MAX_BYTES = 2 ** 31;

/**
 * labels [B], scores [B, C] and accuracies [B] as LIF Lab has them, and the inputs. Events: those of sample b are
 * steps[starts[b] .. starts[b+1]) and channels[…]; currents: inputs [B, M], the same in every step. Throws a UserError.
 */
export function testArrays({ data }: Subject, scores: TestScores): NamedArray[] {
  const { samples } = scores;
  const answers: NamedArray[] = [
    { name: 'labels', shape: [samples], data: Int32Array.from(scores.labels) },
    { name: 'scores', shape: [samples, data.classes], data: scores.scores },
    { name: 'accuracies', shape: [samples], data: Float32Array.from(scores.accuracy) },
  ];
  return [...answers, ...(data.encoding === 'current' ? currents(data, samples) : events(data, samples))];
}

function currents(data: Subject['data'], samples: number): NamedArray[] {
  refuseLarge(4 * samples * data.inputs);
  const inputs = new Float32Array(samples * data.inputs);
  const reader = openReader(data);
  for (let b = 0; b < samples; b++)
    reader.current('test', 0, b, inputs.subarray(b * data.inputs, (b + 1) * data.inputs));
  return [{ name: 'inputs', shape: [samples, data.inputs], data: inputs }];
}

function events(data: Subject['data'], samples: number): NamedArray[] {
  const reader = openReader(data);
  const offsets = new Uint32Array(data.steps + 1);
  const room = new Uint16Array(data.maxEvents);
  const starts = new Uint32Array(samples + 1);
  // Twice: to know how many there are, and to write them where they belong.
  for (let b = 0; b < samples; b++) {
    offsets.fill(0);
    reader.events('test', 0, b, offsets, room);
    const end = starts[b]! + offsets[data.steps]!;
    refuseLarge(4 * end);
    starts[b + 1] = end;
  }
  const steps = new Uint16Array(starts[samples]!);
  const channels = new Uint16Array(starts[samples]!);
  for (let b = 0; b < samples; b++) {
    offsets.fill(0);
    reader.events('test', 0, b, offsets, room);
    for (let t = 0; t < data.steps; t++) steps.fill(t, starts[b]! + offsets[t]!, starts[b]! + offsets[t + 1]!);
    channels.set(room.subarray(0, offsets[data.steps]!), starts[b]!);
  }
  return [
    { name: 'starts', shape: [samples + 1], data: starts },
    { name: 'steps', shape: [steps.length], data: steps },
    { name: 'channels', shape: [channels.length], data: channels },
  ];
}

function refuseLarge(bytes: number): void {
  if (bytes > MAX_BYTES)
    throw new UserError(
      `The test set has more than ${MAX_BYTES / 2 ** 30} GiB of inputs; export fewer with --samples.`,
    );
}
