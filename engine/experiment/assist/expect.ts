/** Completion and hover in the lines of `expect:`. */
import { CLAIM_METRICS, CLAIM_OPERATORS, type ClaimTerm } from '../../../protocol/comparison/claims.ts';
import type { Completion } from '../../../protocol/experiment.ts';
import { markdownCode } from '../../../protocol/text/plain-text.ts';
import { parseClaim } from '../expectations.ts';
import { LineIndex } from '../text/text.ts';
import { draftData, itemAt } from './cursor.ts';
import { namesIn, own, valueAt } from './describe.ts';

/** Of a study of many variants the first ones are offered. */
const MAX_VARIANTS = 100;

/** What can come next in an expectation; undefined when the cursor is in none. */
export function completeExpectation(text: string, file: string, offset: number): Completion[] | undefined {
  const item = itemAt(text, offset);
  if (item?.path[0] !== 'expect' || item.path.length !== 2) return undefined;
  const variants = namesIn(valueAt(draftData(text, file), ['variants']));
  const { before } = item;
  const operator = [...before.matchAll(/\s[<>]=?\s+|[<>]=?\s*$/g)].at(-1);
  const term = operator ? before.slice(operator.index + operator[0].length) : before;
  const lines = new LineIndex(text);
  const rangeFrom = (start: number) => ({ start: lines.position(start), end: lines.position(offset) });
  if (!operator && /\s$/.test(term) && isTerm(term.trim(), variants))
    return CLAIM_OPERATORS.map((sign) => ({
      label: sign,
      kind: 'value',
      insert: `${sign} `,
      range: rangeFrom(offset),
    }));
  const known = leftOf(before, operator?.index, variants);
  const metrics = known ? [known.metric] : Object.keys(CLAIM_METRICS);
  return variants
    .filter((name) => name !== known?.variant)
    .slice(0, MAX_VARIANTS)
    .flatMap((name) =>
      metrics.map((metric) => ({
        label: `${name}.${metric}`,
        kind: 'value',
        insert: `${name}.${metric}`,
        documentation: aboutMetric(metric),
        range: rangeFrom(offset - term.length),
      })),
    );
}

/** The first term of a line that has an operator already. */
function leftOf(before: string, operator: number | undefined, variants: readonly string[]): ClaimTerm | undefined {
  if (operator === undefined) return undefined;
  const found = parseClaim(`${before.slice(0, operator).trim()} > 0`, variants);
  return 'claim' in found ? found.claim.left : undefined;
}

function isTerm(text: string, variants: readonly string[]): boolean {
  return 'claim' in parseClaim(`${text} > 0`, variants);
}

function aboutMetric(metric: string): string {
  const quantity = metric.split('.')[0]!;
  return own(CLAIM_METRICS, quantity) ? `${quantity}: ${CLAIM_METRICS[quantity as keyof typeof CLAIM_METRICS]}` : '';
}

/** What an expectation means, and how it is judged. */
export function claimMarkdown(text: string, variants: readonly string[]): string {
  const found = parseClaim(text, variants);
  const how =
    'Judged over the finished seeds, paired, by the exact sign-flip test at 5 % with Holm’s correction over the expectations of the file: pass, fail, or undecided. `lif check FILE` and the tests in the editor say which.';
  if ('complaint' in found) return `This line ${found.complaint}.`;
  const { left, right, operator, margin } = found.claim;
  const other = typeof right === 'number' ? String(right) : markdownCode(`${right.variant}.${right.metric}`);
  const extra = margin === 0 ? '' : ` ${margin > 0 ? '+' : '−'} ${Math.abs(margin)}`;
  const terms = [...new Set([left, ...(typeof right === 'number' ? [] : [right])].map(({ metric }) => metric))];
  return [
    `Expects ${markdownCode(`${left.variant}.${left.metric}`)} ${operator} ${other}${extra}.`,
    terms.map(aboutMetric).join('; '),
    how,
  ].join('\n\n');
}
