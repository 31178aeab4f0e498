import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { Refusal } from '../protocol/calls.ts';
import type { Checked, TextEdit } from '../protocol/experiment.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { plainLabel } from '../protocol/text/plain-text.ts';
import { viewStateOf } from '../protocol/views.ts';
import { isExperimentFile, MAX_EXPERIMENT_BYTES, readExperiment, storeFor, tooLarge } from './base/experiment-files.ts';
import { choose, confirm, showError, showNote } from './base/notify.ts';
import { readSettings } from './base/settings.ts';
import { t } from './base/words.ts';
import type { Workbench } from './commands/table.ts';
import { downloadData, importData, installTensorFlow, lookAtData } from './data.ts';
import { firstSteps, newExperiment, newExperimentOf, pickTemplate } from './first-steps.ts';
import { toRange } from './language/convert.ts';
import { type ExperimentDocuments, isExperiment } from './language/documents.ts';
import type { StudyCatalog } from './model/catalog.ts';
import { showDifference, showOrigin } from './origin.ts';
import type { Panels } from './panels/panels.ts';
import { showQueue } from './queue-list.ts';
import { writeReport } from './report.ts';

export interface WorkbenchParts {
  extensionUri: vscode.Uri;
  documents: ExperimentDocuments;
  catalog: StudyCatalog;
  /** The panels need commands, which need the workbench: so they come later. */
  panels: () => Panels;
  /** Selects a run in the tree. */
  revealRun: (run: RunSummary) => Promise<void>;
  showOutput: () => void;
  /** Data sets may have come. */
  dataChanged: () => void;
}

/** What commands ask of the editor, in terms of the real one. */
export function createWorkbench(parts: WorkbenchParts): Workbench {
  return { ...experimentsOf(parts), ...textsOf(parts), ...questions, ...windowsOf(parts), ...helpersOf(parts) };
}

/** Which experiment is meant, and what belongs to it. */
function experimentsOf({
  catalog,
  panels,
}: WorkbenchParts): Pick<Workbench, 'activeExperiment' | 'cursorLine' | 'experiments' | 'storeFor' | 'settings'> {
  return {
    activeExperiment() {
      // What a file was when a run was made of it has the name of the file, and is none.
      const active = vscode.window.activeTextEditor?.document;
      if (active !== undefined && isExperiment(active)) return active.uri.fsPath;
      return panels().activeFile();
    },

    cursorLine(file) {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.uri.fsPath === file ? editor.selection.active.line : undefined;
    },

    async experiments() {
      if (catalog.files().length === 0) await catalog.refresh();
      return catalog.files().sort();
    },

    storeFor: storeOf,

    settings: readSettings,
  };
}

/** Text of experiment files, read and changed where the editor has it. */
function textsOf({ documents }: WorkbenchParts): Pick<Workbench, 'currentText' | 'savedText' | 'edit'> {
  const currentText = async (file: string): Promise<string> => {
    const open = documents.find(file);
    if (open !== undefined) return checkedLength(file, open.getText());
    try {
      return await readExperiment(vscode.Uri.file(file), vscode.workspace.fs);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(t('{0} cannot be read: it was moved or deleted.', file));
    }
  };
  return {
    currentText,

    async savedText(file) {
      const open = documents.find(file);
      if (open?.uri.scheme === 'vscode-vfs') {
        throw new Refusal(t('This folder is not on a disk: training needs a folder on the machine that trains.'));
      }
      if (open?.isDirty && !(await open.save())) throw new Refusal(t('{0} could not be saved.', basename(file)));
      return currentText(file);
    },

    async edit(file, edits) {
      await changeText(file, edits);
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
      if (document.isDirty && !(await document.save())) throw new Refusal(t('{0} could not be saved.', basename(file)));
    },
  };
}

/** Asked of the user, or told. */
const questions: Pick<Workbench, 'pick' | 'ask' | 'choose' | 'confirm' | 'tell' | 'offer' | 'pickTemplate' | 'busy'> = {
  async pick(labels, prompt) {
    const items = labels.map((label) =>
      isExperimentFile(label)
        ? { label: plainLabel(basename(label)), description: plainLabel(label), value: label }
        : { label: plainLabel(label), value: label },
    );
    return (await vscode.window.showQuickPick(items, { placeHolder: prompt }))?.value;
  },

  ask: async (title, prompt, value, wrong) =>
    vscode.window.showInputBox({ title, prompt, value, validateInput: wrong }),

  choose,
  confirm,
  tell: showNote,

  offer: (sentence, title, act) =>
    showNote(sentence, {
      title,
      run: () => void act().catch((error) => showError(error instanceof Error ? error.message : String(error))),
    }),

  pickTemplate,

  busy: async (title, task) =>
    vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => task()),
};

/** Opened to be looked at. */
function windowsOf({
  documents,
  catalog,
  panels,
  revealRun,
  showOutput,
}: WorkbenchParts): Pick<
  Workbench,
  | 'showProblems'
  | 'openFile'
  | 'openView'
  | 'openAcross'
  | 'revealRun'
  | 'openLog'
  | 'openFolder'
  | 'firstSteps'
  | 'showOutput'
  | 'showQueue'
> {
  return {
    showProblems,

    showQueue,

    async openFile(file, variant, preserveFocus) {
      const options = { viewColumn: columnOf(file), preserveFocus };
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), options);
      if (variant === undefined) return;
      const { outline } = await documents.check(editor.document);
      const range = outline?.variants.find(({ name }) => name === variant)?.range;
      if (range !== undefined) reveal(editor, toRange(range));
    },

    async openView(file, view, beside) {
      await panels().open({ file, view, study: await studyOf(file, documents, catalog) }, beside);
    },

    async openAcross(file, others) {
      const target = { file, view: 'across', study: await studyOf(file, documents, catalog) } as const;
      const state = others && ({ version: 2, target, state: viewStateOf('across', { studies: others }) } as const);
      await panels().open(target, true, state);
    },

    revealRun,

    async openLog({ folder }) {
      const uri = vscode.Uri.file(join(folder, 'log.txt'));
      try {
        // A link in a store may lead to any file; what it leads to is not what this run logged.
        const { type } = await vscode.workspace.fs.stat(uri);
        if (type !== vscode.FileType.File)
          throw new Refusal(t('{0} is a link or no file, and is not opened.', uri.fsPath));
        await vscode.window.showTextDocument(uri, { preview: true });
      } catch (error) {
        if (error instanceof Refusal) throw error;
        throw new Refusal(t('This run has no log yet: {0} does not exist.', uri.fsPath));
      }
    },

    async openFolder({ folder }) {
      const uri = vscode.Uri.file(folder);
      const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
      if (isOnDesktop()) await vscode.commands.executeCommand('revealFileInOS', uri);
      else if (inside) await vscode.commands.executeCommand('revealInExplorer', uri);
      else throw new Refusal(t('The folder of this run is outside the workspace: {0}', folder));
    },

    firstSteps,

    showOutput,
  };
}

/** Done by others: templates, and data sets, TensorFlow and reports by the program `lif`. */
function helpersOf({
  extensionUri,
  dataChanged,
}: WorkbenchParts): Pick<
  Workbench,
  | 'newExperiment'
  | 'newFile'
  | 'showOrigin'
  | 'showDifference'
  | 'getData'
  | 'lookAtData'
  | 'revealFolder'
  | 'installTensorFlow'
  | 'writeReport'
> {
  const lif = vscode.Uri.joinPath(extensionUri, 'dist', 'lif.mjs').fsPath;
  return {
    newExperiment: (template, options) => newExperiment(extensionUri, template, options?.here),

    newFile: newExperimentOf,

    showOrigin,

    showDifference,

    async getData(dataset, how) {
      const done = await (how === 'download' ? downloadData(lif, dataset) : importData(lif, dataset));
      dataChanged();
      return done;
    },

    lookAtData: (dataset, how) => lookAtData(lif, dataset, how),

    async revealFolder(folder) {
      if (isOnDesktop()) return void (await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder)));
      await vscode.env.clipboard.writeText(folder);
      showNote(t('{0} is in the clipboard: a browser or a remote window cannot open that folder.', folder));
    },

    writeReport: (file) => writeReport(lif, file, storeOf(file)),

    installTensorFlow: () => installTensorFlow(lif),
  };
}

/** Whether the files lie on the machine whose screen this is. */
const isOnDesktop = (): boolean => vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;

function storeOf(file: string): string {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  return storeFor(file, folders, readSettings(vscode.Uri.file(file)).store);
}

/** Changes the text of a file, in the editor where it is open; it is not saved. */
export async function changeText(file: string, edits: readonly TextEdit[]): Promise<void> {
  const uri = vscode.Uri.file(file);
  const change = new vscode.WorkspaceEdit();
  for (const { range, text } of edits) change.replace(uri, toRange(range), text);
  if (!(await vscode.workspace.applyEdit(change))) throw new Refusal(t('{0} cannot be changed.', basename(file)));
}

function checkedLength(file: string, text: string): string {
  if (text.length > MAX_EXPERIMENT_BYTES) throw new Refusal(tooLarge(file));
  return text;
}

async function showProblems(file: string, { diagnostics }: Checked): Promise<void> {
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), { viewColumn: columnOf(file) });
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (first !== undefined) reveal(editor, toRange(first.range));
  await vscode.commands.executeCommand('workbench.actions.view.problems', { preserveFocus: true });
}

function reveal(editor: vscode.TextEditor, range: vscode.Range): void {
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Where the file is open already: a view beside it must not be covered. */
function columnOf(file: string): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const showing = groups.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath === file),
  );
  return showing?.viewColumn ?? vscode.ViewColumn.One;
}

async function studyOf(file: string, documents: ExperimentDocuments, catalog: StudyCatalog): Promise<string> {
  const open = documents.find(file);
  const checked = open && (await documents.check(open).catch(() => undefined));
  return checked?.outline?.name || catalog.outlines().get(file)?.name || basename(file);
}
