import { Refusal } from '../../protocol/calls.ts';
import type { Checked, TextEdit } from '../../protocol/experiment.ts';
import type { RunOrigin } from '../../protocol/host.ts';
import type { QueueState } from '../../protocol/queue/queue.ts';
import { isActive, isResumable, type RunSummary } from '../../protocol/runs.ts';
import { newestOf } from '../../protocol/seeds.ts';
import { VIEW_IDS, type ViewId } from '../../protocol/views.ts';
import { type CommandId, type ViewCommand, viewCommand } from '../base/command-ids.ts';
import { DATASETS } from '../base/datasets.ts';
import { count, stateWord } from '../base/text.ts';
import { t } from '../base/words.ts';
import type { HostClient } from '../host/client.ts';
import type { RunsModel } from '../model/model.ts';
import { newestPerSeed } from '../model/studies.ts';
import type { Target } from '../tree/target.ts';
import { addSeeds } from './add-seeds.ts';
import { Cancelled } from './cancelled.ts';
import { howToTrain } from './how-to-train.ts';
import { trainFurther } from './more-epochs.ts';
import { continueQueue, moveRuns, pauseQueue, showQueue } from './queue.ts';
import type { QueueAct } from './queue-look.ts';
import { putBack, start } from './start.ts';
import { TEMPLATES, type Template } from './templates.ts';

/** What commands ask of the editor. */
export interface Workbench {
  /** The experiment file in the active editor or view. */
  activeExperiment(): string | undefined;
  /** The line of the cursor, from 0, in the active editor when it shows this file. */
  cursorLine(file: string): number | undefined;
  /** Experiment files of the workspace. */
  experiments(): Promise<string[]>;
  /** Undefined when the user turned away. */
  pick(labels: readonly string[], prompt: string): Promise<string | undefined>;
  /** A line of text; `wrong` says what is wrong with it. Undefined when the user turned away. */
  ask(
    title: string,
    prompt: string,
    value: string,
    wrong: (text: string) => string | undefined,
  ): Promise<string | undefined>;
  /** A modal question. */
  confirm(question: string, detail: string, action: string): Promise<boolean>;
  /** A modal question with several answers; undefined when the user turned away. */
  choose(question: string, detail: string, answers: readonly string[]): Promise<string | undefined>;
  /** Says something that nobody has to answer. */
  tell(sentence: string): void;
  /** The text of the file as it is in the editor, or on the disk. */
  currentText(file: string): Promise<string>;
  /** Saves the file if it is open with changes, and gives its text. */
  savedText(file: string): Promise<string>;
  /** Changes the text of a file, in the editor where it is open, and saves it. */
  edit(file: string, edits: readonly TextEdit[]): Promise<void>;
  /** Says something with a button; nobody waits for it to be pressed. */
  offer(sentence: string, title: string, act: () => Promise<unknown>): void;
  /** Puts the cursor on the first error and opens the list of problems. */
  showProblems(file: string, checked: Checked): Promise<void>;
  openFile(file: string, variant: string | undefined, peek: boolean): Promise<void>;
  openView(file: string, view: ViewId, beside: boolean): Promise<void>;
  /** The table over data sets; `others`: files of the studies beside that of the file, where they were chosen. */
  openAcross(file: string, others: string[] | undefined): Promise<void>;
  /** Selects it in the tree. */
  revealRun(run: RunSummary): Promise<void>;
  openLog(run: RunSummary): Promise<void>;
  openFolder(run: RunSummary): Promise<void>;
  /** One of these; undefined when the user turned away. */
  pickTemplate(templates: readonly Template[]): Promise<Template | undefined>;
  /** Opens what the file of a run was, beside it what was not committed; neither can be changed. */
  showOrigin(run: RunSummary, origin: RunOrigin): Promise<void>;
  /** Opens what two runs were made of beside each other: their files, commits and what was not committed. */
  showDifference(before: RunOrigin & { run: RunSummary }, after: RunOrigin & { run: RunSummary }): Promise<void>;
  /** Asks where to, near `file`, writes the text there and opens it. */
  newFile(file: string, text: string): Promise<void>;
  /** Asks where to, unless it is to be `here`, in the first folder of the workspace, and opens it there. */
  newExperiment(template: Template, options?: { here: boolean }): Promise<void>;
  /** A list of what trains and waits that stays up to date; resolves when the user turns away from it. */
  showQueue(read: () => Promise<QueueState[]>, act: (act: QueueAct) => Promise<void>): Promise<void>;
  showOutput(): void;
  /** Opens the first steps. */
  firstSteps(): Promise<void>;
  /** `download` it, or take over (`import`) what the user has; whether it is there then. What failed is told. */
  getData(dataset: string, how: 'download' | 'import'): Promise<boolean>;
  /** Shows in a terminal what is in it, or whether its files are those that were published. */
  lookAtData(dataset: string, how: 'show' | 'check'): Promise<void>;
  revealFolder(folder: string): Promise<void>;
  /** Asks where to, and has a report of the study written there. */
  writeReport(file: string): Promise<void>;
  /** Whether it is there then. */
  installTensorFlow(): Promise<boolean>;
  /** Shows in place that something is under way. */
  busy<T>(title: string, task: () => Promise<T>): Promise<T>;
  storeFor(file: string): string;
  settings(): { threads: number; executor: string; showCurvesOnRun: boolean };
}

export interface CommandContext {
  host: Pick<HostClient, 'request' | 'restart'>;
  runs: RunsModel;
  workbench: Workbench;
  /** Reads everything again. */
  refresh(): Promise<void>;
}

export interface EditorCommand {
  /** `host`: the query process must run. `trust`: the workspace must be trusted, too, for it writes or runs something. */
  need: 'nothing' | 'host' | 'trust';
  run(context: CommandContext, target: Target): Promise<void>;
}

/** What each command does; a missing one does not compile. */
export const COMMANDS: Record<CommandId, EditorCommand> = {
  'lifLab.newExperiment': { need: 'nothing', run: newExperiment },
  'lifLab.firstExperiment': {
    need: 'trust',
    run: async ({ workbench }) => workbench.newExperiment(TEMPLATES[0]!, { here: true }),
  },
  'lifLab.firstSteps': { need: 'nothing', run: ({ workbench }) => workbench.firstSteps() },
  'lifLab.runAll': {
    need: 'trust',
    run: async (context, target) => void (await start(context, await fileOf(context, target), {})),
  },
  'lifLab.runAllAgain': {
    need: 'trust',
    run: async (context, target) => void (await start(context, await fileOf(context, target), { again: true })),
  },
  'lifLab.addSeeds': {
    need: 'trust',
    run: async (context, target) => addSeeds(context, await fileOf(context, target)),
  },
  'lifLab.runVariant': { need: 'trust', run: runVariant },
  'lifLab.stopAll': { need: 'trust', run: stopAll },
  'lifLab.stopVariant': { need: 'trust', run: stop },
  ...viewCommands(),
  'lifLab.across': {
    need: 'nothing',
    run: async (context, target) => context.workbench.openAcross(await fileOf(context, target), target.others),
  },
  'lifLab.writeReport': { need: 'trust', run: writeReport },
  'lifLab.openFile': { need: 'nothing', run: openFile },
  'lifLab.stop': { need: 'trust', run: stop },
  'lifLab.resume': { need: 'trust', run: resumeRuns },
  'lifLab.trainFurther': {
    need: 'trust',
    run: async (context, target) => {
      const chosen = await runsOf(context, target);
      return trainFurther(context, target.runIds.length > 0 ? chosen : newestRuns(chosen));
    },
  },
  'lifLab.queue': { need: 'host', run: showQueue },
  'lifLab.queueFront': {
    need: 'trust',
    run: async (context, target) => moveRuns(context, await runsOf(context, target), 'front'),
  },
  'lifLab.queueBack': {
    need: 'trust',
    run: async (context, target) => moveRuns(context, await runsOf(context, target), 'back'),
  },
  'lifLab.pauseQueue': { need: 'trust', run: pauseQueue },
  'lifLab.continueQueue': { need: 'trust', run: continueQueue },
  'lifLab.delete': { need: 'trust', run: deleteRuns },
  'lifLab.revealRun': {
    need: 'nothing',
    run: async (context, target) => context.workbench.revealRun(await runToShow(context, target)),
  },
  'lifLab.reproduceRun': {
    need: 'host',
    run: async (context, target) => {
      const run = await oneRun(context, target);
      await context.workbench.showOrigin(run, await context.host.request('runs/origin', { runId: run.id }));
    },
  },
  'lifLab.compareRuns': {
    need: 'host',
    run: async (context, target) => {
      const [first, second, ...others] = await runsOf(context, target);
      if (first === undefined || second === undefined || others.length > 0)
        throw new Refusal(t('Select two runs in the tree to compare what they were made of.'));
      const originOf = (run: RunSummary) => context.host.request('runs/origin', { runId: run.id });
      const [before, after] = await Promise.all([originOf(first), originOf(second)]);
      await context.workbench.showDifference({ run: first, ...before }, { run: second, ...after });
    },
  },
  'lifLab.experimentFromRun': {
    need: 'trust',
    run: async (context, target) => {
      const run = await oneRun(context, target);
      const { text } = await context.host.request('runs/origin', { runId: run.id });
      await context.workbench.newFile(run.file, text);
    },
  },
  'lifLab.openLog': {
    need: 'nothing',
    run: async (context, target) => context.workbench.openLog(await oneRun(context, target)),
  },
  'lifLab.openFolder': {
    need: 'nothing',
    run: async (context, target) => context.workbench.openFolder(await oneRun(context, target)),
  },
  'lifLab.downloadData': { need: 'trust', run: (context, target) => getData(context, target, 'download') },
  'lifLab.importData': { need: 'trust', run: (context, target) => getData(context, target, 'import') },
  'lifLab.previewData': { need: 'trust', run: (context, target) => lookAtData(context, target, 'show') },
  'lifLab.checkData': { need: 'trust', run: (context, target) => lookAtData(context, target, 'check') },
  'lifLab.revealData': { need: 'host', run: revealData },
  'lifLab.installTensorFlow': {
    need: 'trust',
    run: async ({ workbench }) => {
      if (!(await workbench.installTensorFlow())) throw new Cancelled();
    },
  },
  'lifLab.refresh': { need: 'host', run: (context) => context.refresh() },
  'lifLab.restartHost': { need: 'nothing', run: async ({ host }) => host.restart() },
  'lifLab.showOutput': { need: 'nothing', run: async ({ workbench }) => workbench.showOutput() },
};

async function newExperiment({ workbench }: CommandContext): Promise<void> {
  const template = await workbench.pickTemplate(TEMPLATES);
  if (template === undefined) throw new Cancelled();
  await workbench.newExperiment(template);
}

/** The variant at the cursor, or the one that the user picks. */
async function runVariant(context: CommandContext, target: Target): Promise<void> {
  const file = await fileOf(context, target);
  if (target.variants.length > 0) return void (await start(context, file, { variants: target.variants }));
  const { names, here } = await variantsOf(context, file, await context.workbench.savedText(file));
  if (here !== undefined) return void (await start(context, file, { variants: [here] }));
  if (names.length < 2) return void (await start(context, file, {}));
  const picked = await context.workbench.pick(names, t('Variant to train'));
  if (picked !== undefined) await start(context, file, { variants: [picked] });
}

/** The variants of a file, and the one at the cursor. */
async function variantsOf(
  { workbench, host }: CommandContext,
  file: string,
  text: string,
): Promise<{ names: string[]; here?: string }> {
  const { outline } = await host.request('experiment/check', { file, text });
  const variants = outline?.variants ?? [];
  const line = workbench.cursorLine(file);
  const here = line === undefined ? undefined : variants.findLast(({ range }) => range.start.line <= line);
  return { names: variants.map(({ name }) => name), ...(here && { here: here.name }) };
}

async function stopAll(context: CommandContext, target: Target): Promise<void> {
  const file = target.file ?? context.workbench.activeExperiment();
  const runs = file === undefined ? context.runs.all() : context.runs.ofFile(file);
  await stopRuns(context, runs);
}

async function stop(context: CommandContext, target: Target): Promise<void> {
  await stopRuns(context, await runsOf(context, target));
}

async function stopRuns(context: CommandContext, runs: readonly RunSummary[]): Promise<void> {
  const runIds = runs.filter((run) => isActive(run.state)).map((run) => run.id);
  if (runIds.length === 0) throw new Refusal(t('Nothing is running here.'));
  await context.workbench.busy(t('Stopping {0}', count(runIds.length, 'run')), () =>
    context.host.request('runs/stop', { runIds }),
  );
}

async function resumeRuns(context: CommandContext, target: Target): Promise<void> {
  const chosen = await runsOf(context, target);
  // A run that was started again since is history.
  const runs = target.runIds.length > 0 ? chosen : newestRuns(chosen);
  const runIds = runs.filter((run) => isResumable(run.state)).map((run) => run.id);
  if (runIds.length === 0) throw new Refusal(t('Only a stopped, failed or interrupted run can be resumed.'));
  await context.workbench.busy(t('Resuming {0}', count(runIds.length, 'run')), () =>
    putBack(context, { runIds, ...howToTrain(context.workbench.settings()) }),
  );
}

async function deleteRuns(context: CommandContext, target: Target): Promise<void> {
  const runs = (await runsOf(context, target)).filter((run) => !isActive(run.state));
  if (runs.length === 0) throw new Refusal(t('A running run cannot be deleted: stop it first.'));
  const names = runs.slice(0, 10).map((run) => t('{0}, seed {1} ({2})', run.variant, run.seed, stateWord(run.state)));
  if (runs.length > names.length) names.push(t('and {0} more', runs.length - names.length));
  const question = t('Delete {0} with curves and checkpoints?', count(runs.length, 'run'));
  if (!(await context.workbench.confirm(question, names.join('\n'), t('Delete')))) return;
  await context.host.request('runs/delete', { runIds: runs.map((run) => run.id) });
}

function viewCommands(): Record<ViewCommand, EditorCommand> {
  const commands = VIEW_IDS.map((id): [ViewCommand, EditorCommand] => [
    viewCommand(id),
    { need: 'nothing', run: (context, target) => openView(context, target, id) },
  ]);
  return Object.fromEntries(commands) as Record<ViewCommand, EditorCommand>;
}

async function openView(context: CommandContext, target: Target, view: ViewId): Promise<void> {
  await context.workbench.openView(await fileOf(context, target), view, true);
}

async function writeReport(context: CommandContext, target: Target): Promise<void> {
  const file = await fileOf(context, target);
  await context.workbench.savedText(file);
  await context.workbench.writeReport(file);
}

async function openFile(context: CommandContext, target: Target): Promise<void> {
  const run = target.runIds[0] === undefined ? undefined : context.runs.get(target.runIds[0]);
  const variant = target.variants[0] ?? run?.variant;
  await context.workbench.openFile(await fileOf(context, target), variant, target.peek === true);
}

async function getData({ workbench }: CommandContext, target: Target, how: 'download' | 'import'): Promise<void> {
  const dataset = target.dataset ?? (await workbench.pick(DATASETS, t('Data set')));
  if (dataset === undefined || !(await workbench.getData(dataset, how))) throw new Cancelled();
}

/** In a terminal: a preview is a table and a sample, a check the checksum of every file. */
async function lookAtData({ workbench }: CommandContext, target: Target, how: 'show' | 'check'): Promise<void> {
  const dataset = target.dataset ?? (await workbench.pick(DATASETS, t('Data set')));
  if (dataset === undefined) throw new Cancelled();
  await workbench.lookAtData(dataset, how);
}

async function revealData({ workbench, host }: CommandContext, target: Target): Promise<void> {
  const dataset = target.dataset ?? (await workbench.pick(DATASETS, t('Data set')));
  if (dataset === undefined) throw new Cancelled();
  const row = (await host.request('data/list', {})).find(({ name }) => name === dataset);
  if (!row?.folder || row.state === 'not here') throw new Refusal(t('{0} is not on this machine.', dataset));
  await workbench.revealFolder(row.folder);
}

/** The file that was meant: the one given, the active one, the only one, or the one the user picks. */
async function fileOf({ workbench }: CommandContext, target: Target): Promise<string> {
  const file = target.file ?? workbench.activeExperiment();
  if (file !== undefined) return file;
  const files = await workbench.experiments();
  if (files.length === 0) throw new Refusal(t('There is no *.lif.yaml file in this workspace: create one first.'));
  if (files.length === 1) return files[0] as string;
  const picked = await workbench.pick(files, t('Experiment file'));
  if (picked === undefined) throw new Cancelled();
  return picked;
}

/** The runs that were meant: those selected, else all of the variants or the file. */
async function runsOf(context: CommandContext, target: Target): Promise<RunSummary[]> {
  if (target.runIds.length > 0) return target.runIds.flatMap((id) => context.runs.get(id) ?? []);
  const runs = context.runs.ofFile(await fileOf(context, target));
  return target.variants.length === 0 ? runs : runs.filter((run) => target.variants.includes(run.variant));
}

/** The newest run of each variant and seed. */
function newestRuns(runs: readonly RunSummary[]): RunSummary[] {
  const variants = new Set(runs.map(({ variant }) => variant));
  return [...variants].flatMap((name) => newestPerSeed(runs.filter(({ variant }) => variant === name)));
}

/** The newest run of what was meant; without anything that was, of the variant at the cursor. */
async function runToShow(context: CommandContext, target: Target): Promise<RunSummary> {
  if (target.runIds.length > 0) return (await runsOf(context, target))[0] ?? oneRun(context, target);
  const file = await fileOf(context, target);
  const here = target.variants[0] ?? (await variantsOf(context, file, await context.workbench.currentText(file))).here;
  const all = context.runs.ofFile(file);
  const runs = here === undefined ? all : await runsOfVariant(context, file, here);
  const newest = newestOf(runs);
  if (newest === undefined) throw new Refusal(t('There is no run here yet.'));
  return newest;
}

/** With the settings of the file under whatever name, and those of this name with earlier ones. */
async function runsOfVariant(
  { host, runs, workbench }: CommandContext,
  file: string,
  name: string,
): Promise<RunSummary[]> {
  const named = runs.ofFile(file).filter(({ variant }) => variant === name);
  const text = await workbench.currentText(file);
  const comparison = await host.request('runs/compare', { file, text }).catch(() => undefined);
  const row = comparison?.rows.find(({ variant }) => variant === name);
  return [...named, ...(row?.runs ?? [])];
}

async function oneRun(context: CommandContext, target: Target): Promise<RunSummary> {
  const runs = await runsOf(context, target);
  if (runs.length === 0) throw new Refusal(t('There is no run here yet.'));
  if (runs.length === 1) return runs[0] as RunSummary;
  const labels = runs.map(
    (run) => `${t('{0}, seed {1}', run.variant, run.seed)} · ${stateWord(run.state)} · ${run.id}`,
  );
  const picked = await context.workbench.pick(labels, t('Which run'));
  const run = runs[labels.indexOf(picked ?? '')];
  if (run === undefined) throw new Cancelled();
  return run;
}
