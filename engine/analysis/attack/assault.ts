/** One kind of change: its attacks on chunk after chunk of samples, and what has become of them so far. */
import type { AttackExample, AttackKind, AttackKindResult } from '../../../protocol/analyses/attack.ts';
import type { Sample } from '../../backends/backend.ts';
import type { PreparedDataset } from '../../datasets/dataset.ts';
import type { AnalysisParams } from '../../experiment/schema.ts';
import { alongGradient, atRandom, byTrial, type Goal, type Outcome, type Search } from './escalate.ts';
import { inputsOf } from './examples.ts';
import { outcomesOf, rounded, sharesWithin, type Tally } from './tally.ts';
import { Currents, rangeOf } from './threats/currents.ts';
import { Flips } from './threats/flips.ts';
import { Retiming } from './threats/retiming.ts';
import { ladder, type Threat } from './threats/threat.ts';
import { verdictOf } from './verdict.ts';
import { classOf, type Victim } from './victim.ts';

type Params = AnalysisParams<'attack'>;

export interface Assault {
  go(
    indices: readonly number[],
    samples: readonly Sample[],
    targets: readonly (number | undefined)[],
    onPart: (part: number) => void,
  ): Promise<void>;
  /** @param events of all samples so far */
  result(events: readonly number[]): AttackKindResult;
  /** Whether an earlier result has so many samples of the same attacks. */
  fits(earlier: AttackKindResult, done: number): boolean;
  takeOver(earlier: AttackKindResult): void;
}

export function assaultsOn(
  data: PreparedDataset,
  params: Params,
  widths: readonly number[],
  victim: Victim,
): Assault[] {
  const common = { params, widths, victim, grid: data };
  if (data.encoding === 'current')
    return [assault({ ...common, kind: 'currents', threat: new Currents(rangeOf(data)) })];
  const totalShift = params.totalShift === 'any' ? Number.POSITIVE_INFINITY : params.totalShift;
  return params.kinds.map((kind) =>
    kind === 'flips'
      ? assault({ ...common, kind, threat: new Flips(data) })
      : assault({ ...common, kind, threat: new Retiming(data, { maxShift: params.maxShift, totalShift }) }),
  );
}

interface Setting<S> {
  kind: AttackKind;
  threat: Threat<S>;
  params: Params;
  widths: readonly number[];
  victim: Victim;
  grid: { steps: number; inputs: number };
}

function assault<S>({ kind, threat, params, widths, victim, grid }: Setting<S>): Assault {
  const { seed, iterations, turnover, published, proposals } = params;
  const budgets = kind === 'currents' ? params.currentBudgets : params.budgets;
  const smallest = kind === 'currents' ? budgets[0]! : 1;
  const rungs = ladder(smallest, budgets.at(-1)!, iterations, kind !== 'currents');
  const search = (name: string): Search<S> => ({ threat, victim, seed, name: `${kind}/${name}`, budgets: rungs });
  const tally = (method: Tally['method'], width = 1): Tally => ({ method, width, costs: [], rows: [] });
  const attacks: { tally: Tally; run: (goals: Goal<S>[]) => Promise<Outcome<S>[]> }[] = [
    ...widths.map((width, surrogate) => ({
      tally: tally('gradient', width),
      // The same draws for all widths, whose differences are then those of the gradients.
      run: (goals: Goal<S>[]) => alongGradient(search('gradient'), goals, { surrogate, turnover, published }),
    })),
    { tally: tally('random'), run: (goals) => atRandom(search('random'), goals) },
    { tally: tally('search'), run: (goals) => byTrial(search('search'), goals, { proposals }) },
  ];
  const examples: AttackExample[] = [];

  const keep = async (goals: readonly Goal<S>[], outcomes: readonly Outcome<S>[], width: number): Promise<void> => {
    for (const [i, { state, cost }] of outcomes.entries()) {
      if (examples.length >= params.examples) return;
      if (state === undefined || cost === undefined) continue;
      const { index, label, clean } = goals[i]!;
      const adversarial = threat.sample(state);
      const inputs = inputsOf(grid, threat.sample(clean), adversarial);
      if (!inputs) continue;
      const [answer] = await victim.ask([adversarial]);
      const taken = classOf(answer!.scores);
      examples.push({ index, label, taken, method: 'gradient', width, cost: rounded(cost), ...inputs });
    }
  };

  return {
    async go(indices, samples, targets, onPart) {
      const goals = samples.map(
        (sample, i): Goal<S> => ({
          index: indices[i]!,
          label: sample.label,
          target: targets[i],
          clean: threat.start(sample),
        }),
      );
      for (const [a, { tally, run }] of attacks.entries()) {
        const outcomes = await run(goals);
        for (const outcome of outcomes) {
          tally.costs.push(outcome.cost === undefined ? null : rounded(outcome.cost));
          tally.rows.push(rowOf(outcome));
        }
        if (a === 0) await keep(goals, outcomes, tally.width);
        onPart((a + 1) / attacks.length);
      }
    },
    result(events) {
      const shares = kind === 'currents' ? [] : sharesWithin(params.shares, budgets.at(-1)!, events);
      const outcomes = attacks.map((attack) => outcomesOf(attack.tally, budgets, shares, events));
      const totalShift = params.totalShift === 'any' ? null : params.totalShift;
      return {
        kind,
        budgets,
        shares,
        limits: kind === 'retiming' ? { maxShift: params.maxShift, totalShift } : null,
        attacks: outcomes,
        verdict: verdictOf(kind, outcomes, budgets.at(-1)),
        examples,
      };
    },
    fits: (earlier, done) =>
      earlier.kind === kind &&
      earlier.attacks.length === attacks.length &&
      earlier.attacks.every(
        ({ method, width, costs, rows }, a) =>
          method === attacks[a]!.tally.method &&
          width === attacks[a]!.tally.width &&
          costs.length === done &&
          rows.length === done,
      ),
    takeOver(earlier) {
      earlier.attacks.forEach(({ costs, rows }, a) => {
        attacks[a]!.tally.costs.push(...costs);
        attacks[a]!.tally.rows.push(...rows);
      });
      examples.push(...earlier.examples);
    },
  };
}

/** In the order of ROW. */
function rowOf<S>({ changes, queries, zeroAtStart, randomSteps, steps }: Outcome<S>): number[] {
  const { added, removed, shift, largestShift } = changes ?? { added: 0, removed: 0, shift: 0, largestShift: 0 };
  return [added, removed, shift, largestShift, queries, zeroAtStart ? 1 : 0, randomSteps, steps];
}
