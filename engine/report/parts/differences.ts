/** Every quantity that was asked for, variants against the first one, paired by seed: what the seeds decide and what they do not. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import { ALPHA, points, pText, type Verdict } from '../../../protocol/comparison/verdicts.ts';
import { accuraciesOf, verdictsOf } from '../../claims/verdicts.ts';
import { type Block, type Cell, heading } from '../document.ts';
import type { Group, Reported } from '../gather.ts';
import { type Quantity, quantitiesOf } from './quantities.ts';

/** Variants beside the first one, at most. */
const MAX_VARIANTS = 20;

export function differencesBlocks(study: Reported, ids: readonly AnalysisId[]): Block[] {
  const { comparison, groups } = study;
  // What only the baseline was asked, or only others, has no difference.
  const asked = ids
    .flatMap((id) => quantitiesIn(id, groups[id]?.[0]))
    .filter(({ values }) => values.some(({ index }) => index === 0) && values.some(({ index }) => index > 0));
  if (asked.length === 0 || comparison.rows.length < 2) return [];
  const accuracy: Quantity = {
    name: 'accuracy',
    share: true,
    values: comparison.rows.flatMap((row, index) => accuraciesOf(row).map((one) => ({ index, ...one }))),
  };
  const [baseline, ...others] = comparison.rows;
  const shown = others.slice(0, MAX_VARIANTS);
  const rows = [accuracy, ...asked].flatMap((quantity) => {
    const verdicts = judge(quantity, study);
    return shown.map(({ variant }, i) => rowOf(quantity, variant, verdicts[i]!));
  });
  const more = others.length - shown.length;
  return [
    heading(4, 'Differences from the baseline'),
    {
      kind: 'table',
      caption: `Variant less ${baseline!.variant}, paired by seed: mean difference, its 95 % interval (Student’s t), p of the exact sign-flip test, Holm-corrected over the variants for each quantity. Set apart: decided at 5 %.${more > 0 ? ` ${more} more variants are left out.` : ''}`,
      head: ['quantity', 'variant', 'difference', '95 % interval', 'p', 'seeds'],
      rows,
      words: [0, 1],
    },
  ];
}

const quantitiesIn = <A extends AnalysisId>(id: A, group: Group | undefined): Quantity[] =>
  group ? quantitiesOf(id, group as Group<A>) : [];

/** Of every variant but the first. Holm counts all variants of the file, as for the accuracy. */
function judge({ values }: Quantity, { comparison: { rows, seeds } }: Reported): Verdict[] {
  const of = (wanted: number) => values.filter(({ index }) => index === wanted);
  return verdictsOf(
    { variant: rows[0]!.variant, values: of(0) },
    rows.slice(1).map(({ variant, verdict }, i) => ({
      variant,
      identical: verdict?.kind === 'identical',
      values: of(i + 1),
    })),
    seeds.length,
  );
}

function rowOf({ name, share }: Quantity, variant: string, { kind, paired, holm }: Verdict): Cell[] {
  const quantity = `${name}${share ? ' (pp)' : ''}`;
  if (!paired) return [quantity, variant, kind === 'identical' ? 'identical settings' : '–', '–', '–', '0'];
  const text = (value: number): string => (share ? points(value) : signed(value));
  const p = holm?.p ?? paired.p;
  const decided = p <= ALPHA && kind !== 'undecided';
  const difference = text(paired.mean);
  return [
    quantity,
    variant,
    decided ? { text: difference, strong: true } : difference,
    paired.interval?.map(text).join(' to ') ?? '–',
    kind === 'undecided' ? 'too few seeds' : pText(p).replace(/^p = /, ''),
    String(paired.seeds.length),
  ];
}

/** Two digits with a sign. */
function signed(value: number): string {
  const text = String(Number(Math.abs(value).toPrecision(2)));
  return Number(text) === 0 ? '±0' : `${value < 0 ? '\u2212' : '+'}${text}`;
}
