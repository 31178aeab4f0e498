/** One kind of change: its attacks on chunk after chunk of samples, and what has become of them so far. */
import type { AttackExample, AttackKind, AttackKindResult } from '../../../protocol/analyses/attack.ts';
import type { Sample } from '../../backends/backend.ts';
import type { PreparedDataset } from '../../datasets/dataset.ts';
import type { AnalysisParams } from '../../experiment/schema.ts';
import { rounded } from '../numbers.ts';
import { alongGradient, atRandom, byTrial } from './escalate.ts';
import { inputsOf } from './examples.ts';
import type { Goal, Search, SearchOutcome } from './steps.ts';
import { outcomesOf, sharesWithin, type Tally } from './tally.ts';
import { Currents, currentRangeOf } from './threats/currents.ts';
import { Flips } from './threats/flips.ts';
import { Retiming } from './threats/retiming.ts';
import { ladder, type Threat } from './threats/threat.ts';
import { verdictOf } from './verdict.ts';
import { classOf, type Victim } from './victim.ts';

type Params = AnalysisParams<'attack'>;

export interface Assault {
  attack(
    indices: readonly number[],
    samples: readonly Sample[],
    targets: readonly (number | undefined)[],
    onPart: (part: number) => void,
  ): Promise<void>;
  /** @param events of all samples so far */
  result(events: readonly number[]): AttackKindResult;
  /** Whether an earlier result has this many samples of the same attacks. */
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
    return [new KindOfAttack({ ...common, kind: 'currents', threat: new Currents(currentRangeOf(data)) })];
  const totalShift = params.totalShift === 'any' ? Number.POSITIVE_INFINITY : params.totalShift;
  return params.kinds.map((kind) =>
    kind === 'flips'
      ? new KindOfAttack({ ...common, kind, threat: new Flips(data) })
      : new KindOfAttack({ ...common, kind, threat: new Retiming(data, { maxShift: params.maxShift, totalShift }) }),
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

interface Method<S> {
  tally: Tally;
  run: (goals: Goal<S>[]) => Promise<SearchOutcome<S>[]>;
}

/** Gradients of every width, chance and a search without gradients. */
function methodsOf<S>({ kind, threat, params, widths, victim }: Setting<S>, budgets: readonly number[]): Method<S>[] {
  const { seed, iterations, turnover, published, proposals } = params;
  const smallest = kind === 'currents' ? budgets[0]! : 1;
  const rungs = ladder(smallest, budgets.at(-1)!, iterations, kind !== 'currents');
  const search = (name: string): Search<S> => ({ threat, victim, seed, name: `${kind}/${name}`, budgets: rungs });
  const tally = (method: Tally['method'], width = 1): Tally => ({ method, width, costs: [], rows: [] });
  return [
    ...widths.map((width, surrogate) => ({
      tally: tally('gradient', width),
      // The same draws for all widths, whose differences are then those of the gradients.
      run: (goals: Goal<S>[]) => alongGradient(search('gradient'), goals, { surrogate, turnover, published }),
    })),
    { tally: tally('random'), run: (goals) => atRandom(search('random'), goals) },
    { tally: tally('search'), run: (goals) => byTrial(search('search'), goals, { proposals }) },
  ];
}

/** One kind of change, and every method that looks for it. */
class KindOfAttack<S> implements Assault {
  private readonly budgets: number[];
  private readonly methods: readonly Method<S>[];
  private readonly examples: AttackExample[] = [];

  constructor(private readonly setting: Setting<S>) {
    const { kind, params } = setting;
    this.budgets = kind === 'currents' ? params.currentBudgets : params.budgets;
    this.methods = methodsOf(setting, this.budgets);
  }

  async attack(
    indices: readonly number[],
    samples: readonly Sample[],
    targets: readonly (number | undefined)[],
    onPart: (part: number) => void,
  ): Promise<void> {
    const goals = samples.map(
      (sample, i): Goal<S> => ({
        index: indices[i]!,
        label: sample.label,
        target: targets[i],
        clean: this.setting.threat.start(sample),
      }),
    );
    let ended = 0;
    // While the network answers one method, others make their next inputs of what it told them. No draw hangs on the order.
    const all = await Promise.allSettled(
      this.methods.map(async ({ tally, run }, m) => {
        const outcomes = await run(goals);
        for (const outcome of outcomes) {
          tally.costs.push(outcome.cost === undefined ? null : rounded(outcome.cost));
          tally.rows.push(rowOf(outcome));
        }
        if (m === 0) await this.keepExamples(goals, outcomes, tally.width);
        onPart(++ended / this.methods.length);
      }),
    );
    for (const one of all) if (one.status === 'rejected') throw one.reason;
  }

  /** The first samples that were fooled, with what they looked like before and after. */
  private async keepExamples(
    goals: readonly Goal<S>[],
    outcomes: readonly SearchOutcome<S>[],
    width: number,
  ): Promise<void> {
    const { grid, params, threat, victim } = this.setting;
    for (const [i, { state, cost }] of outcomes.entries()) {
      if (this.examples.length >= params.examples) return;
      if (state === undefined || cost === undefined) continue;
      const { index, label, clean } = goals[i]!;
      const adversarial = threat.sample(state);
      const inputs = inputsOf(grid, threat.sample(clean), adversarial);
      if (!inputs) continue;
      const [answer] = await victim.ask([adversarial]);
      const taken = classOf(answer!.scores);
      this.examples.push({ index, label, taken, method: 'gradient', width, cost: rounded(cost), ...inputs });
    }
  }

  result(events: readonly number[]): AttackKindResult {
    const { budgets, examples } = this;
    const { kind, params } = this.setting;
    const shares = kind === 'currents' ? [] : sharesWithin(params.shares, budgets.at(-1)!, events);
    const attacks = this.methods.map(({ tally }) => outcomesOf(tally, budgets, shares, events));
    const totalShift = params.totalShift === 'any' ? null : params.totalShift;
    return {
      kind,
      budgets,
      shares,
      limits: kind === 'retiming' ? { maxShift: params.maxShift, totalShift } : null,
      attacks,
      verdict: verdictOf(kind, attacks, budgets.at(-1)),
      examples,
    };
  }

  fits(earlier: AttackKindResult, done: number): boolean {
    return (
      earlier.kind === this.setting.kind &&
      earlier.attacks.length === this.methods.length &&
      earlier.attacks.every(({ method, width, costs, rows }, m) => {
        const { tally } = this.methods[m]!;
        return method === tally.method && width === tally.width && costs.length === done && rows.length === done;
      })
    );
  }

  takeOver(earlier: AttackKindResult): void {
    earlier.attacks.forEach(({ costs, rows }, m) => {
      this.methods[m]!.tally.costs.push(...costs);
      this.methods[m]!.tally.rows.push(...rows);
    });
    this.examples.push(...earlier.examples);
  }
}

/** In the order of ROW. */
function rowOf<S>({ changes, queries, zeroAtStart, randomSteps, steps }: SearchOutcome<S>): number[] {
  const { added, removed, shift, largestShift } = changes ?? { added: 0, removed: 0, shift: 0, largestShift: 0 };
  return [added, removed, shift, largestShift, queries, zeroAtStart ? 1 : 0, randomSteps, steps];
}
