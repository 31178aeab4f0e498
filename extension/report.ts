import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Refusal } from '../protocol/calls.ts';
import { showError, showNote } from './base/notify.ts';
import { readSettings } from './base/settings.ts';
import { t } from './base/words.ts';
import { Cancelled } from './commands/cancelled.ts';
import { runtime } from './host/command.ts';

/** More of a page than this is not put into a panel. */
const MAX_SHOWN_BYTES = 64 * 1024 * 1024;

/**
 * Asks where to, has `lif report` write it, in a process of its own that can be cancelled, and offers to open it.
 * @param script absolute path of the `lif` bundle
 * @throws Refusal with the sentence of `lif`; Cancelled when the user turned away
 */
export async function writeReport(script: string, file: string, store: string): Promise<void> {
  const study = basename(file).replace(/\.lif\.(yaml|json)$/, '');
  const target = await vscode.window.showSaveDialog({
    title: t('Report of {0}', study),
    saveLabel: t('Write Report'),
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(file), '..', `${study}.html`),
    filters: { 'HTML page': ['html'], Markdown: ['md'] },
  });
  if (target === undefined) throw new Cancelled();
  const path = /\.(html?|md|markdown)$/i.test(target.fsPath) ? target.fsPath : `${target.fsPath}.html`;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Writing the report of {0}', study), cancellable: true },
    (_progress, token) => run(script, ['report', file, '-o', path, '--store', store], token),
  );
  showNote(t('{0} is written.', basename(path)), { title: t('Open'), run: () => void open(vscode.Uri.file(path)) });
}

/** Ends when the process has; what it says on standard error is why it failed. */
function run(script: string, args: readonly string[], token: vscode.CancellationToken): Promise<void> {
  const { program, env: own } = runtime(readSettings());
  const env: NodeJS.ProcessEnv = { ...process.env, ...own };
  delete env.NODE_OPTIONS;
  return new Promise((resolve, reject) => {
    const child = execFile(program, [script, ...args], { env, windowsHide: true }, (error, _stdout, stderr) => {
      cancelled.dispose();
      if (token.isCancellationRequested) reject(new Cancelled());
      else if (error) reject(new Refusal(stderr.trim() || t('The report was not written: {0}', error.message)));
      else resolve();
    });
    const cancelled = token.onCancellationRequested(() => child.kill());
  });
}

/** A page in a panel in which nothing can run, so that it opens in a browser and over a network, too; Markdown as a preview. */
async function open(uri: vscode.Uri): Promise<void> {
  try {
    if (!/\.html?$/i.test(uri.fsPath)) return void (await vscode.commands.executeCommand('markdown.showPreview', uri));
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > MAX_SHOWN_BYTES)
      return showError(t('{0} is too large to be shown here: open it in a browser.', uri.fsPath));
    const html = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const options = { enableScripts: false, localResourceRoots: [], enableFindWidget: true };
    const panel = vscode.window.createWebviewPanel(
      'lifLab.report',
      basename(uri.fsPath),
      vscode.ViewColumn.Active,
      options,
    );
    panel.webview.html = html;
  } catch {
    showError(t('{0} cannot be read: it was moved or deleted.', uri.fsPath));
  }
}
