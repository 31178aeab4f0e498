import { describe, expect, test } from 'vitest';
import { missingOf, offerFor, shownAs } from '../../../extension/testing/outcomes.ts';
import type { ClaimOutcome } from '../../../protocol/comparison/claims.ts';

describe('expectations as tests', () => {
  test('what is undecided or has not run is neither passed nor failed, and says so', () => {
    const shown = (outcome: ClaimOutcome) => shownAs({ outcome, sentence: 'why\u001b[31m' });
    expect((['pass', 'fail', 'undecided', 'not run'] as const).map((outcome) => shown(outcome).state)).toEqual([
      ...['passed', 'failed', 'skipped', 'skipped'],
    ]);
    expect([shown('undecided').description, shown('fail').description]).toEqual(['undecided', '']);
    expect(shown('fail').message, 'nothing commands a terminal').not.toContain('\u001b');
  });

  test('offer what is missing, once for each seed', () => {
    const missing = [
      { missing: [{ variant: 'a', seeds: [3, 1] }] },
      {
        missing: [
          { variant: 'a', seeds: [1, 2] },
          { variant: 'b', seeds: [1] },
        ],
      },
    ];
    expect(missingOf(missing)).toEqual(
      new Map([
        ['a', [1, 2, 3]],
        ['b', [1]],
      ]),
    );
    expect(offerFor(missing)).toBe('4 runs of these expectations are missing.');
    expect(offerFor([{ missing: [] }])).toBeUndefined();
  });
});
