import type { AnalysisAnswer } from '../../protocol/analyses/analyses.ts';
import type { SampleAnswer, SampleQuestion } from '../../protocol/analyses/sample.ts';
import type { Advice } from '../../protocol/comparison/advice.ts';
import type { JudgedClaim } from '../../protocol/comparison/claims.ts';
import type { SettingsTable } from '../../protocol/comparison/settings.ts';
import type { StudiesAcross } from '../../protocol/comparison/studies.ts';
import type {
  Checked,
  Completion,
  ExperimentEdit,
  FieldPlace,
  Hover,
  Insight,
  Position,
  Range,
  TextEdit,
} from '../../protocol/experiment.ts';
import type { DatasetRow, ExecutorId, HostParams, HostResult, RunOrigin } from '../../protocol/host.ts';
import type { Matrix } from '../../protocol/matrix.ts';
import type { Comparison, RunSummary } from '../../protocol/runs.ts';
import type { ToolAnswer } from '../../protocol/tools.ts';
import type { KeyedRun } from '../runs/key.ts';
import type { History } from '../runs/metrics/history.ts';

/** What the query process asks of the rest of the engine; tests put their own in place. Throw UserError for the user. */
export interface Services {
  engineVersion: string;
  check(file: string, text: string): Checked;
  complete(file: string, text: string, position: Position): Completion[];
  insight(file: string, text: string, runs: KeyedRun[]): Insight;
  hover(file: string, text: string, position: Position): Hover | null;
  datasets(): Promise<DatasetRow[]>;
  /** @param text the unsaved text; without it the file is read. */
  judge(file: string, text: string | undefined, runs: KeyedRun[]): JudgedClaim[];
  /**
   * @param text the unsaved text; without it the file is read.
   * @param history of a run of an open store
   */
  advise(
    file: string,
    text: string | undefined,
    runs: KeyedRun[],
    history: (id: string) => History | undefined,
  ): Promise<Advice[]>;
  edit(file: string, text: string, edit: ExperimentEdit): TextEdit[];
  /** What puts the settings of the run into the variant. */
  adopt(file: string, text: string, variant: string, run: RunSummary): TextEdit[];
  matrix(file: string, text: string, fields: readonly string[]): Matrix;
  locate(file: string, text: string, fields: FieldPlace[]): (Range | null)[];
  addSeeds(file: string, text: string, count: number): HostResult<'experiment/addSeeds'>;
  /** @param text the unsaved text; without it the file is read. */
  compare(file: string, text: string | undefined, runs: KeyedRun[], reference?: string): Comparison;
  across(params: HostParams<'runs/across'>, runs: KeyedRun[]): StudiesAcross;
  /** @param text the unsaved text; without it the file is read. */
  settings(file: string, text: string | undefined, runs: RunSummary[]): SettingsTable;
  /** What the file of a run was. */
  origin(run: RunSummary): RunOrigin;
  /** Starts a process that trains, and answers with the ids of the runs once they exist in the store. */
  start(request: HostParams<'runs/start'>): Promise<string[]>;
  /** Asks those of the runs to stop that are active, and returns them. */
  stop(runs: RunSummary[]): Promise<RunSummary[]>;
  /** Starts a process that goes on with these runs; answers with the ids of those that begin anew for want of a checkpoint. */
  resume(runs: RunSummary[], options: { threads?: number; epochs?: number; executor?: ExecutorId }): Promise<string[]>;
  /** Asks this analysis of a run to stop, if it is under way. */
  stopAnalysis(run: RunSummary, name: string): Promise<void>;
  /** Asks the cluster of this store what became of its tasks, when it is time for that. Resolves to why there is no answer. */
  look(store: string): Promise<string>;
  /** Asks each of these runs, in a process of its own, and answers with the names of the answers. */
  analyse(runs: RunSummary[], question: Omit<HostParams<'analyses/start'>, 'runIds'>): Promise<string[]>;
  /** What a tool says of the files of a folder and the runs of a store; `signal` ends it. */
  tool(
    name: string,
    input: Record<string, unknown>,
    where: { folder: string; store: string },
    signal: AbortSignal,
  ): Promise<ToolAnswer>;
  /** Looks at one sample in a process of its own, which stays for the next question. */
  probe(run: RunSummary, question: SampleQuestion): Promise<SampleAnswer>;
  /** Ends what was left open for the next question. */
  close(): void;
  /** An answer of the store with its result as its analysis describes it, or without when it is not. */
  checked(answer: AnalysisAnswer): Promise<AnalysisAnswer>;
}
