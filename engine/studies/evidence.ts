/** The stored analyses of a study, as numbers for its advice: read once, and again when a file changes. */
import type { AnalysisId, AnalysisResults } from '../../protocol/analyses/analyses.ts';
import type { Advice } from '../../protocol/comparison/advice.ts';
import { seedsNeeded } from '../../protocol/comparison/verdicts.ts';
import type { Comparison } from '../../protocol/runs.ts';
import { advise } from '../claims/advice/advise.ts';
import type { Answered } from '../claims/advice/evidence.ts';
import { DESCRIBED, measuresOf } from '../claims/advice/questions.ts';
import type { Experiment } from '../experiment/schema.ts';
import { AnalysisList, answerOf } from '../runs/analyses.ts';
import { canonicalJson } from '../runs/key.ts';
import { countingLine, type History } from '../runs/metrics/history.ts';

/** Runs whose answers are looked at, at most. */
const MAX_RUNS = 600;
/** Answers whose numbers are kept. */
const MAX_KNOWN = 10_000;
const ANALYSES: ReadonlySet<string> = new Set(['spikes', ...Object.values(DESCRIBED).map(({ analysis }) => analysis)]);

export class Evidence {
  private readonly list = new AnalysisList();
  private readonly known = new Map<string, { changed: number; measures: Answered['measures'] }>();

  /**
   * What the results of a study suggest, those of its stored analyses among them.
   * @param history of a run of the store
   */
  async advise(
    experiment: Experiment,
    comparison: Pick<Comparison, 'rows'>,
    history: (id: string) => History | undefined,
  ): Promise<Advice[]> {
    // With so few seeds that no verdict can fall, no file is opened.
    const most = Math.max(0, ...comparison.rows.map(({ results }) => results.length));
    return advise(experiment, comparison.rows, most < seedsNeeded(1) ? [] : await this.of(comparison, history));
  }

  /** The finished answers to the checkpoints that count. */
  private async of(
    { rows }: Pick<Comparison, 'rows'>,
    history: (id: string) => History | undefined,
  ): Promise<Answered[]> {
    const runs = rows.flatMap(({ variant, results }) => results.map((run) => ({ variant, run }))).slice(0, MAX_RUNS);
    const byId = new Map(runs.map((one) => [one.run.id, one]));
    const found: Answered[] = [];
    for (const one of await this.list.of(runs.map(({ run }) => run))) {
      const { variant, run } = byId.get(one.runId)!;
      if (one.state !== 'finished' || !ANALYSES.has(one.analysis)) continue;
      if (one.checkpoint !== countingLine(history(run.id)?.epochs ?? [])?.step) continue;
      const measures = await this.measures(run, one);
      found.push({ variant, seed: run.seed, analysis: one.analysis, params: canonicalJson(one.params), measures });
    }
    return found;
  }

  private async measures(
    { id, folder }: { id: string; folder: string },
    { name, analysis, changed }: { name: string; analysis: string; changed: number },
  ): Promise<Answered['measures']> {
    const key = `${folder}/${name}`;
    const known = this.known.get(key);
    if (known?.changed === changed) return known.measures;
    const measures = await readMeasures(id, folder, name, analysis);
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(key, { changed, measures });
    return measures;
  }
}

/** None where the store holds something else than its analysis describes. */
async function readMeasures(id: string, folder: string, name: string, analysis: string): Promise<Answered['measures']> {
  const { analysisOf } = await import('../analysis/registry.ts');
  try {
    const result = analysisOf(analysis).result.safeParse(answerOf(id, { folder, name }).result).data;
    return result === undefined ? {} : measuresOf(analysis as AnalysisId, result as AnalysisResults[AnalysisId]);
  } catch {
    return {};
  }
}
