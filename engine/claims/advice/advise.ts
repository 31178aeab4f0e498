/** What the results of a study suggest. Nothing without evidence: a difference that the seeds decide, by the verdict. */
import type { Advice, Quotation } from '../../../protocol/comparison/advice.ts';
import { meanRate } from '../../../protocol/comparison/columns.ts';
import type { Verdict } from '../../../protocol/comparison/verdicts.ts';
import type { ComparisonRow } from '../../../protocol/runs.ts';
import { settingsOf } from '../../experiment/checks/validate.ts';
import { meaningOf } from '../../experiment/meaning.ts';
import { mergeSettings } from '../../experiment/merge.ts';
import { type Experiment, type Settings, settingsSchema, type Variant } from '../../experiment/schema.ts';
import { type Component, changedComponents, fixedLeak, overrideOf } from './components.ts';
import { type Answered, type Judged, judgeAnswers, operationsRatio } from './evidence.ts';
import { PAPER } from './paper.ts';
import { priceOfOneMore } from './price.ts';
import { resilience, untestedQuestions } from './resilience.ts';

/** A variant that changes components alone, with a verdict that decides. */
interface Finding {
  variant: Variant;
  row: ComparisonRow;
  verdict: Verdict;
  components: Component[];
}

/**
 * Suggestions from the comparison of a file's variants, in the order of the file; none while nothing is decided, as in an A/A
 * study. Each says what was seen in how many seeds; a variant that it suggests has not been trained, and it says so.
 * @param rows of a comparison of all variants of the file, with their verdicts
 * @param answers of the stored analyses of its runs
 */
export function advise(
  experiment: Experiment,
  rows: readonly ComparisonRow[],
  answers: readonly Answered[] = [],
): Advice[] {
  const [baseline] = experiment.variants;
  const base = rows.find(({ variant }) => variant === baseline!.name);
  if (!base || baseline!.settings.model !== 'lif') return [];
  const judged = judgedOf(experiment, answers);
  const findings = experiment.variants.flatMap((variant): Finding[] => {
    const row = rows.find((one) => one.variant === variant.name);
    const decided = row?.verdict?.kind === 'better' || row?.verdict?.kind === 'worse';
    const components = changedComponents(variant.settings, baseline!.settings);
    return row && decided && components?.length ? [{ variant, row, verdict: row.verdict!, components }] : [];
  });
  const single = findings.filter(({ components }) => components.length === 1);
  const told = [
    ...single.flatMap((finding) => singleAdvice(finding, experiment, base, { answers, judged })),
    ...joined(single, experiment),
    ...resilience(experiment, judged, rows),
  ];
  const all = findings.length > 0 || told.length > 0 ? [...told, ...untested(experiment)] : [];
  const price = priceOfOneMore(rows, experiment.seeds.length);
  if (price === undefined) return all;
  return all.map((one) => (one.suggestion ? { ...one, suggestion: { ...one.suggestion, price } } : one));
}

function judgedOf({ variants, seeds }: Experiment, answers: readonly Answered[]): Judged[] {
  const [first, ...others] = variants;
  const meaning = meaningOf(first!.settings);
  return judgeAnswers(answers, {
    baseline: first!.name,
    others: others.map(({ name, settings }) => ({ variant: name, identical: meaningOf(settings) === meaning })),
    seeds: seeds.length,
  });
}

function singleAdvice(
  finding: Finding,
  experiment: Experiment,
  base: ComparisonRow,
  { answers, judged }: { answers: readonly Answered[]; judged: readonly Judged[] },
): Advice[] {
  const { variant, verdict, row } = finding;
  const open = untestedQuestions(judged, variant.name);
  const { neuron } = variant.settings;
  const before = experiment.variants[0]!.settings.neuron;
  const better = verdict.kind === 'better';
  const say = (id: string, sentence: string, paper: Quotation): Advice => ({
    id: `${id}:${variant.name}`,
    variant: variant.name,
    sentence,
    evidence: `${variant.name} against ${verdict.against}: ${verdict.sentence}`,
    paper,
  });
  switch (finding.components[0]) {
    case 'reset':
      if (neuron.reset !== 'none' || !better) return [];
      return [
        say(
          'reset',
          `Disabling the reset ${outcome(verdict)}${rates(base, row)}${operations(answers, variant.name, base.variant)}.`,
          PAPER.reset,
        ),
      ];
    case 'recurrent':
      if (!neuron.recurrent || !better) return [];
      return [say('recurrence', `Recurrence ${outcome(verdict)}${rates(base, row)}${open}.`, PAPER.recurrence)];
    case 'leak': {
      const [k, old] = [fixedLeak(neuron.leak), fixedLeak(before.leak)];
      if (k === undefined)
        return better ? [say('learnable', `A learnable leak ${outcome(verdict)}.`, PAPER.learnableLeak)] : [];
      // A smaller k keeps less: more leakage. A learned leak is between the two ends.
      const more = k === 0 || (old !== undefined && k < old);
      const less = k === 1 || (old !== undefined && k > old);
      if (more && !better)
        return [say('memory', `More leakage (k = ${k}) ${outcome(verdict)}: this task needs memory.`, PAPER.leak)];
      if (less && better) return [say('memory', `Less leakage (k = ${k}) ${outcome(verdict)}${open}.`, PAPER.leak)];
      if (!less || better) return [];
      const told = say('tracking', `Less leakage (k = ${k}) ${outcome(verdict)}`, PAPER.learnableLeak);
      if (old === undefined)
        return [{ ...told, sentence: `${told.sentence}; the learnable leak of ${verdict.against} is better.` }];
      const suggestion = missing('with a learnable leak', { neuron: { leak: { learnable: true } } }, experiment);
      const next = suggestion ? '; a learnable leak is untested here' : '';
      return [{ ...told, sentence: `${told.sentence}${next}.`, ...(suggestion && { suggestion }) }];
    }
    default:
      return [];
  }
}

/** Components that help one by one, where nobody has tried them together. */
function joined(findings: readonly Finding[], experiment: Experiment): Advice[] {
  const helping = findings.filter(({ verdict }) => verdict.kind === 'better');
  const chosen = [...new Map(helping.map((finding) => [finding.components[0]!, finding])).values()];
  if (chosen.length < 2) return [];
  const override = chosen.reduce<{ neuron: Record<string, unknown> }>(
    ({ neuron }, { variant, components }) => ({
      neuron: { ...neuron, ...overrideOf(variant.settings.neuron, components).neuron },
    }),
    { neuron: {} },
  );
  const names = chosen.map(({ variant }) => variant.name);
  const suggestion = missing(names.join(' and '), override, experiment);
  if (!suggestion) return [];
  const best = chosen.reduce((a, b) => (b.verdict.paired!.mean > a.verdict.paired!.mean ? b : a));
  return [
    {
      id: `together:${names.join()}`,
      variant: best.variant.name,
      sentence: `${names.map((name) => `“${name}”`).join(' and ')} each gained here; together they are untested.`,
      evidence: chosen.map(({ variant, verdict }) => `${variant.name}: ${verdict.sentence}`).join('; '),
      paper:
        best.components[0] === 'reset' ? PAPER.reset : best.components[0] === 'leak' ? PAPER.leak : PAPER.recurrence,
      suggestion,
    },
  ];
}

const TRIALS: {
  component: Component;
  what: string;
  name: string;
  override: Record<string, unknown>;
  paper: Quotation;
}[] = [
  {
    component: 'recurrent',
    what: 'Recurrence',
    name: 'with recurrence',
    override: { neuron: { recurrent: true } },
    paper: PAPER.recurrence,
  },
  {
    component: 'reset',
    what: 'Disabling the reset',
    name: 'without reset',
    override: { neuron: { reset: 'none' } },
    paper: PAPER.reset,
  },
];

/** Components that no variant of the study tries: nothing is said of what they would do. */
function untested(experiment: Experiment): Advice[] {
  const tried = new Set(
    experiment.variants.flatMap(({ settings }) => changedComponents(settings, experiment.variants[0]!.settings) ?? []),
  );
  return TRIALS.filter(({ component }) => !tried.has(component)).flatMap(
    ({ component, what, name, override, paper }) => {
      const suggestion = missing(name, override, experiment);
      if (!suggestion) return [];
      const first = experiment.variants[0]!.name;
      const sentence = `${what} is untested in this study.`;
      return [{ id: `untested:${component}`, variant: first, sentence, evidence: 'untested', paper, suggestion }];
    },
  );
}

/** The suggestion under a name that is free; undefined where a variant of the file means the same, or it is not allowed. */
function missing(
  name: string,
  override: Record<string, unknown>,
  experiment: Experiment,
): NonNullable<Advice['suggestion']> | undefined {
  const settings = settingsWith(experiment, override);
  if (!settings) return undefined;
  const meaning = meaningOf(settings);
  if (experiment.variants.some((variant) => meaningOf(variant.settings) === meaning)) return undefined;
  const taken = new Set(experiment.variants.map((variant) => variant.name));
  const short = name.length <= 90 ? name : name.slice(0, 90).trimEnd();
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? short : `${short} ${i}`;
    if (!taken.has(candidate)) return { name: candidate, override };
  }
}

function settingsWith(experiment: Experiment, override: Record<string, unknown>): Settings | undefined {
  return settingsSchema.safeParse(mergeSettings(settingsOf(experiment), override)).data;
}

/** `gained 18.0 points here, in 6 of 6 seeds`. */
function outcome({ kind, paired }: Verdict): string {
  const sign = kind === 'better' ? 1 : -1;
  const agreeing = paired!.differences.filter((difference) => sign * difference > 0).length;
  const amount = Math.abs(100 * paired!.mean).toFixed(1);
  const verb = kind === 'better' ? 'gained' : 'cost';
  return `${verb} ${amount} points here, in ${agreeing} of ${paired!.seeds.length} seeds`;
}

/** ` and raised the spike rate from 9 % to 23 %`; nothing where the rates are not known or come out the same. */
function rates(base: ComparisonRow, row: ComparisonRow): string {
  const [from, to] = [meanRate(base.spikeRates), meanRate(row.spikeRates)];
  if (from === undefined || to === undefined) return '';
  const [a, b] = [from, to].map((rate) => (100 * rate).toFixed(rate < 0.1 ? 1 : 0));
  if (a === b) return '';
  return `, and ${to > from ? 'raised' : 'lowered'} the spike rate from ${a} % to ${b} %`;
}

/** `, at 2.1 times the synaptic operations`; nothing where `spikes` was not asked of both, or nothing changes. */
function operations(answers: readonly Answered[], variant: string, baseline: string): string {
  const ratio = operationsRatio(answers, variant, baseline)?.toFixed(1);
  return ratio === undefined || ratio === '1.0' ? '' : `, at ${ratio} times the synaptic operations`;
}
