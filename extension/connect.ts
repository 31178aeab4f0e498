import * as vscode from 'vscode';
import { UNTRUSTED } from '../protocol/webview.ts';
import { showFailure, showNote } from './base/notify.ts';
import { readSettings, SECTION } from './base/settings.ts';
import { t } from './base/words.ts';
import { ENGINE_SETTINGS } from './host/command.ts';
import type { Own, Parts } from './parts.ts';
import { Endings } from './status/ended.ts';

/** Tells each part what has changed in the others. */
export function connect(parts: Parts, own: Own): void {
  const problems = new Map<string, string>();
  const showStatus = (): void => {
    parts.status.update(parts.host.health, problems, parts.runs);
    const sentences = [parts.host.health.message, ...problems.values(), vscode.workspace.isTrusted ? '' : t(UNTRUSTED)];
    parts.treeView.message = sentences.filter((sentence) => sentence !== '').join('\n');
  };
  connectRuns(parts, own, problems, showStatus);
  connectFiles(parts, own);
  connectWorkspace(parts, own, showStatus);
  showStatus();
}

/** What the query process tells, to whatever shows runs. */
function connectRuns(parts: Parts, own: Own, problems: Map<string, string>, showStatus: () => void): void {
  const { host, runs, documents, comparisons, expectations, panels, lenses, warnings, tree, commands, log } = parts;
  const { insight, gutter } = parts;
  const endings = new Endings();
  own(
    runs.onChange((change) => {
      for (const { file, message, failed } of endings.notice(change, (path) => runs.ofFile(path))) {
        const compare = () => void vscode.commands.executeCommand('lifLab.compare', vscode.Uri.file(file));
        (failed ? showFailure : showNote)(message, { title: t('Compare'), run: compare });
      }
      comparisons.runsChanged(change);
      if (change.structural) expectations.runsChanged(change.files);
      tree.runsChanged(change);
      lenses.runsChanged(change);
      warnings.changed(change.files);
      insight.runsChanged(change);
      gutter.runsChanged(change);
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
      comparisons.forget();
      commands.refresh().catch((error) => log(`The list of runs could not be read: ${error.message}`));
      documents.checkAll();
      lenses.refresh();
      insight.refresh();
    }),
  );
}

/** What happens to experiment files. */
function connectFiles(
  { host, documents, catalog, comparisons, expectations, advice, panels, tree, warnings, log }: Parts,
  own: Own,
): void {
  own(
    catalog.onChange(() => {
      comparisons.filesChanged();
      expectations.show(catalog.outlines());
      tree.catalogChanged();
    }),
  );
  own(
    comparisons.onChange((file) => {
      tree.comparisonChanged(file);
      advice.comparisonChanged(file);
      warnings.changed(new Set([file]));
    }),
  );
  own(documents.onOpened(() => void host.watchStores().catch((error) => log(error.message))));
  own(
    documents.onChecked(({ document, checked }) => {
      catalog.learn(document.uri.fsPath, checked);
      panels.fileChanged(document.uri.fsPath);
    }),
  );
}

/** Trust, folders and settings. What is configured of the engine counts from the next query process on. */
function connectWorkspace({ host, catalog, panels, log }: Parts, own: Own, showStatus: () => void): void {
  const watchStores = (): void => {
    Promise.all([host.watchStores(), catalog.refresh()]).then(undefined, (error) => log(error.message));
  };
  own(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      panels.trustChanged();
      showStatus();
      const settings = readSettings();
      if (ENGINE_SETTINGS.some((name) => settings[name] !== '')) host.restart();
    }),
  );
  own(vscode.workspace.onDidChangeWorkspaceFolders(watchStores));
  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const affects = (name: string): boolean => event.affectsConfiguration(`${SECTION}.${name}`);
      if (ENGINE_SETTINGS.some(affects)) host.restart();
      else if (affects('store')) watchStores();
    }),
  );
}
