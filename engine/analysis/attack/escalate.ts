/** Three searches for the smallest change that fools a network: along the gradient, at random, by trial without gradients. */
import { hashName, Rng } from '../../base/random.ts';
import { type Goal, gradientSteps, type Search, type SearchOutcome, type Way } from './steps.ts';
import type { GradientStep } from './threats/threat.ts';
import { isFooled, type NetworkAnswer } from './victim.ts';

/** What a step has made of a state. `here` and `there`: what the network says of it before and after, where it was asked. */
interface Stepped<S> {
  next: S;
  here?: NetworkAnswer;
  there?: NetworkAnswer;
}
interface Stepper<S> {
  step(ways: readonly Way<S>[], budget: number, iteration: number): Promise<Stepped<S>[]>;
  /** Which answers come with its steps. */
  answers: 'here' | 'there' | 'none';
}

/** Halvings of the last step, whose changes need not all be necessary. */
const HALVINGS = 6;

/** `published`: each step takes all that was sampled, as Liang et al. do, without a budget, and the first success counts as it is. */
export function alongGradient<S>(
  search: Search<S>,
  goals: readonly Goal<S>[],
  { surrogate, turnover, published }: { surrogate: number; turnover: number; published: boolean },
): Promise<SearchOutcome<S>[]> {
  const step: Stepper<S>['step'] = async (ways, budget, iteration) => {
    const stepOf = ({ goal }: Way<S>): GradientStep => ({
      sign: goal.target === undefined ? 1 : -1,
      budget: published ? Number.POSITIVE_INFINITY : budget,
      turnover,
      rng: streamOf(search, goal.index, iteration),
    });
    const told = await gradientSteps(search, surrogate, ways, stepOf);
    return told.map(({ answer, next }, i) => {
      const { now, outcome } = ways[i]!;
      outcome.queries++;
      if (next === undefined) return { next: now, here: answer };
      if (next.random) {
        outcome.randomSteps++;
        if (iteration === 0) outcome.zeroAtStart = true;
      }
      outcome.steps++;
      return { next: next.state, here: answer };
    });
  };
  const means = published ? { halvings: 0, largest: Number.POSITIVE_INFINITY } : undefined;
  return escalate(search, goals, { step, answers: 'here' }, means);
}

export function atRandom<S>(search: Search<S>, goals: readonly Goal<S>[]): Promise<SearchOutcome<S>[]> {
  const step: Stepper<S>['step'] = async (ways, budget, iteration) =>
    ways.map(({ goal, now }) => ({
      next: search.threat.randomStep(now, budget, streamOf(search, goal.index, iteration)),
    }));
  return escalate(search, goals, { step, answers: 'none' });
}

/** In each step, of some proposals the one that the loss likes least stays, if it is no better than what there was. */
export function byTrial<S>(
  search: Search<S>,
  goals: readonly Goal<S>[],
  { proposals }: { proposals: number },
): Promise<SearchOutcome<S>[]> {
  const { threat } = search;
  const answers = new Map<Way<S>, NetworkAnswer>();
  const harm = ({ loss }: NetworkAnswer, goal: Goal<S>): number => (goal.target === undefined ? loss : -loss);
  const step: Stepper<S>['step'] = async (ways, budget, iteration) => {
    const tried = ways.flatMap(({ goal, now }) => {
      const rng = streamOf(search, goal.index, iteration);
      return Array.from({ length: proposals }, (_, pattern) => threat.proposal(now, budget, pattern, rng));
    });
    const said = await askAll(search, ways, tried, proposals);
    if (iteration === 0) {
      const clean = await askNow(search, ways);
      ways.forEach((way, i) => void answers.set(way, clean[i]!));
    }
    return ways.map((way, i) => {
      const own = said.slice(i * proposals, (i + 1) * proposals);
      const fooled = own.findIndex(({ scores }) => isFooled(scores, way.goal.label, way.goal.target));
      const worst = own.reduce(
        (best, answer, j) => (harm(answer, way.goal) > harm(own[best]!, way.goal) ? j : best),
        0,
      );
      const chosen = fooled >= 0 ? fooled : worst;
      const there = own[chosen]!;
      if (fooled < 0 && harm(there, way.goal) < harm(answers.get(way)!, way.goal))
        return { next: way.now, there: answers.get(way)! };
      answers.set(way, there);
      return { next: tried[i * proposals + chosen]!, there };
    });
  };
  return escalate(search, goals, { step, answers: 'there' });
}

async function escalate<S>(
  search: Search<S>,
  goals: readonly Goal<S>[],
  { step, answers }: Stepper<S>,
  { halvings, largest } = { halvings: HALVINGS, largest: search.budgets.at(-1)! },
): Promise<SearchOutcome<S>[]> {
  const { threat, budgets } = search;
  const ways = goals.map((goal): Way<S> => ({ goal, now: goal.clean, outcome: nothing() }));
  const before = new Map<Way<S>, S>(ways.map((way) => [way, way.now]));
  const open = (): Way<S>[] => ways.filter(({ found, lost }) => !found && !lost);
  const arrive = (way: Way<S>, high: S): void => {
    way.found = { low: before.get(way)!, high };
  };
  for (const [iteration, rung] of budgets.entries()) {
    const alive = open();
    if (alive.length === 0) break;
    const stepped = await step(alive, rung, iteration);
    alive.forEach((way, i) => {
      const { next, here, there } = stepped[i]!;
      if (here && isFooled(here.scores, way.goal.label, way.goal.target)) return arrive(way, way.now);
      before.set(way, way.now);
      // float32 currents round the budget up at times.
      if (threat.cost(next) > largest + 1e-6) way.lost = true;
      else way.now = next;
      if (!way.lost && there && isFooled(there.scores, way.goal.label, way.goal.target)) arrive(way, next);
    });
    if (answers === 'none') await look(search, open(), arrive);
  }
  if (answers === 'here') await look(search, open(), arrive);
  await refine(search, ways, halvings);
  return ways.map(({ found, outcome }) =>
    found
      ? { ...outcome, cost: threat.cost(found.high), changes: threat.changes(found.high), state: found.high }
      : outcome,
  );
}

/** Asks where the states are now. */
async function look<S>(search: Search<S>, ways: readonly Way<S>[], arrive: (way: Way<S>, high: S) => void) {
  const said = await askNow(search, ways);
  ways.forEach((way, i) => {
    if (isFooled(said[i]!.scores, way.goal.label, way.goal.target)) arrive(way, way.now);
  });
}

/** Halves the way between the last state that did not fool and the first that did; what fools and costs less is kept. */
async function refine<S>(search: Search<S>, all: readonly Way<S>[], halvings: number): Promise<void> {
  const { threat } = search;
  const ways = all.filter(({ found }) => found);
  const bounds = ways.map((way) => ({ ...way.found!, from: 0, to: 1 }));
  for (let round = 0; round < halvings; round++) {
    const middles = ways.map((_, i) => {
      const { low, high, from, to } = bounds[i]!;
      return threat.between(low, high, (from + to) / 2);
    });
    const tried = ways.flatMap((way, i) =>
      middles[i] === undefined ? [] : [{ way, bound: bounds[i]!, now: middles[i]! }],
    );
    const said = await askNow(
      search,
      tried.map(({ way, now }) => ({ ...way, now })),
    );
    tried.forEach(({ way, bound, now }, k) => {
      const middle = (bound.from + bound.to) / 2;
      if (!isFooled(said[k]!.scores, way.goal.label, way.goal.target)) bound.from = middle;
      else {
        bound.to = middle;
        if (threat.cost(now) < threat.cost(way.found!.high)) way.found!.high = now;
      }
    });
  }
}

function askNow<S>(search: Search<S>, ways: readonly Way<S>[]): Promise<NetworkAnswer[]> {
  return askAll(
    search,
    ways,
    ways.map(({ now }) => now),
    1,
  );
}

/** `each` states of each way, one way after the other. */
async function askAll<S>(
  { threat, victim }: Search<S>,
  ways: readonly Way<S>[],
  states: readonly S[],
  each: number,
): Promise<NetworkAnswer[]> {
  for (const { outcome } of ways) outcome.queries += each;
  return victim.ask(
    states.map((state, i) => {
      const { label, target } = ways[Math.floor(i / each)]!.goal;
      return { ...threat.sample(state), label: target ?? label };
    }),
  );
}

function streamOf<S>({ seed, name }: Search<S>, index: number, iteration: number): Rng {
  return new Rng().reset(seed, hashName(`attack/${name}`), index, iteration);
}

function nothing<S>(): SearchOutcome<S> {
  return {
    cost: undefined,
    changes: undefined,
    queries: 0,
    zeroAtStart: false,
    randomSteps: 0,
    steps: 0,
    state: undefined,
  };
}
