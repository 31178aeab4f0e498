/** What was asked of the runs of a study, and the answers that a view needs of it. */
import type {
  AnalysisAnswer,
  AnalysisId,
  AnalysisResults,
  AnalysisState,
  AnalysisSummary,
} from '../../../protocol/analyses/analyses.ts';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import type { Session } from '../../shared/session.ts';

/** An answer, or the part of it that there is, with the run that it is of. */
export interface Answered<A extends AnalysisId = AnalysisId> {
  run: RunSummary;
  /** Place of the variant in the file, which gives it its colour. */
  index: number;
  /** Of the variant. */
  name: string;
  state: AnalysisState;
  progress: number;
  checkpoint: number;
  params: Record<string, unknown>;
  result: AnalysisResults[A];
}

/** Of which runs the answers are shown together. */
export interface Subject {
  name: string;
  /** What gives it its colour: the place of the variant in the file. */
  index: number;
  /** Those that have finished. */
  results: readonly RunSummary[];
}

export class Analyses {
  /** Of all runs that are asked about, newest last. */
  list: AnalysisSummary[] = [];
  private readonly answers = new Map<string, AnalysisAnswer>();

  constructor(private readonly session: Session) {}

  /** Asks anew what there is, and reads what has changed of `analyses`. */
  async pull(subjects: readonly Subject[], analyses: readonly AnalysisId[]): Promise<void> {
    const { session } = this;
    const runIds = runsOf(subjects).map(({ id }) => id);
    const list = runIds.length > 0 ? await session.channel.request('analyses/list', { runIds }) : [];
    this.list = list.sort((a, b) => a.changed - b.changed);
    for (const summary of this.list) {
      if (!analyses.includes(summary.analysis as AnalysisId)) continue;
      const known = this.answers.get(keyOf(summary));
      if (known?.changed === summary.changed && known.state === summary.state) continue;
      const { runId, name } = summary;
      this.answers.set(keyOf(summary), await session.channel.request('analyses/read', { runId, name }));
    }
  }

  /** Whether something is under way, so that one has to look again soon. */
  get active(): boolean {
    return this.list.some(({ state }) => isActive(state));
  }

  /** The different parameters that an analysis was asked with, newest first. */
  asked(analysis: AnalysisId): Record<string, unknown>[] {
    const byText = new Map<string, Record<string, unknown>>();
    for (const { analysis: id, params } of this.list.toReversed())
      if (id === analysis) byText.set(JSON.stringify(params), byText.get(JSON.stringify(params)) ?? params);
    return [...byText.values()];
  }

  /** Of each run that counts, what is known of one analysis asked with these parameters. */
  of<A extends AnalysisId>(
    subjects: readonly Subject[],
    analysis: A,
    params: Record<string, unknown> | undefined,
  ): { answered: Answered<A>[]; waiting: AnalysisSummary[]; missing: RunSummary[] } {
    const text = JSON.stringify(params);
    const answered: Answered<A>[] = [];
    const waiting: AnalysisSummary[] = [];
    const missing: RunSummary[] = [];
    for (const { name, index, results } of subjects) {
      for (const run of results) {
        // The newest one: a later checkpoint has an answer of its own.
        const summary = this.list.findLast(
          (one) => one.runId === run.id && one.analysis === analysis && JSON.stringify(one.params) === text,
        );
        const answer = summary && this.answers.get(keyOf(summary));
        if (!summary || (!isActive(summary.state) && summary.state !== 'finished')) missing.push(run);
        if (summary && summary.state !== 'finished') waiting.push(summary);
        if (!answer || answer.result === undefined) continue;
        const { state, progress, checkpoint } = answer;
        const result = answer.result as AnalysisResults[A];
        const about = { state, progress, checkpoint, params: answer.params };
        answered.push({ run, index, name, ...about, result });
      }
    }
    // A run may be beside the row that it is of, and comes twice then, as two objects.
    return { answered, waiting: once(waiting, keyOf), missing: once(missing, ({ id }) => id) };
  }

  ask(analysis: AnalysisId, runs: readonly RunSummary[], params: Record<string, unknown>, then: () => void): void {
    const runIds = runs.map(({ id }) => id);
    this.session.act(`analyse:${analysis}`, () =>
      this.session.channel.request('analyses/start', { runIds, analysis, params }).then(then),
    );
  }

  stop(waiting: readonly AnalysisSummary[], then: () => void): void {
    const active = waiting.filter(({ state }) => isActive(state));
    this.session.act('analyse:stop', () =>
      Promise.all(active.map(({ runId, name }) => this.session.channel.request('analyses/stop', { runId, name }))).then(
        then,
      ),
    );
  }
}

/** Each once. */
export function runsOf(subjects: readonly Subject[]): RunSummary[] {
  return once(
    subjects.flatMap(({ results }) => results),
    ({ id }) => id,
  );
}

function once<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item] as const)).values()];
}

function keyOf({ runId, name }: AnalysisSummary): string {
  return `${runId}/${name}`;
}
