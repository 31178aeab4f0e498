/** What stored analyses suggest: other step lengths, disturbance and attack, where the seeds decide a difference. */
import type { Advice, Quotation } from '../../../protocol/comparison/advice.ts';
import type { Verdict } from '../../../protocol/comparison/verdicts.ts';
import { percent } from '../../../protocol/format.ts';
import type { ComparisonRow } from '../../../protocol/runs.ts';
import type { Experiment, Settings, Variant } from '../../experiment/schema.ts';
import { changedComponents, fixedLeak } from './components.ts';
import type { Judged } from './evidence.ts';
import { PAPER } from './paper.ts';
import { DESCRIBED, QUESTIONS, type Question } from './questions.ts';

/** What a variant did to one component, the sentence of the paper about it, and whether it says that this is for the better. */
interface Change {
  what: string;
  paper: Quotation;
  /** Absent: the paper sees no effect. */
  better?: boolean;
}

/** One for each variant that changes a single component and whose answers decide a question. */
export function resilience(
  { variants }: Experiment,
  judged: readonly Judged[],
  rows: readonly Pick<ComparisonRow, 'variant' | 'accuracy'>[],
): Advice[] {
  const [baseline, ...others] = variants;
  const accuracyOf = (name: string) => rows.find(({ variant }) => variant === name)?.accuracy?.mean;
  const base = accuracyOf(baseline!.name);
  return others.flatMap((variant) => {
    const change = changeOf(variant, baseline!.settings);
    const own = accuracyOf(variant.name);
    // A network that is right less often has less to lose.
    const began =
      own === undefined || base === undefined ? '' : `, beginning at ${percentText(own)} against ${percentText(base)}`;
    return change ? judged.flatMap((one) => adviceOf(variant.name, change, one, began)) : [];
  });
}

const percentText = (share: number): string => `${percent(share, 1)} %`;

function adviceOf(
  variant: string,
  { what, paper, better }: Change,
  { question, at, verdicts }: Judged,
  began: string,
): Advice[] {
  const verdict = verdicts.get(variant);
  if (verdict?.kind !== 'better' && verdict?.kind !== 'worse') return [];
  const { analysis, what: number, more, less } = DESCRIBED[question];
  const found = verdict.kind === 'better';
  const points = Math.abs(100 * verdict.paired!.mean).toFixed(1);
  const said = (found ? more : less)(points, at);
  const against =
    better === undefined
      ? '; the paper sees no such effect'
      : better === found
        ? ''
        : '; the paper suggests the opposite';
  return [
    {
      id: `${question}:${variant}`,
      variant,
      sentence: `${what} ${said}, in ${agreeing(verdict)}${question === 'attack' ? '' : began}${against}.`,
      evidence: `${variant} against ${verdict.against}, ${number}: ${verdict.sentence}`,
      paper,
      analysis,
    },
  ];
}

function changeOf({ settings }: Variant, baseline: Settings): Change | undefined {
  const components = changedComponents(settings, baseline);
  if (components?.length !== 1) return undefined;
  const { reset, recurrent, leak } = settings.neuron;
  switch (components[0]) {
    case 'reset':
      return reset === 'none' ? { what: 'Disabling the reset', paper: PAPER.robustReset } : undefined;
    case 'recurrent':
      return recurrent ? { what: 'Recurrence', paper: PAPER.robustRecurrence, better: false } : undefined;
    default: {
      const [k, old] = [fixedLeak(leak), fixedLeak(baseline.neuron.leak)];
      if (k === undefined) return undefined;
      // A smaller k keeps less: more leakage. A learned leak is between the two ends.
      if (k === 0 || (old !== undefined && k < old))
        return { what: `More leakage (k = ${k})`, paper: PAPER.robustLeak, better: true };
      if (k === 1 || (old !== undefined && k > old))
        return { what: `Less leakage (k = ${k})`, paper: PAPER.robustLeak, better: false };
      return undefined;
    }
  }
}

function agreeing({ kind, paired }: Verdict): string {
  const sign = kind === 'better' ? 1 : -1;
  return `${paired!.differences.filter((difference) => sign * difference > 0).length} of ${paired!.seeds.length} seeds`;
}

const SHORT: Record<Question, string> = {
  resolution: 'steps of other lengths',
  events: 'disturbed events',
  weights: 'disturbed weights',
  attack: 'attacks',
};

/** `; untested here: attacks`: what a gain in accuracy may cost, where nobody has asked; nothing where all is asked. */
export function untestedQuestions(judged: readonly Judged[], variant: string): string {
  const open = QUESTIONS.filter(
    (question) => !judged.some((one) => one.question === question && one.asked.has(variant)),
  );
  return open.length > 0 ? `; untested here: ${open.map((question) => SHORT[question]).join(', ')}` : '';
}
