import { describe, expect, test } from 'vitest';
import { stream } from '../../../engine/base/random.ts';
import { type SeedValue, verdictsOf } from '../../../engine/claims/verdicts.ts';
import { pText, seedsNeeded, type Verdict } from '../../../protocol/comparison/verdicts.ts';

const seeded = (values: readonly number[]): SeedValue[] => values.map((value, i) => ({ seed: i + 1, value }));

function judge(baseline: readonly number[], ...others: (readonly number[] | 'identical')[]): Verdict[] {
  const candidates = others.map((values, i) => ({
    variant: `v${i}`,
    identical: values === 'identical',
    values: seeded(values === 'identical' ? baseline : values),
  }));
  return verdictsOf({ variant: 'baseline', values: seeded(baseline) }, candidates, baseline.length);
}

const BASE = [0.7, 0.71, 0.72, 0.69, 0.73, 0.7];
const raised = (by: number): number[] => BASE.map((value, i) => value + by + i / 10_000);

describe('the verdict', () => {
  test.each<[string, Verdict[], string]>([
    [
      'one variant that is better in each of 6 seeds',
      judge(BASE, raised(0.021)),
      'better by 2.1 points (6 seeds, exact sign-flip p = .031)',
    ],
    ['one that is worse', judge(BASE, raised(-0.05)), 'worse by 5.0 points (6 seeds, exact sign-flip p = .031)'],
    ['3 seeds', judge(BASE.slice(0, 3), raised(0.2).slice(0, 3)), 'undecided: 3 seeds cannot decide at 5 %; 6 could'],
    ['1 seed', judge([0.5], [0.9]), 'undecided: 1 seed cannot decide at 5 %; 6 could'],
    ['the same settings', judge(BASE, 'identical'), 'identical settings'],
    ['nothing finished', judge(BASE, []), 'no paired seeds'],
    [
      'seeds that contradict each other',
      judge(
        BASE,
        BASE.map((v, i) => v + (i % 2 ? 0.01 : -0.012)),
      ),
      'no difference seen: −0.1 points, 95 % interval −1.4 to +1.2 (6 seeds, exact sign-flip p = .72)',
    ],
    ['5 of 6 seeds', judge(BASE, raised(0.02).slice(0, 5)), 'undecided: 5 of 6 seeds cannot decide at 5 %; 6 could'],
  ])('of %s', (_, [verdict], sentence) => expect(verdict!.sentence).toBe(sentence));

  test('p by hand: of 64 patterns, the 18 whose signs all but cancel are nearer to 0 than three −0.012 and three +0.01', () => {
    const [verdict] = judge(
      BASE,
      BASE.map((v, i) => v + (i % 2 ? 0.01 : -0.012)),
    );
    expect(verdict!.paired!.p).toBe(46 / 64);
  });

  test('among several variants takes more seeds: Holm over all of them, those that have not run included', () => {
    const [first, second] = judge(BASE, raised(0.1), [], [], []);
    expect(first!.sentence).toBe('undecided: 6 seeds cannot decide at 5 % among 4 variants; 8 could');
    expect(first!.holm).toEqual({ p: 0.125, over: 4 });
    expect(second!.kind).toBe('unpaired');
    const eight = [...BASE, 0.7, 0.71];
    const up = (by: number): number[] => eight.map((value, i) => value + by + i / 10_000);
    expect(judge(eight, up(0.1), up(-0.1), up(0.2), up(0.3)).map(({ sentence }) => sentence)).toEqual([
      'better by 10.0 points (8 seeds, exact sign-flip p = .031, Holm over 4)',
      'worse by 10.0 points (8 seeds, exact sign-flip p = .031, Holm over 4)',
      'better by 20.0 points (8 seeds, exact sign-flip p = .031, Holm over 4)',
      'better by 30.0 points (8 seeds, exact sign-flip p = .031, Holm over 4)',
    ]);
  });

  test('identical variants are no comparison: they cost the others nothing', () => {
    const [twin, other] = judge(BASE, 'identical', raised(0.02));
    expect([twin!.kind, other!.sentence]).toEqual([
      'identical',
      'better by 2.0 points (6 seeds, exact sign-flip p = .031)',
    ]);
  });

  test('pairs by seed, whatever the order; what has no partner, or is no number, is left out', () => {
    const candidate = [
      { seed: 3, value: 0.5 },
      { seed: 1, value: 0.9 },
      { seed: 9, value: 0.1 },
      { seed: 2, value: Number.NaN },
    ];
    const against = { variant: 'a', values: seeded([0.8, 0.8, 0.25]) };
    const [verdict] = verdictsOf(against, [{ variant: 'b', identical: false, values: candidate }], 4);
    expect(verdict!.paired!.seeds).toEqual([1, 3]);
    expect(verdict!.paired!.differences).toEqual([expect.closeTo(0.1, 12), 0.25]);
  });

  test('more than 20 seeds say that they were sampled', () => {
    const many = Array.from({ length: 30 }, (_, i) => 0.5 + i / 1000);
    const [verdict] = judge(
      many,
      many.map((v) => v + 0.1),
    );
    expect(verdict!.sentence).toBe('better by 10.0 points (30 seeds, sampled sign-flip p < .001)');
  });
});

test('the seeds that are needed are those from which on one outcome is below 5 %', () => {
  for (let over = 1; over <= 500; over++) {
    const n = seedsNeeded(over);
    expect(over * 2 ** (1 - n), `${over} variants, ${n} seeds`).toBeLessThanOrEqual(0.05);
    expect(over * 2 ** (2 - n), `${over} variants, ${n - 1} seeds`).toBeGreaterThan(0.05);
  }
});

test('p in two digits', () => {
  expect([1, 0.996, 0.25, 0.0625, 0.03125, 0.0078125, 0.00192, 0.00005].map(pText)).toEqual([
    ...['p = 1', 'p = 1.00', 'p = .25', 'p = .063', 'p = .031', 'p = .0078', 'p = .0019', 'p < .001'],
  ]);
});

describe('studies without any difference', () => {
  /** Accuracy of one seed on 500 samples: its network is a little better or worse, its test set another draw. */
  function accuracy(rng: ReturnType<typeof stream>): number {
    const skill = 0.8 + 0.02 * rng.normal();
    let right = 0;
    for (let i = 0; i < 500; i++) right += rng.uniform() < skill ? 1 : 0;
    return right / 500;
  }

  /** Share of studies with a false "better" or "worse" anywhere. */
  function falseAlarms(seeds: number, variants: number, studies: number): number {
    let alarms = 0;
    for (let study = 0; study < studies; study++) {
      const rng = stream(study, 'a-a', seeds, variants);
      const draw = () => Array.from({ length: seeds }, () => accuracy(rng));
      const verdicts = judge(draw(), ...Array.from({ length: variants }, draw));
      if (verdicts.some(({ kind }) => kind === 'better' || kind === 'worse')) alarms++;
    }
    return alarms / studies;
  }

  test.each([
    [3, 1],
    [5, 4],
    [7, 4],
  ])('%i seeds of %i variants never decide', (seeds, variants) => expect(falseAlarms(seeds, variants, 100)).toBe(0));

  // With one variant the chance is known: the most patterns of 2^n that are no more than 5 %. Ties make it smaller.
  test.each([
    [6, 1, 2 / 64],
    [10, 1, 50 / 1024],
    [9, 4, 0.05],
  ])('%i seeds of %i variants raise a false alarm in no more than 5 % of the studies', (seeds, variants, chance) => {
    const studies = 600;
    const alarms = falseAlarms(seeds, variants, studies);
    expect(chance).toBeLessThanOrEqual(0.05);
    expect(alarms).toBeLessThan(chance + 4 * Math.sqrt((chance * (1 - chance)) / studies));
    if (variants === 1)
      expect(alarms, 'it does decide').toBeGreaterThan(chance - 4 * Math.sqrt(chance / studies) - 0.01);
  });
});
