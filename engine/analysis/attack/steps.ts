/** One step along the gradient of each sample under attack. */
import type { Changes, GradientStep, Threat } from './threats/threat.ts';
import { isFooled, type NetworkAnswer, type Victim } from './victim.ts';

/** A sample to be attacked, under its number in the split: all that is drawn for it is named by that. */
export interface Goal<S> {
  index: number;
  label: number;
  /** The class that it is to be taken for; undefined: any but its own. */
  target: number | undefined;
  clean: S;
}

export interface SearchOutcome<S> {
  /** undefined: never fooled, within the largest budget where there is one. */
  cost: number | undefined;
  changes: Changes | undefined;
  /** Samples that the network was asked, gradients included. */
  queries: number;
  /** Whether dL/dx of the clean input is zero everywhere, and how many steps were random for such a reason. */
  zeroAtStart: boolean;
  randomSteps: number;
  steps: number;
  /** The adversarial input. */
  state: S | undefined;
}

export interface Search<S> {
  threat: Threat<S>;
  victim: Victim;
  seed: number;
  /** Names the streams of this attack. */
  name: string;
  /** Budgets of the steps, ascending (ladder); the last one is the largest. */
  budgets: readonly number[];
}

export interface Way<S> {
  goal: Goal<S>;
  now: S;
  outcome: SearchOutcome<S>;
  /** The last state that did not fool and the first that did. */
  found?: { low: S; high: S };
  lost?: true;
}

interface GradientTold<S> {
  answer: NetworkAnswer;
  /** undefined: fooled already. */
  next: { state: S; random: boolean } | undefined;
}

/** Steps along the gradient: of each sample as much of it is asked for as its step needs. */
export async function gradientSteps<S>(
  { threat, victim }: Search<S>,
  surrogate: number,
  ways: readonly Way<S>[],
  stepOf: (way: Way<S>) => GradientStep,
): Promise<GradientTold<S>[]> {
  const samples = ways.map(({ goal, now }) => ({ ...threat.sample(now), label: goal.target ?? goal.label }));
  const states = ways.map(({ now }) => now);
  const { bySlopes } = threat;
  const first = stepOf(ways[0]!);
  const done: (GradientTold<S> | undefined)[] = ways.map(() => undefined);
  for (let tries = 0; bySlopes && Number.isFinite(first.budget) && done.includes(undefined); tries++) {
    // All of them each time: what a network says of a sample may hang on those beside it, to the bit.
    const wanted = Uint32Array.from(ways, ({ now }, i) => (done[i] ? 0 : bySlopes.wanted(now, first, tries)));
    const told = await victim.slopes(surrogate, samples, bySlopes.ask(states, wanted, first));
    if (!told) break;
    told.forEach(({ answer, slopes, gradient }, i) => {
      const { goal, now } = ways[i]!;
      if (done[i]) return;
      if (isFooled(answer.scores, goal.label, goal.target)) done[i] = { answer, next: undefined };
      else {
        const step = stepOf(ways[i]!);
        const next = gradient ? threat.gradientStep(now, gradient, step) : slopes && bySlopes.step(now, slopes, step);
        if (next) done[i] = { answer, next };
      }
    });
  }
  if (!done.includes(undefined)) return done as GradientTold<S>[];
  const whole = await victim.gradients(surrogate, samples);
  return whole.map(({ answer, gradient }, i) => {
    const { goal, now } = ways[i]!;
    const fooled = isFooled(answer.scores, goal.label, goal.target);
    return { answer, next: fooled ? undefined : threat.gradientStep(now, gradient, stepOf(ways[i]!)) };
  });
}
