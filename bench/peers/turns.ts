/** Everybody measured in turns, so that a slower minute of the machine hits all of them. */
import { type Spread, spread } from '../statistics.ts';
import type { Contender, Loaded } from './contenders.ts';

export interface Measured extends Loaded {
  label: string;
  /** Samples/s of training. */
  rate: Spread;
  rates: number[];
  /** How many times faster the first contender was, turn by turn. */
  ratio?: Spread;
}

/** Lets what the last one left running (threads that spin for work) come to rest. */
const PAUSE_MS = 300;

/** `first` is loaded already. Who fails is named and left out. */
export async function measureInTurns(
  first: { contender: Contender; loaded: Loaded },
  others: Contender[],
  { threads, repeats, seconds }: { threads: number; repeats: number; seconds: number },
): Promise<Measured[]> {
  const taking = [{ ...first, rates: [] as number[] }];
  const without = ({ label }: Contender, error: unknown): void =>
    console.log(`Without ${label}: ${(error as Error).message}.`);
  for (const contender of others)
    try {
      const loaded = await contender.load(threads);
      sameActivity(first.loaded, loaded);
      taking.push({ contender, loaded, rates: [] });
    } catch (error) {
      without(contender, error);
    }
  for (let repeat = 0; repeat < repeats; repeat++) {
    const start = repeat % taking.length;
    for (const one of [...taking.slice(start), ...taking.slice(0, start)])
      try {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        const { samples, seconds: spent } = await one.contender.train(seconds);
        one.rates.push(samples / spent);
      } catch (error) {
        without(one.contender, error);
        taking.splice(taking.indexOf(one), 1);
      }
  }
  const base = taking[0]!.rates;
  return taking.map(({ contender: { label }, loaded, rates }, i) => ({
    label,
    ...loaded,
    rate: spread(rates),
    rates,
    ...(i > 0 && { ratio: spread(rates.map((rate, r) => base[r]! / rate)) }),
  }));
}

/** Over a whole batch, some potentials lie so close to the threshold that rounding decides; not one in a thousand. */
function sameActivity(ours: Loaded, theirs: Loaded): void {
  if (typeof ours.activity !== 'number' || typeof theirs.activity !== 'number' || ours.batch !== theirs.batch) return;
  if (!(Math.abs(theirs.activity / ours.activity - 1) < 1e-3))
    throw new Error(`its hidden activity is ${theirs.activity}, ours ${ours.activity}`);
}
