import * as vscode from 'vscode';
import { showError, showNote } from './base/notify.ts';
import { readSettings } from './base/settings.ts';
import { runtime } from './host/command.ts';

/** Downloads a data set in a terminal that shows how far it is. */
export async function downloadData(script: string, name: string): Promise<void> {
  await runLif(script, `get ${name}`, ['data', 'get', name], `${name} is here. Press Run again.`);
}

/** Takes over a folder or an archive that the user has. */
export async function importData(script: string, name: string): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: true,
    title: `Folder or archive with ${name}`,
    openLabel: 'Take Over',
  });
  const path = picked?.[0]?.fsPath;
  if (path === undefined) return;
  await runLif(script, `import ${name}`, ['data', 'import', name, path], `${name} is taken over. Press Run again.`);
}

/** As a task: its output stays to be read, and its end is known. */
async function runLif(script: string, title: string, args: readonly string[], done: string): Promise<void> {
  const { program, env } = runtime(readSettings());
  const execution = new vscode.ProcessExecution(program, [script, ...args], { env });
  const task = new vscode.Task({ type: 'lif-lab' }, vscode.TaskScope.Workspace, title, 'LIF Lab', execution);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  const started = await vscode.tasks.executeTask(task);
  const end = vscode.tasks.onDidEndTaskProcess((event) => {
    if (event.execution !== started) return;
    end.dispose();
    if (event.exitCode === 0) showNote(done);
    else showError(`“lif ${args.slice(0, 3).join(' ')}” did not succeed; the terminal says why.`);
  });
}
