/** `expect:` lines: `with recurrence.accuracy > baseline.accuracy`, from text to a claim or to what is wrong with it. */
import {
  CLAIM_METRICS,
  CLAIM_OPERATORS,
  type Claim,
  type ClaimOperator,
  type ClaimTerm,
} from '../../protocol/comparison/claims.ts';
import { nearest } from './assist/suggest.ts';
import type { Problem } from './checks/problems.ts';

const METRIC = new RegExp(`^(${Object.keys(CLAIM_METRICS).join('|')}|spikes\\.[1-9]\\d{0,3})$`);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const EXAMPLE = 'write for instance `with recurrence.accuracy > baseline.accuracy` or `baseline.accuracy >= 0.9`';

/**
 * The claim that a text makes of these variants, or a complaint. Names of variants may hold anything, signs like > too: every
 * place where an operator could stand is tried, and the one counts that leaves a term on both sides.
 */
export function parseClaim(text: string, variants: readonly string[]): { claim: Claim } | { complaint: string } {
  let complaint: string | undefined;
  for (const { left, operator, right } of splits(text)) {
    const first = termOf(left, variants);
    if ('complaint' in first) {
      complaint ??= first.complaint;
      continue;
    }
    const second = rightOf(right, variants);
    if ('complaint' in second) {
      complaint ??= second.complaint;
      continue;
    }
    return { claim: { text, left: first.term, operator, ...second } };
  }
  return { complaint: complaint ?? `has no >, >=, < or <= between two values: ${EXAMPLE}` };
}

/** Every way to cut a text at an operator; `>=` is not `>`. */
function splits(text: string): { left: string; operator: ClaimOperator; right: string }[] {
  return [...text.matchAll(/[<>]=?/g)].map(({ 0: operator, index }) => ({
    left: text.slice(0, index).trim(),
    operator: CLAIM_OPERATORS.find((known) => known === operator)!,
    right: text.slice(index + operator.length).trim(),
  }));
}

function termOf(text: string, variants: readonly string[]): { term: ClaimTerm } | { complaint: string } {
  const variant = variants.filter((name) => text.startsWith(`${name}.`)).sort((a, b) => b.length - a.length)[0];
  if (variant === undefined) {
    const dot = text.replace(/\.\d+$/, '').lastIndexOf('.');
    const name = dot > 0 ? text.slice(0, dot) : text;
    const guess = nearest(name, variants);
    const hint = guess === undefined ? `the file has ${listed(variants)}` : `did you mean \`${guess}\``;
    if (dot < 0 && variants.includes(text))
      return { complaint: `says nothing of what of \`${text}\`: write \`${text}.accuracy\`` };
    return { complaint: `names \`${name}\`, which is no variant: ${hint}; ${EXAMPLE}` };
  }
  const metric = text.slice(variant.length + 1);
  if (METRIC.test(metric)) return { term: { variant, metric } };
  const guess = nearest(metric, Object.keys(CLAIM_METRICS));
  const allowed = `allowed are ${Object.keys(CLAIM_METRICS).join(', ')} and spikes.1, spikes.2, …`;
  return { complaint: `asks \`${variant}\` for \`${metric}\`: ${guess ? `did you mean ${guess}; ` : ''}${allowed}` };
}

/** A number, or a term with or without a margin: `baseline.accuracy + 0.02`. */
function rightOf(text: string, variants: readonly string[]): Pick<Claim, 'right' | 'margin'> | { complaint: string } {
  if (NUMBER.test(text)) return { right: Number(text), margin: 0 };
  if (/^[+-]?[\d.]+ ?%$/.test(text))
    return {
      complaint: `has the percentage ${text}: accuracies are written from 0 to 1, ${Number.parseFloat(text) / 100}`,
    };
  const whole = termOf(text, variants);
  if ('term' in whole) return { right: whole.term, margin: 0 };
  const cut = /^(.*\S)\s*([+-])\s*(\S+)$/.exec(text);
  const inner = cut && NUMBER.test(cut[3]!) ? termOf(cut[1]!, variants) : undefined;
  if (!cut || !inner || 'complaint' in inner) return inner && 'complaint' in inner ? inner : whole;
  return { right: inner.term, margin: Number(`${cut[2]}${cut[3]}`) };
}

function listed(names: readonly string[]): string {
  const some = names.slice(0, 20).map((name) => `\`${name}\``);
  return names.length > 20 ? `${some.join(', ')} and ${names.length - 20} more` : some.join(', ');
}

/** What is wrong with the expectations of a file, each at its line. */
export function expectationProblems(texts: readonly string[], variants: readonly string[]): Problem[] {
  return texts.flatMap((text, i): Problem[] => {
    const found = parseClaim(text, variants);
    const place = { path: ['expect', i], place: 'value', severity: 'error' } as const;
    if ('complaint' in found) return [{ ...place, message: `\`expect[${i}]\` ${found.complaint}.` }];
    const { left, right } = found.claim;
    const comparable = typeof right === 'number' || kindOf(left.metric) === kindOf(right.metric);
    if (comparable) return [];
    const both = `\`${left.metric}\` with \`${(right as ClaimTerm).metric}\``;
    return [
      { ...place, message: `\`expect[${i}]\` compares ${both}, which are not of one kind; compare the same of both.` },
    ];
  });
}

const kindOf = (metric: string): string => metric.split('.')[0]!;
