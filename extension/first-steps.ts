import { basename } from 'node:path';
import * as vscode from 'vscode';
import { experimentName } from './base/experiment-files.ts';
import type { Template } from './commands/templates.ts';

export async function firstSteps(): Promise<void> {
  // Where another walkthrough is shown, some versions do nothing when they are asked for this one: so the list comes first.
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', { category: '' });
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'lif-lab.lif-lab#firstMinute', false);
}

export async function pickTemplate(templates: readonly Template[]): Promise<Template | undefined> {
  const items = templates.map((template) => ({
    label: template.title,
    description: template.takes,
    detail: template.question,
    template,
  }));
  const options = { title: 'New experiment', placeHolder: 'What to begin with; everything can be changed in the file' };
  return (await vscode.window.showQuickPick(items, { ...options, matchOnDetail: true }))?.template;
}

/** Asks where to, and opens a copy there. */
export async function newExperiment(extension: vscode.Uri, { file }: Template): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: await freeName(folder, basename(file)) } : {}),
    title: 'New LIF Lab experiment',
  });
  if (target === undefined) return;
  const chosen = target.with({ path: experimentName(target.path) });
  const example = vscode.Uri.joinPath(extension, 'examples', file);
  await vscode.workspace.fs.copy(example, chosen, { overwrite: true });
  await vscode.window.showTextDocument(chosen, { preview: false });
}

/** The name, or with a number when that is taken. */
async function freeName(folder: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let n = 1; ; n++) {
    const uri = vscode.Uri.joinPath(folder, n === 1 ? name : name.replace(/(?=\.lif\.)/, `-${n}`));
    const taken = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!taken || n === 100) return uri;
  }
}
