/** From the numbers of an array over time to spikes. */
import { SettingError, UserError } from '../../../../base/errors.ts';
import type { EventBuffer } from '../../../recordings/binning.ts';
import type { Events } from '../schema.ts';

/** A count of spikes in one step and channel is not larger. */
const MAX_COUNT = 255;

type Encoder = (sample: number, values: ArrayLike<number>, steps: number, events: EventBuffer) => void;

/**
 * Appends the spikes of values [steps, channels] at times 0 to steps - 1: as many as they say, those above a threshold,
 * or one for each change. The encoder throws a UserError for values that are no counts, when nothing says what to do.
 */
export function encoder(place: string, coding: Events['coding'], channels: number): Encoder {
  const encode = encoderOf(place, coding, channels);
  return (sample, values, steps, events) => {
    for (let i = 0; i < steps * channels; i++)
      if (!Number.isFinite(values[i]))
        throw new UserError(
          `${place} has the value ${values[i]} in sample ${sample}, step ${Math.floor(i / channels)}, channel ${i % channels}; put a number in its place, or leave the sample out.`,
        );
    encode(sample, values, steps, events);
  };
}

function encoderOf(place: string, coding: Events['coding'], channels: number): Encoder {
  if (coding === undefined) return counts(place, channels);
  switch (coding.kind) {
    case 'threshold':
      return perValue(channels, (value) => (value > coding.above ? 1 : 0));
    case 'delta':
      return changes(place, channels, coding.by);
    default:
      throw new UserError(
        `${place}: coding ${coding.kind} is for pictures, and this is an array over time; use threshold or delta.`,
      );
  }
}

/** Whole numbers are counts of spikes. */
function counts(place: string, channels: number): Encoder {
  let sample = 0;
  const encode = perValue(channels, (value) => {
    if (Number.isInteger(value) && value >= 0 && value <= MAX_COUNT) return value;
    throw new SettingError(
      ['dataset', 'coding'],
      `is missing, and ${place} has the value ${value} in sample ${sample}, which is no number of spikes; write coding: { kind: threshold, above: … } or { kind: delta, by: … }.`,
    );
  });
  return (index, values, steps, events) => {
    sample = index;
    encode(index, values, steps, events);
  };
}

function perValue(channels: number, countOf: (value: number) => number): Encoder {
  return (_sample, values, steps, events) => {
    for (let t = 0, i = 0; t < steps; t++)
      for (let c = 0; c < channels; c++, i++) {
        const value = values[i]!;
        if (value === 0 && countOf(0) === 0) continue;
        for (let n = countOf(value); n > 0; n--) events.push(t, c);
      }
  };
}

/**
 * Send on delta: a channel remembers the value of its last spike, at first that of step 0; a rise of k·by gives k spikes of
 * channel c, a fall as many of channel `channels` + c.
 */
function changes(place: string, channels: number, by: number): Encoder {
  const last = new Float64Array(channels);
  return (sample, values, steps, events) => {
    for (let c = 0; c < channels; c++) last[c] = values[c]!;
    for (let t = 0, i = 0; t < steps; t++)
      for (let c = 0; c < channels; c++, i++) {
        const times = Math.trunc((values[i]! - last[c]!) / by);
        if (times === 0) continue;
        if (!(Math.abs(times) <= MAX_COUNT))
          throw new SettingError(
            ['dataset', 'coding', 'by'],
            `is ${by}, but ${place} changes from ${last[c]} to ${values[i]} in sample ${sample}, which makes more than ${MAX_COUNT} spikes in one step; take a larger one.`,
          );
        last[c]! += times * by;
        for (let n = Math.abs(times); n > 0; n--) events.push(t, times > 0 ? c : channels + c);
      }
  };
}
