import { basename } from 'node:path';
import * as vscode from 'vscode';
import { experimentName } from './base/experiment-files.ts';
import { t } from './base/words.ts';
import type { Template } from './commands/templates.ts';

export async function firstSteps(): Promise<void> {
  // Where another walkthrough is shown, some versions do nothing when they are asked for this one: so the list comes first.
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', { category: '' });
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'lif-lab.lif-lab#firstMinute', false);
}

export async function pickTemplate(templates: readonly Template[]): Promise<Template | undefined> {
  const items = templates.map((template) => ({
    // A test looks for the translations of all of them.
    label: t(template.title),
    description: t(template.takes),
    detail: t(template.question),
    template,
  }));
  const options = {
    title: t('New experiment'),
    placeHolder: t('What to begin with; everything can be changed in the file'),
  };
  return (await vscode.window.showQuickPick(items, { ...options, matchOnDetail: true }))?.template;
}

/** Asks where to, unless it is to be in the first folder of the workspace, and opens a copy there. */
export async function newExperiment(extension: vscode.Uri, { file }: Template, here = false): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (here && folder) return openCopy(extension, file, await freeName(folder, basename(file)));
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: await freeName(folder, basename(file)) } : {}),
    title: t('New LIF Lab experiment'),
  });
  if (target === undefined) return;
  return openCopy(extension, file, target.with({ path: experimentName(target.path) }));
}

async function openCopy(extension: vscode.Uri, file: string, chosen: vscode.Uri): Promise<void> {
  const example = vscode.Uri.joinPath(extension, 'examples', file);
  await vscode.workspace.fs.copy(example, chosen, { overwrite: true });
  await vscode.window.showTextDocument(chosen, { preview: false });
}

/** Asks where to, beside a file, and writes this text there. */
export async function newExperimentOf(file: string, text: string): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: await freeName(vscode.Uri.joinPath(vscode.Uri.file(file), '..'), basename(file)),
    title: t('New experiment from a run'),
  });
  if (target === undefined) return;
  const chosen = target.with({ path: experimentName(target.path) });
  await vscode.workspace.fs.writeFile(chosen, new TextEncoder().encode(text));
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
