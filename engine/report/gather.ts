/** What the store has of some studies, ready to be reported: bounded, whatever the store holds. */
import type { AnalysisId, AnalysisResults } from '../../protocol/analyses/analyses.ts';
import type { Advice } from '../../protocol/comparison/advice.ts';
import type { JudgedClaim } from '../../protocol/comparison/claims.ts';
import type { SeedAnswer } from '../../protocol/figures/answers.ts';
import type { Series } from '../../protocol/metrics.ts';
import type { Comparison, RunSummary } from '../../protocol/runs.ts';
import { judgeClaims } from '../claims/judge.ts';
import type { Experiment } from '../experiment/schema.ts';
import { AnalysisList, answerOf } from '../runs/analyses.ts';
import { compareExperiment } from '../runs/comparison/compare.ts';
import type { RunFile } from '../runs/format.ts';
import { canonicalJson } from '../runs/key.ts';
import { countingLine } from '../runs/metrics/history.ts';
import { seriesOf } from '../runs/metrics/series.ts';
import type { StoreReader } from '../runs/store.ts';
import { Evidence } from '../studies/evidence.ts';
import type { Study } from '../studies/load.ts';

/** Runs of a study whose files are read, at most; of more there are tables only. */
const MAX_RUNS = 600;
/** Answers of a study that are kept, at most. */
const MAX_ANSWERS = 400;
/** Characters of all of them as JSON: beyond, no more are read. */
const MAX_SIZE = 256 * 2 ** 20;
/** Different parameters of one analysis that are shown, those with the most answers first. */
const MAX_GROUPS = 2;
/** Points of a curve. */
const MAX_POINTS = 200;

export type StoredAnswer<A extends AnalysisId = AnalysisId> = SeedAnswer<A> & { run: RunSummary };

/** Answers to one question, asked with the same parameters. */
export interface Group<A extends AnalysisId = AnalysisId> {
  params: Record<string, unknown>;
  answers: StoredAnswer<A>[];
}

export interface Reported {
  experiment: Experiment;
  comparison: Comparison;
  claims: JudgedClaim[];
  advice: Advice[];
  /** run.json of each counted run that could be read. */
  runs: { summary: RunSummary; file: RunFile | undefined }[];
  /** Test accuracy and loss of each counted run over its epochs. */
  curves: { index: number; name: string; accuracy: Series; loss: Series }[];
  groups: { [A in AnalysisId]?: Group<A>[] };
  /** What there is and is not shown, a sentence each. */
  left: string[];
}

export async function gather({ experiment, file }: Study, store: StoreReader): Promise<Reported> {
  const comparison = compareExperiment(experiment, file, store.keyedRuns());
  const counted = comparison.rows.flatMap(({ variant, results }, index) =>
    results.map((summary) => ({ index, name: variant, summary })),
  );
  const read = counted.slice(0, MAX_RUNS);
  const left = counted.length > MAX_RUNS ? [`Of ${counted.length} runs only ${MAX_RUNS} were looked into.`] : [];
  const curves = read.flatMap(({ index, name, summary: { id } }) => {
    const history = store.history(id);
    if (!history) return [];
    const series = (metric: 'test.accuracy' | 'test.loss') => seriesOf(id, history, metric, { maxPoints: MAX_POINTS });
    return [{ index, name, accuracy: series('test.accuracy'), loss: series('test.loss') }];
  });
  return {
    experiment,
    comparison,
    claims: judgeClaims(experiment, comparison.rows),
    advice: await new Evidence().advise(experiment, comparison, (id) => store.history(id)),
    runs: read.map(({ summary }) => ({ summary, file: store.run(summary.id) })),
    curves,
    groups: await groupsOf(read, store, left),
    left,
  };
}

type Counted = { index: number; name: string; summary: RunSummary };

/** The finished answers of the checkpoints that count, by analysis and parameters. */
async function groupsOf(runs: readonly Counted[], store: StoreReader, left: string[]): Promise<Reported['groups']> {
  const found = new Map<AnalysisId, Map<string, Group>>();
  const list = new AnalysisList();
  let answers = 0;
  let size = 0;
  let others = 0;
  for (const { index, name, summary } of runs) {
    const { id, folder } = summary;
    const counting = countingLine(store.history(id)?.epochs ?? [])?.step;
    for (const { name: answer, analysis, params, checkpoint, state } of await list.of([{ id, folder }])) {
      if (state !== 'finished' || checkpoint !== counting) {
        others++;
        continue;
      }
      const result =
        answers < MAX_ANSWERS && size < MAX_SIZE ? await checkedResult(id, folder, answer, analysis) : undefined;
      if (result === undefined) {
        others++;
        continue;
      }
      answers++;
      size += JSON.stringify(result).length;
      const ofAnalysis = found.get(analysis as AnalysisId) ?? new Map<string, Group>();
      found.set(analysis as AnalysisId, ofAnalysis);
      const key = canonicalJson(params);
      const group = ofAnalysis.get(key) ?? { params, answers: [] };
      ofAnalysis.set(key, group);
      group.answers.push({ index, name, run: summary, result: result as AnalysisResults[AnalysisId] });
    }
  }
  if (others > 0)
    left.push(
      `${others} answers of analyses are left out: not finished, damaged, too many, or of another checkpoint than the one that counts.`,
    );
  return Object.fromEntries(
    [...found].map(([analysis, groups]) => {
      const byAnswers = [...groups.values()].sort((a, b) => b.answers.length - a.answers.length);
      if (byAnswers.length > MAX_GROUPS)
        left.push(
          `${analysis} was asked with ${byAnswers.length} sets of parameters; those with the most answers are shown.`,
        );
      return [analysis, byAnswers.slice(0, MAX_GROUPS)];
    }),
  ) as Reported['groups'];
}

/** Undefined where the store holds something else than its analysis describes. */
async function checkedResult(runId: string, folder: string, name: string, analysis: string): Promise<unknown> {
  const { ANALYSES } = await import('../analysis/registry.ts');
  const described = ANALYSES.find(({ id }) => id === analysis);
  try {
    return described?.result.safeParse(answerOf(runId, { folder, name }).result).data;
  } catch {
    return undefined;
  }
}
