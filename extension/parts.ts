import * as vscode from 'vscode';
import { viewCommand } from './base/command-ids.ts';
import { readSettings } from './base/settings.ts';
import { watchedStores } from './base/stores.ts';
import { howToTrain } from './commands/how-to-train.ts';
import { putBack, start } from './commands/start.ts';
import type { CommandContext } from './commands/table.ts';
import { HostClient } from './host/client.ts';
import { spawnHost } from './host/command.ts';
import { AdviceHints } from './language/advice.ts';
import { ExperimentLenses } from './language/code-lens.ts';
import { ExperimentDocuments } from './language/documents.ts';
import { GutterMarks } from './language/inline/gutter.ts';
import { VariantHover } from './language/inline/hover.ts';
import { FileInsight } from './language/inline/insight.ts';
import { RunWarnings } from './language/run-warnings.ts';
import { StudyCatalog } from './model/catalog.ts';
import { Comparisons } from './model/comparisons.ts';
import { RunsModel } from './model/model.ts';
import { saveFile } from './panels/export.ts';
import { type PanelServices, Panels } from './panels/panels.ts';
import { ViewStates } from './panels/states.ts';
import { StatusItem } from './status/status.ts';
import { type ExpectationServices, ExpectationTests } from './testing/expectations.ts';
import { DatasetsTree } from './tree/datasets.ts';
import type { Node } from './tree/nodes.ts';
import { RunsTree } from './tree/tree.ts';
import { changeText, createWorkbench } from './workbench.ts';

/** Hands a part over to whoever ends it together with the extension. */
export type Own = <T extends { dispose(): void }>(part: T) => T;

export interface Parts {
  host: HostClient;
  runs: RunsModel;
  documents: ExperimentDocuments;
  catalog: StudyCatalog;
  comparisons: Comparisons;
  panels: Panels;
  lenses: ExperimentLenses;
  advice: AdviceHints;
  insight: FileInsight;
  gutter: GutterMarks;
  warnings: RunWarnings;
  tree: RunsTree;
  treeView: vscode.TreeView<unknown>;
  datasets: DatasetsTree;
  expectations: ExpectationTests;
  status: StatusItem;
  commands: CommandContext;
  log: (line: string) => void;
}

/** Makes the parts; they know each other, but nothing happens yet. */
export function createParts(extension: vscode.ExtensionContext, own: Own): Parts {
  const output = own(vscode.window.createOutputChannel('LIF Lab', { log: true }));
  const log = (line: string): void => output.info(line);
  const host: HostClient = own(
    new HostClient({
      spawn: () => spawnHost(extension.asAbsolutePath('dist/lif.mjs'), readSettings(), extension.extensionPath),
      stores: () => watchedStores([...documents.openFiles(), ...panels.files()]),
      log,
    }),
  );
  const check = (file: string, text: string) => host.request('experiment/check', { file, text });
  const runs = own(new RunsModel());
  const documents: ExperimentDocuments = own(new ExperimentDocuments(check));
  const catalog = own(new StudyCatalog(check, log));
  const comparisons = own(createComparisons(host, documents));
  const workbench = createWorkbench({
    extensionUri: extension.extensionUri,
    documents,
    catalog,
    panels: () => panels,
    revealRun: async (run) => treeView.reveal(tree.nodeOf(run), { select: true, focus: true, expand: true }),
    showOutput: () => output.show(),
    dataChanged: () => datasets.refresh(),
  });
  const refresh = async (): Promise<void> => {
    runs.replace(await host.request('runs/list', {}));
    datasets.refresh();
    await catalog.refresh();
  };
  const commands: CommandContext = { host, runs, workbench, refresh };
  const states = own(new ViewStates(extension.workspaceState));
  const panels: Panels = own(
    new Panels(
      extension.extensionUri,
      panelServices({
        host,
        runs,
        documents,
        states,
        log,
        start: (file, wanted) => start(commands, file, wanted),
        howToTrain: () => howToTrain(workbench.settings()),
        resume: (runIds) => putBack(commands, { runIds, ...howToTrain(workbench.settings()) }),
        showFile: (file, variant) => workbench.openFile(file, variant, true),
      }),
    ),
  );
  const insight = own(new FileInsight(host, documents));
  const gutter = own(new GutterMarks(extension.extensionUri, documents, runs));
  own(new VariantHover(host, documents, comparisons).register());
  const advice = own(new AdviceHints(host, documents));
  const lenses = own(new ExperimentLenses(comparisons, documents, runs));
  const warnings = own(new RunWarnings(host, documents, comparisons, runs));
  const tree: RunsTree = own(new RunsTree(runs, catalog, comparisons));
  const options = { treeDataProvider: tree, canSelectMany: true, showCollapseAll: true };
  const treeView: vscode.TreeView<Node> = own(vscode.window.createTreeView('lifLab.runs', options));
  const datasets: DatasetsTree = own(new DatasetsTree(() => host.request('data/list', {})));
  own(vscode.window.registerTreeDataProvider('lifLab.datasets', datasets));
  const expectations = own(new ExpectationTests(expectationServices(host, documents)));
  const status = own(new StatusItem());
  return {
    host,
    runs,
    documents,
    catalog,
    comparisons,
    panels,
    lenses,
    advice,
    insight,
    gutter,
    tree,
    treeView,
    datasets,
    expectations,
    warnings,
    status,
    commands,
    log,
  };
}

/** Of files as they are on the screen. */
function createComparisons(host: HostClient, documents: ExperimentDocuments): Comparisons {
  return new Comparisons(
    (params) => host.request('runs/compare', params),
    (file) => {
      const open = documents.find(file);
      return open && { version: open.version, text: open.getText() };
    },
  );
}

type PanelParts = Pick<Parts, 'host' | 'runs' | 'documents' | 'log'> &
  Pick<PanelServices, 'start' | 'resume' | 'howToTrain' | 'showFile'> & { states: ViewStates };

/** What panels ask of the other parts. */
function panelServices({ states, documents, ...parts }: PanelParts): PanelServices {
  const { host, runs, log, start, resume, howToTrain, showFile } = parts;
  return {
    host,
    runs,
    trusted: () => vscode.workspace.isTrusted,
    openText: (file) => documents.find(file)?.getText(),
    change: changeText,
    start,
    resume,
    howToTrain,
    openView: (file, view) => vscode.commands.executeCommand(viewCommand(view), vscode.Uri.file(file)),
    openFile: (file, variant) =>
      vscode.commands.executeCommand('lifLab.openFile', vscode.Uri.file(file), ...(variant ? [variant] : [])),
    showFile,
    addSeeds: (file) => vscode.commands.executeCommand('lifLab.addSeeds', vscode.Uri.file(file)),
    compareRuns: (runIds) => {
      const nodes = runIds.flatMap((id) => {
        const run = runs.get(id);
        return run ? [{ kind: 'run', file: run.file, variant: run.variant, runId: id }] : [];
      });
      vscode.commands.executeCommand('lifLab.compareRuns', nodes[0], nodes);
    },
    getData: async (dataset, how) =>
      (await vscode.commands.executeCommand<boolean>(`lifLab.${how}Data`, { dataset })) === true,
    run: (file, variant) => {
      const [command, ...args] = variant === undefined ? ['lifLab.runAll'] : ['lifLab.runVariant', variant];
      vscode.commands.executeCommand(command!, vscode.Uri.file(file), ...args);
    },
    copy: async (text) => vscode.env.clipboard.writeText(text),
    save: (name, text, encoding) => saveFile(name, Buffer.from(text, encoding ?? 'utf8'), log),
    loadState: (target) => states.load(target),
    saveState: (state) => states.save(state),
    loadOpen: () => states.loadOpen(),
    saveOpen: (targets) => states.saveOpen(targets),
    log,
  };
}

/** How the `expect:` lines of a file are judged, as it is on the screen, and how its runs are trained. */
function expectationServices(host: HostClient, documents: ExperimentDocuments): ExpectationServices {
  return {
    judge: (file) => {
      const text = documents.find(file)?.getText();
      return host.request('claims/check', text === undefined ? { file } : { file, text });
    },
    train: (file) => vscode.commands.executeCommand('lifLab.runAll', vscode.Uri.file(file)),
  };
}
