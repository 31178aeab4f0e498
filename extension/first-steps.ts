import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { experimentName } from './base/experiment-files.ts';
import { t } from './base/words.ts';
import type { Template } from './commands/templates.ts';

const WALKTHROUGH = 'lif-lab.lif-lab#firstMinute';
/** The page of walkthroughs turns to another one a moment after it has opened. */
const PAGE_MS = 1500;

/**
 * In the first session of a profile the page of walkthroughs turns to the first one of all ("Setup VS Code Web") when it opens, whichever
 * it was asked for, and some versions leave a page as it is that shows another one: so it is asked again, then asked for
 * its list first, and at last closed for a new one.
 */
export async function firstSteps(): Promise<void> {
  const open = (what: unknown): Thenable<unknown> =>
    vscode.commands.executeCommand('workbench.action.openWalkthrough', what, false);
  for (const before of [() => {}, () => {}, () => open({ category: '' }), closePage]) {
    await before();
    await open(WALKTHROUGH);
    await delay(PAGE_MS);
    if (isShown()) return;
  }
}

async function closePage(): Promise<void> {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  // Pages of VS Code itself have no input that extensions know.
  if (tab && tab.input === undefined) await vscode.window.tabGroups.close(tab);
}

/** Whether the active tab is the page of our walkthrough: its title names the extension, in any language. */
function isShown(): boolean {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  return tab !== undefined && tab.input === undefined && tab.label.includes('LIF Lab');
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
