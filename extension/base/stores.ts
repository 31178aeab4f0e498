import * as vscode from 'vscode';
import { storeFor, storeIn } from './experiment-files.ts';
import { readSettings } from './settings.ts';

/** The stores of the workspace folders on this machine, and those of experiment files that are open outside of them. */
export function watchedStores(openFiles: readonly string[]): string[] {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const paths = folders.map(({ uri }) => uri.fsPath);
  return [
    ...new Set([
      ...folders.map(({ uri }) => storeIn(uri.fsPath, readSettings(uri).store)),
      ...openFiles.map((file) => storeFor(file, paths, readSettings(vscode.Uri.file(file)).store)),
    ]),
  ].sort();
}
