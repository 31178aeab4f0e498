/** Pairs of a clean and an adversarial input, small enough to be kept. */
import type { AttackExample } from '../../../protocol/analyses/attack.ts';
import type { Sample } from '../../backends/backend.ts';
import { rounded } from '../numbers.ts';
import { MAX_EVENTS } from './result.ts';
import { eventsOf, type Grid } from './threats/bins.ts';

type Inputs = Pick<AttackExample, 'clean' | 'added' | 'removed' | 'adversarial'>;

/** undefined: too large. */
export function inputsOf(grid: Grid, clean: Sample, adversarial: Sample): Inputs | undefined {
  if ('current' in clean && 'current' in adversarial) {
    if (clean.current.length > MAX_EVENTS) return undefined;
    const values = (current: ArrayLike<number>) => Array.from(current, (value) => rounded(value));
    return { clean: values(clean.current), adversarial: values(adversarial.current), added: [], removed: [] };
  }
  const before = eventsOf(grid, clean).bins;
  const after = eventsOf(grid, adversarial).bins;
  if (Math.max(before.length, after.length) > MAX_EVENTS) return undefined;
  return {
    clean: Array.from(before),
    added: surplus(after, before),
    removed: surplus(before, after),
    adversarial: [],
  };
}

/** What ascending `more` has beyond ascending `less`, repeats counted. */
function surplus(more: Uint32Array, less: Uint32Array): number[] {
  const rest: number[] = [];
  let j = 0;
  for (const bin of more) {
    while (j < less.length && less[j]! < bin) j++;
    if (less[j] === bin) j++;
    else rest.push(bin);
  }
  return rest;
}
