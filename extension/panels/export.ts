import * as vscode from 'vscode';
import { showError } from '../base/notify.ts';

/** Asks where to, and writes the bytes there. */
export async function saveFile(suggestedName: string, bytes: Uint8Array, log: (line: string) => void): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  // A name from a webview must not choose the folder.
  const name = suggestedName.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-');
  const target = await vscode.window.showSaveDialog(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {});
  if (target === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
  } catch (error) {
    log(`${target.fsPath}: ${error}`);
    showError(`${target.fsPath} could not be written.`);
  }
}
