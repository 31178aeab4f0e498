/** From observations to one cause: the table, row by row and where rows meet. */
import { describe, expect, test } from 'vitest';
import { diagnose, type LayerSeen, type Seen } from '../../../engine/training/health/diagnose.ts';
import { CAUSES } from '../../../protocol/warnings.ts';

const lively: LayerSeen = { fired: { part: 120, of: 1000 }, window: { part: 300, of: 1000 }, leak: 0.8 };
const silent: LayerSeen = { ...lively, fired: { part: 0, of: 1000 }, window: { part: 0, of: 1000 } };
const saturated: LayerSeen = { ...lively, fired: { part: 990, of: 1000 }, window: { part: 0, of: 1000 } };
/** Fires at nearly every potential above 0, which is at half of all: whatever its threshold is. */
const unheld: LayerSeen = { ...lively, fired: { part: 420, of: 1000 }, reached: { part: 8620, of: 8630 } };
const blind: LayerSeen = { ...lively, window: { part: 0, of: 4000 } };
/** Has fired in the epoch, and no more in the probe. */
const died: LayerSeen = { ...blind, firedNow: { part: 0, of: 4000 } };
const diedSmall: LayerSeen = { ...died, firedNow: { part: 0, of: 50 }, window: { part: 0, of: 50 } };
const ended: LayerSeen = { ...lively, leak: 0.9995 };
const healthy: Seen = {
  layers: [lively, lively],
  moved: 0.3,
  updates: 5000,
  samples: 60_000,
  loss: 0.4,
  accuracy: 0.9,
  classes: 10,
  lossKind: 'cross-entropy',
  mayGuess: { updates: 100, moved: 20 },
};
const lost = { loss: Math.log(10) + 0.001, accuracy: 0.101 };

test('a healthy network has nothing', () => expect(diagnose(healthy)).toBeUndefined());

describe('one cause, the deepest', () => {
  test.each<[string, Partial<Seen>, ReturnType<typeof diagnose>]>([
    ['the lowest silent layer', { layers: [lively, silent, silent], moved: 0, ...lost }, { cause: 'silent', layer: 1 }],
    [
      'a layer that hardly fires, far from the threshold',
      { layers: [{ fired: { part: 4, of: 10_000 }, window: { part: 5, of: 10_000 } }] },
      { cause: 'silent', layer: 0 },
    ],
    ['silence before what always fires', { layers: [saturated, silent] }, { cause: 'silent', layer: 1 }],
    ['the lowest that always fires', { layers: [saturated, saturated], ...lost }, { cause: 'saturated', layer: 0 }],
    ['a threshold that decides nothing', { layers: [lively, unheld] }, { cause: 'saturated', layer: 1 }],
    ['the highest empty window', { layers: [blind, blind, lively], moved: 0 }, { cause: 'blind', layer: 1 }],
    [
      'a small empty window under weights that stand still',
      { layers: [{ ...lively, window: { part: 0, of: 50 } }], moved: 0 },
      { cause: 'blind', layer: 0 },
    ],
    ['the lowest that died within the epoch', { layers: [lively, died, died] }, { cause: 'silent', layer: 1 }],
    ['however few of its potentials were seen', { layers: [diedSmall, died] }, { cause: 'silent', layer: 0 }],
    [
      'above an empty window',
      { layers: [{ ...blind, firedNow: { part: 9, of: 4000 } }, diedSmall] },
      { cause: 'silent', layer: 1 },
    ],
    [
      'not one that seldom fired before',
      {
        layers: [
          { ...blind, firedNow: { part: 9, of: 4000 } },
          { ...diedSmall, fired: { part: 30, of: 1000 } },
        ],
      },
      { cause: 'blind', layer: 0 },
    ],
    [
      'an empty window of a layer that still fires',
      { layers: [{ ...blind, firedNow: { part: 1, of: 4000 } }] },
      { cause: 'blind', layer: 0 },
    ],
    [
      'a small probe that fires no more, twice without any gradient',
      { layers: [lively, diedSmall], flat: true, ...lost },
      { cause: 'silent', layer: 1 },
    ],
    [
      'a small empty window that fires, twice without any gradient',
      { layers: [{ ...diedSmall, firedNow: { part: 3, of: 50 } }, lively], flat: true, ...lost },
      { cause: 'blind', layer: 0 },
    ],
    ['weights that stand still', { moved: 1e-6, ...lost }, { cause: 'still' }],
    ['a leak at 1', { layers: [ended, lively], ...lost }, { cause: 'leak', layer: 0 }],
    ['a leak at 0', { layers: [lively, { leak: 1e-4 }] }, { cause: 'leak', layer: 1 }],
    ['a loss of guessing alone', lost, { cause: 'guessing' }],
    [
      'that loss early, of weights that have moved by a tenth',
      { ...lost, updates: 20, moved: 0.1 },
      { cause: 'guessing' },
    ],
    [
      'of recordings of a camera a little later',
      { ...lost, updates: 50, mayGuess: { updates: 500, moved: 50 } },
      { cause: 'guessing' },
    ],
    [
      'of recordings of sound once the weights have moved',
      { ...lost, updates: 100, mayGuess: { updates: 500, moved: 100 } },
      { cause: 'guessing' },
    ],
    ['a loss above it, too', { ...lost, loss: 2.9 }, { cause: 'guessing' }],
    ['an accuracy that few samples give by chance', { ...lost, samples: 200, accuracy: 0.14 }, { cause: 'guessing' }],
    ['that of a mean squared error', { lossKind: 'mse', loss: 0.0901, accuracy: 0.1 }, { cause: 'guessing' }],
  ])('%s', (_what, seen, finding) => expect(diagnose({ ...healthy, ...seen })).toEqual(finding));

  test('the order is that of the words for it', () => {
    const all = [silent, saturated, blind, ended];
    const worst: Seen = { ...healthy, layers: all, moved: 0, ...lost };
    const order: string[] = [];
    // Each cause in turn is taken away.
    for (const better of [
      { layers: all },
      { layers: [saturated, blind, ended] },
      { layers: [blind, ended] },
      { layers: [ended] },
      { layers: [ended], moved: 1 },
      { layers: [lively], moved: 1 },
    ])
      order.push(diagnose({ ...worst, ...better })!.cause);
    expect(order).toEqual([...CAUSES]);
  });
});

test.each<[string, Partial<Seen>]>([
  ['layers whose spikes nobody reads', { layers: [lively, {}] }],
  ['a layer that fires half of the time', { layers: [{ ...unheld, reached: { part: 7200, of: 8630 } }] }],
  ['one that seldom fires, then at whatever comes', { layers: [{ ...unheld, fired: { part: 30, of: 1000 } }] }],
  [
    'few potentials above 0, all of which reach the threshold',
    { layers: [{ ...unheld, reached: { part: 100, of: 100 } }] },
  ],
  ['a layer that hardly fires, but nearly', { layers: [{ ...lively, fired: { part: 4, of: 10_000 } }] }],
  ['a window of which too few potentials were seen', { layers: [{ ...lively, window: { part: 0, of: 2000 } }] }],
  ['a layer that did not fire in a probe too small to tell', { layers: [diedSmall] }],
  ['answers that are all right and so have no gradient', { layers: [lively, diedSmall], flat: true }],
  ['weights of which it is too early to speak', { moved: undefined as never }],
  ['a loss of guessing in the first updates', { ...lost, updates: 99, moved: 0.09 }],
  ['before the twentieth, however far the weights have moved', { ...lost, updates: 19 }],
  ['of recordings before the fiftieth', { ...lost, updates: 49, mayGuess: { updates: 500, moved: 50 } }],
  ['that of a task with a delay', { ...lost, updates: 1999, mayGuess: { updates: 2000 } }],
  ['that loss with a good accuracy', { ...lost, accuracy: 0.3 }],
  ['a loss just below', { loss: Math.log(10) - 0.01, accuracy: 0.101 }],
])('%s: nothing is said', (_what, seen) => expect(diagnose({ ...healthy, ...seen })).toBeUndefined());
