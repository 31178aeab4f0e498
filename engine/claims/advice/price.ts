/** What a variant more costs a study: Holm's correction then counts one comparison more, over the same seeds. */
import { ALPHA, seedsNeeded } from '../../../protocol/comparison/verdicts.ts';
import { count } from '../../../protocol/format.ts';
import type { ComparisonRow } from '../../../protocol/runs.ts';
import { holm } from '../holm.ts';

/**
 * `With one variant more, 7 seeds are needed, and the file has 6: “a” would no longer be decided.`; undefined where the seeds of the
 * file suffice and every verdict stands. A variant that has not run counts as p = 1, as `verdictsOf` has it.
 * @param rows of a comparison of all variants of the file, with their verdicts
 * @param seeds how many the file has
 */
export function priceOfOneMore(rows: readonly ComparisonRow[], seeds: number): string | undefined {
  const compared = rows.flatMap(({ variant, verdict }) =>
    verdict && verdict.kind !== 'baseline' && verdict.kind !== 'identical' ? [{ variant, verdict }] : [],
  );
  const ps = holm([...compared.map(({ verdict }) => verdict.paired?.p ?? 1), 1]);
  const lost = compared.filter(({ verdict: { kind } }, i) => (kind === 'better' || kind === 'worse') && ps[i]! > ALPHA);
  const needed = seedsNeeded(compared.length + 1);
  if (lost.length === 0 && seeds >= needed) return undefined;
  const seedsSaid = `With one variant more, ${count(needed, 'seed')} are needed, and the file has ${seeds}`;
  if (lost.length === 0) return `${seedsSaid}.`;
  const names = lost.slice(0, 3).map(({ variant }) => `“${variant}”`);
  const rest = lost.length - names.length;
  const who = rest > 0 ? `${names.join(', ')} and ${rest} more` : names.join(' and ');
  return seeds >= needed
    ? `With one variant more, ${who} would no longer be decided by the seeds that there are.`
    : `${seedsSaid}: ${who} would no longer be decided.`;
}
