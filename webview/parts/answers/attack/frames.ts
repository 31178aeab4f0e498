/** One step of a clean and an adversarial input, as marks at places. Nothing here knows a page. */
import type { AttackExample, AttackResult } from '../../../../protocol/analyses/attack.ts';

type Geometry = Pick<AttackResult, 'steps' | 'inputs' | 'picture'>;

export interface Mark {
  column: number;
  row: number;
  /** kept: in both. added: in the adversarial one alone. removed: in the clean one alone. */
  state: 'kept' | 'added' | 'removed';
}

export interface Frame {
  columns: number;
  rows: number;
  marks: Mark[];
}

/** Steps in which anything changes, ascending. */
export function changedSteps({ added, removed }: AttackExample, { inputs }: Geometry): number[] {
  const steps = [...added, ...removed].map((bin) => Math.floor(bin / inputs));
  return [...new Set(steps)].sort((a, b) => a - b);
}

/**
 * With a picture: the pixels of one step, planes on top of each other. Without one: channels upwards, steps to the right, all of
 * them.
 */
export function frameOf({ clean, added, removed }: AttackExample, geometry: Geometry, step: number): Frame {
  const { inputs, steps, picture } = geometry;
  const here = (bins: readonly number[]) => (picture ? bins.filter((bin) => Math.floor(bin / inputs) === step) : bins);
  const gone = countsOf(removed);
  const kept = here(clean).filter((bin) => {
    const left = gone.get(bin) ?? 0;
    if (left > 0) gone.set(bin, left - 1);
    return left === 0;
  });
  const place = (bin: number, state: Mark['state']): Mark => {
    const channel = bin % inputs;
    if (!picture) return { column: Math.floor(bin / inputs), row: inputs - 1 - channel, state };
    const pixel = channel % (picture.height * picture.width);
    return { column: pixel % picture.width, row: Math.floor(pixel / picture.width), state };
  };
  return {
    columns: picture ? picture.width : steps,
    rows: picture ? picture.height : inputs,
    marks: [
      ...kept.map((bin) => place(bin, 'kept')),
      ...here(removed).map((bin) => place(bin, 'removed')),
      ...here(added).map((bin) => place(bin, 'added')),
    ],
  };
}

function countsOf(bins: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const bin of bins) counts.set(bin, (counts.get(bin) ?? 0) + 1);
  return counts;
}

/** What happens in a step, in words. */
export function stepWords({ clean, added, removed }: AttackExample, { inputs }: Geometry, step: number): string {
  const count = (bins: readonly number[]) => bins.filter((bin) => Math.floor(bin / inputs) === step).length;
  const events = count(clean);
  return `step ${step}: ${events} ${events === 1 ? 'event' : 'events'}, ${count(added)} added, ${count(removed)} taken`;
}
