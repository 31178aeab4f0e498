/**
 * Extension → query process (`lif host`), JSON-RPC 2.0 over stdio. Requests are pull; the only pushes are
 * `store/changed` and `store/problem`. The process ends when its standard input ends.
 */

import type { AnalysisAnswer, AnalysisSummary } from './analyses/analyses.ts';
import type { SampleAnswer, SampleQuestion } from './analyses/sample.ts';
import type { Advice } from './comparison/advice.ts';
import type { JudgedClaim } from './comparison/claims.ts';
import type { SettingsTable } from './comparison/settings.ts';
import type { StudiesAcross } from './comparison/studies.ts';
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
} from './experiment.ts';
import type { Matrix } from './matrix.ts';
import type { Metric, NeuronRates, Series } from './metrics.ts';
import type { QueueMove, QueuePause, QueueState } from './queue/queue.ts';
import type { Comparison, RunSummary, StudyEntry } from './runs.ts';
import type { Annotation } from './text/annotations.ts';
import type { ToolAnswer } from './tools.ts';

export const PROTOCOL_VERSION = 1;

/** Where runs are trained, when it is not as their file says. */
export type ExecutorId = 'local' | 'slurm';

/** JSON-RPC error code of a mistake in what was asked: its message is one sentence for the user. */
export const USER_ERROR_CODE = 1;

/** What goes along with it: the data set whose files are not there or not as they must be. */
export interface UserErrorData {
  dataset: string;
}

/** A data set that the engine knows, and whether it is on this machine. */
export interface DatasetRow {
  name: string;
  title: string;
  licence: string;
  citation: string;
  state: 'ready' | 'incomplete' | 'not here' | 'generated';
  /** Of its files; null of one that is generated. */
  folder: string | null;
  /** The data set whose files it uses. */
  uses?: string;
  /** To be downloaded, as far as that is known. */
  bytes?: number;
  /** How to get it where no program may. */
  manual?: string;
  /** What is missing, or has to be said of what is there, a sentence each. */
  remarks: string[];
}

export interface RunOrigin {
  /** Of the experiment file. */
  text: string;
  /** Of the repository that it lay in. */
  commit?: string;
  /** What differed from the commit, as `git diff` says it. */
  changes?: string;
}

export interface HostRequests {
  /** First request. `stores`: absolute paths of the `.lif` folders to watch, one per workspace folder. */
  'host/initialize': {
    params: { version: number; stores: string[]; heartbeatTimeoutMs?: number };
    result: { version: number; engineVersion: string };
  };
  /** Watches these stores from now on, and no others (workspace folders were added or removed). */
  'stores/watch': { params: { stores: string[] }; result: null };
  'experiment/check': { params: { file: string; text: string }; result: Checked };
  'experiment/complete': { params: { file: string; text: string; position: Position }; result: Completion[] };
  /** The outline of the text, what its values come to, and how long training takes by the runs that there are. */
  'experiment/insight': { params: { file: string; text: string }; result: Insight };
  'experiment/hover': { params: { file: string; text: string; position: Position }; result: Hover | null };
  /** The data sets there are. */
  'data/list': { params: Record<string, never>; result: DatasetRow[] };
  /** The expectations of a file, judged by its finished runs. */
  'claims/check': { params: { file: string; text?: string }; result: JudgedClaim[] };
  /** What the results of a file suggest; its evidence is of the finished runs with these settings. */
  'advice/list': { params: { file: string; text?: string }; result: Advice[] };
  /** What a change makes of the text; every character that it does not concern stays. */
  'experiment/edit': { params: { file: string; text: string; edit: ExperimentEdit }; result: { edits: TextEdit[] } };
  /** What puts the settings of a run into a variant of the text: the fields that differ alone. */
  'experiment/adopt': {
    params: { file: string; text: string; variant: string; runId: string };
    result: { edits: TextEdit[] };
  };
  /** The text as a table; `fields`: settings that are to be columns, whatever differs. */
  'experiment/matrix': { params: { file: string; text: string; fields: string[] }; result: Matrix };
  /** What puts this many more seeds into the text, and which; every other character stays. */
  'experiment/addSeeds': {
    params: { file: string; text: string; count: number };
    result: { edits: TextEdit[]; seeds: number[] };
  };
  /** Where these fields are set, or would be: one range for each, null where the text is no experiment. */
  'experiment/locate': { params: { file: string; text: string; fields: FieldPlace[] }; result: (Range | null)[] };
  'runs/list': { params: Record<string, never>; result: RunSummary[] };
  /** The experiment files of which there are runs, that with the newest run first. */
  'studies/list': { params: Record<string, never>; result: StudyEntry[] };
  /** At most `maxPoints` points per run in [from, to] (epochs), min and max of each bucket kept. */
  'runs/series': {
    params: { runIds: string[]; metrics: Metric[]; from?: number; to?: number; maxPoints: number };
    result: Series[];
  };
  /** Rates of neurons over the epochs of a run, for a picture; empty where nothing was logged. */
  'runs/neurons': { params: { runId: string }; result: NeuronRates };
  /**
   * `text` is the unsaved text of the file when it is open in an editor. `reference`: the variant that the others are compared
   * with; the first of the file where it is absent or not among them.
   */
  'runs/compare': { params: { file: string; text?: string; reference?: string }; result: Comparison };
  /**
   * The study of the file and others in one table. `others`: their files; null: of every other data set the study with the
   * newest run that has at least two variants of these names. `texts`: of files that are open in an editor.
   */
  'runs/across': {
    params: { file: string; others: string[] | null; texts: { file: string; text: string }[] };
    result: StudiesAcross;
  };
  /** What the variants of the file and these runs were set to, where any two of them differ. */
  'runs/settings': { params: { file: string; text?: string; runIds: string[] }; result: SettingsTable };
  /** What its file was when the run was made, and what was not committed then. */
  'runs/origin': { params: { runId: string }; result: RunOrigin };
  /** The tail of the run's log. */
  'runs/log': { params: { runId: string; maxBytes: number }; result: string };
  /**
   * Starts training in the background; answers when the runs exist in the store. They are of `text`, which is what the
   * caller has had checked; of what the file holds by then, where it is absent.
   */
  'runs/start': {
    params: {
      file: string;
      text?: string;
      store: string;
      variants?: string[];
      seeds?: number[];
      threads?: number;
      executor?: ExecutorId;
    };
    result: { runIds: string[] };
  };
  'runs/stop': { params: { runIds: string[] }; result: { stopping: string[] } };
  /** With `epochs`: goes on to that many in all, finished runs, too. `anew`: those without a checkpoint. */
  'runs/resume': {
    params: { runIds: string[]; threads?: number; epochs?: number; executor?: ExecutorId };
    result: { resumed: string[]; anew?: string[] };
  };
  /** What trains and waits on this machine, of each store where anything does or that is paused. */
  'queue/read': { params: Record<string, never>; result: QueueState[] };
  /** Moves those of these runs that wait, all together; their ids. */
  'queue/move': { params: { runIds: string[]; move: QueueMove }; result: { moved: string[] } };
  /** Nothing begins any more in any store; null: goes on. */
  'queue/pause': { params: { running: QueuePause | null }; result: null };
  /** Stars these runs, tags them, or says something of them; what is not given stays. */
  'runs/annotate': { params: { runIds: string[] } & Annotation; result: null };
  /** Deletes folders of runs that are not running. */
  'runs/delete': { params: { runIds: string[] }; result: { deleted: string[] } };
  /** What was asked of these runs, and how far it is. */
  'analyses/list': { params: { runIds: string[] }; result: AnalysisSummary[] };
  'analyses/read': { params: { runId: string; name: string }; result: AnalysisAnswer };
  /**
   * Asks the checkpoint of the epoch that counts of each of these runs in the background; `names` are those of the answers, run by
   * run, those that are there already included.
   */
  'analyses/start': {
    params: {
      runIds: string[];
      analysis: string;
      params: Record<string, unknown>;
      threads?: number;
      executor?: ExecutorId;
    };
    result: { names: string[] };
  };
  'analyses/stop': { params: { runId: string; name: string }; result: null };
  /** What a language model asks (tools.ts): of files in `folder`, and of the runs of a store. */
  'tools/call': {
    params: { name: string; input: Record<string, unknown>; folder: string; store: string };
    result: ToolAnswer;
  };
  /** One sample through the network of a run. The first question to a run opens it, which may take a while. */
  'samples/probe': { params: { runId: string; question: SampleQuestion }; result: SampleAnswer };
}

export interface HostNotifications {
  /** Coalesced, at most every 250 ms. `removed` are ids. */
  'store/changed': { changed: RunSummary[]; removed: string[] };
  /** The store cannot be read at the moment (and why), or can be again (empty message). */
  'store/problem': { store: string; message: string };
}

export type HostMethod = keyof HostRequests;
export type HostParams<M extends HostMethod> = HostRequests[M]['params'];
export type HostResult<M extends HostMethod> = HostRequests[M]['result'];
