/** What `--json` tells of runs and comparisons: test scores only where they may be seen, verdicts that say what they are. */
import type { Verdict, VerdictKind } from '../../../protocol/comparison/verdicts.ts';
import type { Comparison, RunSummary } from '../../../protocol/runs.ts';
import { type CompareOptions, compareExperiment } from '../../runs/comparison/compare.ts';
import { isValidated, onTest, onValidation, type ShownRun, type SplitShown } from '../../runs/comparison/held-out.ts';
import type { KeyedRun } from '../../runs/key.ts';
import type { Study } from '../../studies/load.ts';

/** `test`: somebody asked for the scores of the test set. */
export function toldRuns(runs: readonly RunSummary[], test: boolean): ShownRun[] {
  return runs.map(test ? onTest : onValidation);
}

const NO_VALIDATION =
  'These are scores of the test set, since not every run has a validation set. Choosing settings by them makes the result too good; dataset.validationSamples sets samples aside to choose by.';
const ASKED =
  'These are scores of the test set. What was chosen by the validation set is reported by them once, at the end; whatever is chosen by them needs new test samples.';

/** The comparison of the file as those see it who still choose, or of the test set where that was asked for. */
export function toldComparison(
  { experiment, file }: Pick<Study, 'experiment' | 'file'>,
  runs: readonly KeyedRun[],
  test: boolean,
  options: CompareOptions = {},
) {
  const onTestSet = compareExperiment(experiment, file, [...runs], options);
  const results = onTestSet.rows.flatMap((row) => row.results);
  const split: SplitShown = !test && results.length > 0 && results.every(isValidated) ? 'validation' : 'test';
  const comparison = split === 'test' ? onTestSet : compareExperiment(experiment, file, runs.map(validated), options);
  const caution = results.length === 0 || split === 'validation' ? undefined : test ? ASKED : NO_VALIDATION;
  return { ...told(comparison, split), ...(caution !== undefined && { caution }) };
}

const validated = (run: KeyedRun): KeyedRun => ({ ...run, summary: onValidation(run.summary) });

/** @param split that of the numbers in it */
function told(comparison: Comparison, split: SplitShown) {
  const shown = (runs: readonly RunSummary[]) =>
    runs.map((run) => (split === 'test' ? onTest(run) : onValidation(run)));
  return {
    ...comparison,
    split,
    rows: comparison.rows.map(({ verdict, testInterval, ...row }) => ({
      ...row,
      runs: shown(row.runs),
      results: shown(row.results),
      // Of as many samples as the test set has.
      ...(split === 'test' && testInterval && { testInterval }),
      ...(verdict && { verdict: toldVerdict(verdict) }),
    })),
    outdated: shown(comparison.outdated),
  };
}

const DECIDED: ReadonlySet<VerdictKind> = new Set(['better', 'worse', 'identical']);

/** The verdict with whether it says anything, and on how many seeds. */
export function toldVerdict(verdict: Verdict) {
  const { kind, ...rest } = verdict;
  return { kind, decided: DECIDED.has(kind), n: verdict.paired?.seeds.length ?? 0, ...rest };
}
