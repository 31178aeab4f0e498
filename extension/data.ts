import * as vscode from 'vscode';
import { showError, showNote } from './base/notify.ts';
import { readSettings } from './base/settings.ts';
import { runtime } from './host/command.ts';

/** Downloads a data set in a terminal that shows how far it is; whether it is there then. */
export async function downloadData(script: string, name: string): Promise<boolean> {
  const { dataMirror } = readSettings();
  const args = ['data', 'get', name, ...(dataMirror === '' ? [] : ['--mirror', dataMirror])];
  return runLif(script, `get ${name}`, args, `${name} is here.`);
}

/** Takes over a folder or an archive that the user has; whether the data set is there then. */
export async function importData(script: string, name: string): Promise<boolean> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: true,
    title: `Folder or archive with ${name}`,
    openLabel: 'Take Over',
  });
  const path = picked?.[0]?.fsPath;
  if (path === undefined) return false;
  return runLif(script, `import ${name}`, ['data', 'import', name, path], `${name} is taken over.`);
}

/** Installs native TensorFlow in a terminal, where Ctrl-C ends it; whether it is there then. */
export async function installTensorFlow(script: string): Promise<boolean> {
  return runLif(script, 'install TensorFlow', ['backend', 'install', 'tfjs'], 'TensorFlow is installed.');
}

/** Exit code of `lif` after Ctrl-C: whoever pressed it knows. */
const STOPPED = 130;

/** As a task: its output stays to be read, and its end is known. */
async function runLif(script: string, title: string, args: readonly string[], done: string): Promise<boolean> {
  const { program, env } = runtime(readSettings());
  const execution = new vscode.ProcessExecution(program, [script, ...args], { env });
  const task = new vscode.Task({ type: 'lif-lab' }, vscode.TaskScope.Workspace, title, 'LIF Lab', execution);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  const started = await vscode.tasks.executeTask(task);
  const exitCode = await new Promise<number | undefined>((resolve) => {
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
  if (exitCode === 0) {
    showNote(done);
    // It would cover half of the file and its curves, with nothing left to say; the terminal stays behind it.
    await vscode.commands.executeCommand('workbench.action.closePanel');
  } else if (exitCode !== STOPPED) {
    showError(`“lif ${args.slice(0, 3).join(' ')}” did not succeed; the terminal says why.`);
  }
  return exitCode === 0;
}
