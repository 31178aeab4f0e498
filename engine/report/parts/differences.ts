/** Every quantity that was asked for, variants against the first one, paired by seed: what the seeds decide and what they do not. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import { ALPHA, points, pText, type Verdict } from '../../../protocol/comparison/verdicts.ts';
import { accuraciesOf, verdictsOf } from '../../claims/verdicts.ts';
import { type Block, type Cell, heading } from '../document.ts';
import type { Group, Reported } from '../gather.ts';
import { type Quantity, quantitiesOf } from './quantities.ts';

/** Variants beside the first one, at most: a column each. */
const MAX_VARIANTS = 10;

export function differencesBlocks(study: Reported, ids: readonly AnalysisId[]): Block[] {
  const { comparison, groups } = study;
  const asked = ids.flatMap((id) => quantitiesIn(id, groups[id]?.[0]));
  if (asked.length === 0 || comparison.rows.length < 2) return [];
  const accuracy: Quantity = {
    name: 'accuracy',
    share: true,
    values: comparison.rows.flatMap((row, index) => accuraciesOf(row).map((one) => ({ index, ...one }))),
  };
  const shown = comparison.rows.slice(1, 1 + MAX_VARIANTS);
  const rows = [accuracy, ...asked].map((quantity): Cell[] => {
    const verdicts = judge(quantity, study);
    return [`${quantity.name}${quantity.share ? ' (pp)' : ''}`, ...shown.map((_, i) => cellOf(verdicts[i]!, quantity))];
  });
  const more = comparison.rows.length - 1 - shown.length;
  return [
    heading(4, 'Differences from the baseline'),
    {
      kind: 'table',
      caption: `Variant less ${comparison.rows[0]!.variant}, paired by seed: mean difference, its 95 % interval (Student’s t), p of the exact sign-flip test, Holm-corrected over the variants within each row; n = seeds that both have. Set apart: decided at 5 %.${more > 0 ? ` ${more} more variants are left out.` : ''}`,
      head: ['quantity', ...shown.map(({ variant }) => variant)],
      rows,
      words: [0],
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

function cellOf({ kind, paired, holm }: Verdict, { share }: Quantity): Cell {
  if (!paired) return kind === 'identical' ? 'identical settings' : '–';
  const text = (value: number): string => (share ? points(value) : signed(value));
  const range = paired.interval ? ` (${paired.interval.map(text).join(' to ')})` : '';
  const p = holm?.p ?? paired.p;
  const outcome = kind === 'undecided' ? 'too few seeds' : pText(p);
  const words = `${text(paired.mean)}${range}, ${outcome}, n = ${paired.seeds.length}`;
  return p <= ALPHA && kind !== 'undecided' ? { text: words, strong: true } : words;
}

/** Three digits with a sign. */
function signed(value: number): string {
  const text = String(Number(Math.abs(value).toPrecision(3)));
  return Number(text) === 0 ? '±0' : `${value < 0 ? '\u2212' : '+'}${text}`;
}
