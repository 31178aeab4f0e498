import { describe, expect, test } from 'vitest';
import { Binner, type Binning, EventBuffer } from '../../../../engine/datasets/recordings/binning.ts';

/** [step: channels] of events given as [µs, channel]. */
function bin(binning: Binning, events: [number, number][], inputs = 10): { steps: number[][]; dropped: number } {
  const buffer = new EventBuffer();
  for (const [time, channel] of events) buffer.push(time, channel);
  const binner = new Binner(binning, inputs);
  const n = binner.bin(buffer);
  expect(binner.offsets[binning.steps], 'events in the last offset').toBe(n);
  const steps = Array.from({ length: binning.steps }, (_, t) =>
    Array.from(binner.channels.subarray(binner.offsets[t], binner.offsets[t + 1])),
  );
  return { steps, dropped: binner.dropped };
}

const fixed = (fields: Partial<Extract<Binning, { kind: 'fixed' }>> = {}): Binning => ({
  kind: 'fixed',
  steps: 3,
  dt: 1000,
  values: 'counts',
  rightClosed: false,
  fromFirst: false,
  ...fields,
});

describe('binning', () => {
  test('fixed steps are closed on the left; later events are dropped and counted', () => {
    expect(
      bin(fixed(), [
        [0, 3],
        [999, 1],
        [1000, 2],
        [2999, 9],
        [3000, 0],
      ]),
    ).toEqual({
      steps: [[1, 3], [2], [9]],
      dropped: 1,
    });
  });

  test('closed on the right: step 0 holds t <= 0, step i holds ((i-1)·dt, i·dt]', () => {
    const events: [number, number][] = [
      [0, 0],
      [1, 1],
      [1000, 2],
      [1001, 3],
      [2000, 4],
      [2001, 5],
    ];
    expect(bin(fixed({ rightClosed: true }), events)).toEqual({ steps: [[0], [1, 2], [3, 4]], dropped: 1 });
  });

  test('from the first event', () => {
    expect(
      bin(fixed({ fromFirst: true }), [
        [5500, 1],
        [6499, 2],
        [6500, 3],
      ]).steps,
    ).toEqual([[1, 2], [3], []]);
  });

  test('counts keep, binary merges equal channels within a step', () => {
    const events: [number, number][] = [
      [0, 4],
      [1, 2],
      [2, 4],
      [1000, 4],
      [1001, 4],
      [1002, 4],
    ];
    expect(bin(fixed(), events).steps).toEqual([[2, 4, 4], [4, 4, 4], []]);
    expect(bin(fixed({ values: 'binary' }), events).steps).toEqual([[2, 4], [4], []]);
  });

  test('a step longer than the recording takes all events', () => {
    expect(
      bin(fixed({ steps: 1, dt: 1e6 }), [
        [0, 1],
        [300_000, 2],
      ]),
    ).toEqual({ steps: [[1, 2]], dropped: 0 });
  });

  test('equal durations: the last event is in the last step, empty steps stay empty', () => {
    const steps = bin({ kind: 'time', steps: 4, values: 'counts' }, [
      [100, 1],
      [199, 2],
      [200, 3],
      [500, 4],
    ]).steps;
    expect(steps).toEqual([[1, 2], [3], [], [4]]);
    expect(bin({ kind: 'time', steps: 2, values: 'counts' }, [[7, 1]]).steps).toEqual([[1], []]);
  });

  test('equal counts: the last step takes the rest', () => {
    const events = Array.from({ length: 11 }, (_, i): [number, number] => [i * i, i % 10]);
    expect(bin({ kind: 'count', steps: 3, values: 'counts' }, events).steps.map((s) => s.length)).toEqual([3, 3, 5]);
    expect(bin({ kind: 'count', steps: 3, values: 'counts' }, events.slice(0, 2)).steps).toEqual([[0], [1], []]);
  });

  test('merging two fine steps equals one coarse step, and reuse leaves nothing behind', () => {
    const buffer = new EventBuffer();
    const fine = new Binner(fixed({ steps: 40, dt: 500 }), 50);
    const coarse = new Binner(fixed({ steps: 20, dt: 1000 }), 50);
    for (let round = 0; round < 5; round++) {
      const events: [number, number][] = Array.from({ length: 30_000 >> round }, (_, i) => [
        (i * 7919 * (round + 1)) % 21_000,
        (i * 31 + round) % 50,
      ]);
      const count = (binner: Binner) => {
        buffer.length = 0;
        for (const [t, c] of events) buffer.push(t, c);
        binner.bin(buffer);
        return (from: number, to: number) =>
          Array.from(binner.channels.subarray(binner.offsets[from], binner.offsets[to])).sort((a, b) => a - b);
      };
      const inFine = count(fine);
      const inCoarse = count(coarse);
      for (let t = 0; t < 20; t++)
        expect(inFine(2 * t, 2 * t + 2), `round ${round}, step ${t}`).toEqual(inCoarse(t, t + 1));
    }
  });
});
