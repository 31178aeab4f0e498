import * as vscode from 'vscode';
import { t } from '../../base/words.ts';
import type { HostClient } from '../../host/client.ts';
import { toRange } from '../convert.ts';
import { type ExperimentDocuments, SELECTOR } from '../documents.ts';

/**
 * Rename Symbol on the name of a variant: the edit that the matrix makes, lines of `expect` included. Runs are found by what
 * they were trained with, so they follow.
 */
export function registerRename(host: Pick<HostClient, 'request'>, documents: ExperimentDocuments): vscode.Disposable {
  const variantAt = async (document: vscode.TextDocument, position: vscode.Position) => {
    const { outline } = await documents.check(document);
    return outline?.variants.find(({ range }) => toRange(range).contains(position));
  };
  return vscode.languages.registerRenameProvider(SELECTOR, {
    async prepareRename(document, position) {
      const variant = await variantAt(document, position);
      if (!variant) throw new Error(t('Only variants are renamed here: put the cursor on the name of one.'));
      return { range: toRange(variant.range), placeholder: variant.name };
    },
    async provideRenameEdits(document, position, name) {
      const variant = await variantAt(document, position);
      if (!variant) return undefined;
      const { edits } = await host.request('experiment/edit', {
        file: document.uri.fsPath,
        text: document.getText(),
        edit: { kind: 'rename', variant: variant.name, name },
      });
      const change = new vscode.WorkspaceEdit();
      for (const { range, text } of edits) change.replace(document.uri, toRange(range), text);
      return change;
    },
  });
}
