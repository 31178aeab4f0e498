import * as vscode from 'vscode';
import { registerCommands } from './commands/register.ts';
import { type CommandContext, start } from './commands/table.ts';
import { storeFor, storeIn } from './experiment-files.ts';
import { HostClient } from './host/client.ts';
import { spawnHost } from './host/command.ts';
import { registerAssist } from './language/assist.ts';
import { ExperimentLenses } from './language/code-lens.ts';
import { showDiagnostics } from './language/diagnostics.ts';
import { ExperimentDocuments } from './language/documents.ts';
import { StudyCatalog } from './model/catalog.ts';
import { RunsModel } from './model/model.ts';
import { UNTRUSTED } from './panels/bridge.ts';
import { saveText } from './panels/export.ts';
import { Panels } from './panels/panels.ts';
import { ViewStates } from './panels/states.ts';
import { readSettings } from './settings.ts';
import { StatusItem } from './status/status.ts';
import { RunsTree } from './tree/tree.ts';
import { createWorkbench } from './workbench.ts';

/**
 * Puts the parts together. Two lifetimes: what is made here lives as long as the extension; the query process behind
 * `host` may die and come back any number of times, and whatever depends on it listens to its health.
 */
export function activate(extension: vscode.ExtensionContext): void {
  const own = <T extends { dispose(): void }>(part: T): T => {
    extension.subscriptions.push(part);
    return part;
  };
  const output = own(vscode.window.createOutputChannel('LIF Lab', { log: true }));
  const log = (line: string): void => output.info(line);

  const host: HostClient = own(
    new HostClient({
      spawn: () => spawnHost(extension.asAbsolutePath('dist/lif.mjs'), readSettings(), extension.extensionPath),
      stores: () => storesOf([...documents.openFiles(), ...panels.files()]),
      log,
    }),
  );
  const runs = own(new RunsModel());
  const documents: ExperimentDocuments = own(
    new ExperimentDocuments((file, text) => host.request('experiment/check', { file, text })),
  );
  const catalog = own(new StudyCatalog((file, text) => host.request('experiment/check', { file, text })));
  const refresh = async (): Promise<void> => {
    runs.replace(await host.request('runs/list', {}));
    await catalog.refresh();
  };

  const workbench = createWorkbench({
    extensionUri: extension.extensionUri,
    documents,
    catalog,
    panels: () => panels,
    showOutput: () => output.show(),
  });
  const context: CommandContext = { host, runs, workbench, refresh };
  const states = own(new ViewStates(extension.workspaceState));
  const panels: Panels = own(
    new Panels(extension.extensionUri, {
      host,
      runs,
      trusted: () => vscode.workspace.isTrusted,
      openText: (file) => documents.find(file)?.getText(),
      start: (file, wanted) => start(context, file, wanted),
      openView: (file, view) => vscode.commands.executeCommand(`lifLab.${view}`, vscode.Uri.file(file)),
      openFile: (file, variant) =>
        vscode.commands.executeCommand('lifLab.openFile', vscode.Uri.file(file), ...(variant ? [variant] : [])),
      save: (name, text) => saveText(name, text, log),
      loadState: (target) => states.load(target),
      saveState: (state) => states.save(state),
      loadOpen: () => states.loadOpen(),
      saveOpen: (targets) => states.saveOpen(targets),
      log,
    }),
  );

  const lenses = own(new ExperimentLenses(host, documents, runs));
  own(showDiagnostics(documents));
  own(registerAssist(host));
  const tree = own(new RunsTree(runs, catalog));
  const treeView = own(
    vscode.window.createTreeView('lifLab.runs', { treeDataProvider: tree, canSelectMany: true, showCollapseAll: true }),
  );
  const status = own(new StatusItem());
  const problems = new Map<string, string>();
  const showStatus = (): void => {
    status.update(host.health, problems, runs);
    const sentences = [host.health.message, ...problems.values(), vscode.workspace.isTrusted ? '' : UNTRUSTED];
    treeView.message = sentences.filter((sentence) => sentence !== '').join('\n');
  };
  own(registerCommands(context, () => ({ health: host.health, trusted: vscode.workspace.isTrusted }), log));

  own(
    runs.onChange((change) => {
      tree.runsChanged(change);
      lenses.runsChanged(change);
      panels.runsChanged(change);
      showStatus();
    }),
  );
  own(host.onStoreChanged(({ changed, removed }) => runs.apply(changed, removed)));
  own(
    host.onStoreProblem(({ store, message }) => {
      if (message === '') problems.delete(store);
      else problems.set(store, message);
      showStatus();
    }),
  );
  own(
    host.onHealth((health) => {
      problems.clear();
      showStatus();
      panels.healthChanged(health);
      if (health.state !== 'ready') return;
      refresh().catch((error) => log(`The list of runs could not be read: ${error.message}`));
      documents.checkAll();
      lenses.refresh();
    }),
  );
  own(catalog.onChange(() => tree.catalogChanged()));
  own(documents.onOpened(() => void host.watchStores().catch((error) => log(error.message))));
  own(
    documents.onChecked(({ document, checked }) => {
      catalog.learn(document.uri.fsPath, checked);
      panels.fileChanged(document.uri.fsPath);
    }),
  );
  own(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      panels.trustChanged();
      showStatus();
      // A configured Node.js or data folder counts only now.
      const { nodePath, dataFolder } = readSettings();
      if (nodePath !== '' || dataFolder !== '') host.restart();
    }),
  );
  own(vscode.workspace.onDidChangeWorkspaceFolders(() => watchStores()));
  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const affects = (name: string): boolean => event.affectsConfiguration(`lifLab.${name}`);
      if (affects('nodePath') || affects('dataFolder')) host.restart();
      else if (affects('store')) watchStores();
    }),
  );

  const watchStores = (): void => {
    Promise.all([host.watchStores(), catalog.refresh()]).then(undefined, (error) => log(error.message));
  };
  showStatus();
  host.start();
  catalog.refresh().then(() => vscode.commands.executeCommand('setContext', 'lifLab.listed', true));
}

/** The stores of the workspace folders on this machine, and those of experiment files that are open outside of them. */
function storesOf(openFiles: readonly string[]): string[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const paths = folders.map(({ uri }) => uri.fsPath);
  return [
    ...new Set([
      ...folders.map(({ uri }) => storeIn(uri.fsPath, readSettings(uri).store)),
      ...openFiles.map((file) => storeFor(file, paths, readSettings(vscode.Uri.file(file)).store)),
    ]),
  ].sort();
}
