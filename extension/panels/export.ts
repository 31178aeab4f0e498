import * as vscode from 'vscode';
import { showError } from '../base/notify.ts';

/** Asks where to, and writes the text there. */
export async function saveText(suggestedName: string, text: string, log: (line: string) => void): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  // A name from a webview must not choose the folder.
  const name = suggestedName.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-');
  const target = await vscode.window.showSaveDialog(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {});
  if (target === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  } catch (error) {
    log(`${target.fsPath}: ${error}`);
    showError(`${target.fsPath} could not be written.`);
  }
}
