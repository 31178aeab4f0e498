/** The rows of a comparison with what may be said of each. */

import { worded } from '../../protocol/comparison/verdicts.ts';
import type { ComparisonRow } from '../../protocol/runs.ts';
import { sha256 } from '../base/hash.ts';
import { meaningOf } from '../experiment/meaning.ts';
import type { Experiment, Settings } from '../experiment/schema.ts';
import { accuraciesOf, verdictsOf } from './verdicts.ts';

/**
 * The rows, each with its verdict on accuracy against the reference, by default the first variant of the file; unchanged
 * where that one is not among them. Variants of the file that have no row count as comparisons, too.
 */
export function judgeRows({ variants, seeds }: Experiment, rows: ComparisonRow[], reference?: string): ComparisonRow[] {
  const first = variants.find(({ name }) => name === reference) ?? variants[0];
  const others = variants.filter((variant) => variant !== first);
  const byName = new Map(rows.map((row) => [row.variant, row]));
  const baseline = byName.get(first!.name);
  if (!baseline) return rows;
  const meaning = meaningHash(first!.settings);
  const candidates = others.map(({ name, settings }) => ({
    variant: name,
    identical: meaningHash(settings) === meaning,
    values: accuraciesOf(byName.get(name) ?? { results: [] }),
  }));
  const verdicts = verdictsOf({ variant: first!.name, values: accuraciesOf(baseline) }, candidates, seeds.length);
  const own = worded({ kind: 'baseline', against: first!.name, wanted: seeds.length });
  const byVariant = new Map([[first!.name, own], ...others.map(({ name }, i) => [name, verdicts[i]!] as const)]);
  return rows.map((row) => ({ ...row, verdict: byVariant.get(row.variant)! }));
}

/** As long as somebody holds the settings: a study is judged again whenever one of its runs goes on. */
const MEANINGS = new WeakMap<Settings, string>();

function meaningHash(settings: Settings): string {
  const hash = MEANINGS.get(settings) ?? sha256(meaningOf(settings));
  MEANINGS.set(settings, hash);
  return hash;
}
