/** Stored analyses of a study → what its seeds allow to be said of them, question by question. Pure. */
import type { Verdict } from '../../../protocol/comparison/verdicts.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { type Candidate, type SeedValue, verdictsOf } from '../verdicts.ts';
import { type Measures, QUESTIONS, type Question } from './questions.ts';

/** What one finished answer to the checkpoint that counts says of one run. */
export interface Answered {
  variant: string;
  seed: number;
  analysis: string;
  /** Its parameters as text: only answers to the same question are compared. */
  params: string;
  measures: Measures;
}

/** One question put to the whole study. */
export interface Judged {
  question: Question;
  /** Over what the number is a mean. */
  at: string;
  /** By variant. */
  verdicts: ReadonlyMap<string, Verdict>;
  asked: ReadonlySet<string>;
}

/**
 * The verdict of each variant on each question that the baseline was asked. Every question is a family of its own, as the accuracy
 * is: Holm's correction counts the variants of the file.
 */
export function judgeAnswers(
  answers: readonly Answered[],
  { baseline, others, seeds }: { baseline: string; others: readonly Omit<Candidate, 'values'>[]; seeds: number },
): Judged[] {
  return QUESTIONS.flatMap((question): Judged[] => {
    const chosen = alike(answers, question);
    const valuesOf = (name: string): SeedValue[] =>
      chosen
        .filter(({ variant }) => variant === name)
        .map(({ seed, measures }) => ({ seed, value: measures[question]!.value }));
    const own = valuesOf(baseline);
    if (own.length === 0) return [];
    const candidates = others.map((one) => ({ ...one, values: valuesOf(one.variant) }));
    const verdicts = verdictsOf({ variant: baseline, values: own }, candidates, seeds);
    return [
      {
        question,
        at: chosen[0]!.measures[question]!.at,
        verdicts: new Map(others.map(({ variant }, i) => [variant, verdicts[i]!])),
        asked: new Set(chosen.map(({ variant }) => variant)),
      },
    ];
  });
}

/** The answers with the parameters that most of those who answer have, and a mean over the same. */
function alike(answers: readonly Answered[], question: Question | 'operations'): Answered[] {
  const groups = new Map<string, Answered[]>();
  for (const answer of answers) {
    const measure = answer.measures[question];
    if (!measure) continue;
    const key = `${answer.analysis} ${answer.params} ${measure.at}`;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
}

/** Synaptic operations of a sample as a multiple of the baseline's, mean over the seeds that both have. */
export function operationsRatio(answers: readonly Answered[], variant: string, baseline: string): number | undefined {
  const chosen = alike(answers, 'operations');
  const of = (name: string) => chosen.filter((one) => one.variant === name);
  const ratios = of(variant).flatMap(({ seed, measures }) => {
    const other = of(baseline).find((one) => one.seed === seed)?.measures.operations?.value;
    return other ? [measures.operations!.value / other] : [];
  });
  return ratios.length > 0 ? meanOf(ratios) : undefined;
}
