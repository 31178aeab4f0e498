import * as vscode from 'vscode';
import { showError, showNote } from './base/notify.ts';
import { readSettings } from './base/settings.ts';
import { t } from './base/words.ts';
import { runtime } from './host/command.ts';

/** Downloads a data set in a terminal that shows how far it is; whether it is there then. */
export async function downloadData(script: string, name: string): Promise<boolean> {
  const { dataMirror } = readSettings();
  const args = ['data', 'get', name, ...(dataMirror === '' ? [] : ['--mirror', dataMirror])];
  return runLif(script, t('get {0}', name), args, t('{0} is here.', name));
}

/** Takes over a folder or an archive that the user has; whether the data set is there then. */
export async function importData(script: string, name: string): Promise<boolean> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: true,
    title: t('Folder or archive with {0}', name),
    openLabel: t('Take Over'),
  });
  const path = picked?.[0]?.fsPath;
  if (path === undefined) return false;
  return runLif(script, t('import {0}', name), ['data', 'import', name, path], t('{0} is taken over.', name));
}

/** A table and a sample, or the checksum of every file, in a terminal that stays. */
export async function lookAtData(script: string, name: string, how: 'show' | 'check'): Promise<void> {
  await runLif(script, how === 'show' ? t('show {0}', name) : t('check {0}', name), ['data', how, name]);
}

/** Installs native TensorFlow in a terminal, where Ctrl-C ends it; whether it is there then. */
export async function installTensorFlow(script: string): Promise<boolean> {
  return runLif(script, t('install TensorFlow'), ['backend', 'install', 'tfjs'], t('TensorFlow is installed.'));
}

/** Exit code of `lif` after Ctrl-C: whoever pressed it knows. */
const STOPPED = 130;

/** As a task: its output stays to be read, and its end is known. */
async function runLif(script: string, title: string, args: readonly string[], done?: string): Promise<boolean> {
  const { program, env } = runtime(readSettings());
  const execution = new vscode.ProcessExecution(program, [script, ...args], { env });
  const task = new vscode.Task({ type: 'lif-lab' }, vscode.TaskScope.Workspace, title, 'LIF Lab', execution);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  const started = await vscode.tasks.executeTask(task);
  // How far it is stands in the terminal; that it goes on, and a way to end it, also where that is covered.
  const progress = { location: vscode.ProgressLocation.Notification, title: `LIF Lab: ${title}`, cancellable: true };
  const exitCode = await vscode.window.withProgress(progress, (_, token) => {
    token.onCancellationRequested(() => started.terminate());
    return endOf(started).then((code) => (token.isCancellationRequested ? STOPPED : code));
  });
  if (exitCode === 0) {
    if (done === undefined) return true;
    showNote(done);
    // It would cover half of the file and its curves, with nothing left to say; the terminal stays behind it.
    await vscode.commands.executeCommand('workbench.action.closePanel');
  } else if (exitCode !== STOPPED) {
    showError(t('“lif {0}” did not succeed; the terminal says why.', args.slice(0, 3).join(' ')));
  }
  return exitCode === 0;
}

/** Its exit code; undefined where it could not be started. */
function endOf(started: vscode.TaskExecution): Promise<number | undefined> {
  return new Promise<number | undefined>((resolve) => {
    const ends = [
      vscode.tasks.onDidEndTaskProcess((event) => event.execution === started && end(event.exitCode)),
      // Without a process: it could not be started.
      vscode.tasks.onDidEndTask((event) => event.execution === started && end(undefined)),
    ];
    function end(exitCode: number | undefined): void {
      for (const listener of ends) listener.dispose();
      resolve(exitCode);
    }
  });
}
