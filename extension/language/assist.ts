import * as vscode from 'vscode';
import type { HostClient } from '../host/client.ts';
import { fromPosition, toRange } from './convert.ts';
import { SELECTOR } from './documents.ts';

/** Completions and hovers of experiment files, answered by the query process. */
export function registerAssist(host: Pick<HostClient, 'request'>): vscode.Disposable {
  const where = (document: vscode.TextDocument, position: vscode.Position) => ({
    file: document.uri.fsPath,
    text: document.getText(),
    position: fromPosition(position),
  });
  const completions: vscode.CompletionItemProvider = {
    async provideCompletionItems(document, position, token) {
      const found = await host.request('experiment/complete', where(document, position), token).catch(() => []);
      return found.map(({ label, kind, insert, detail, documentation, range }, index) => {
        const { Field, EnumMember, Snippet } = vscode.CompletionItemKind;
        const item = new vscode.CompletionItem(label, { field: Field, value: EnumMember, snippet: Snippet }[kind]);
        item.insertText = kind === 'snippet' ? new vscode.SnippetString(insert) : insert;
        item.range = toRange(range);
        item.filterText = label;
        // The order of the schema, which is the order in which one writes a file.
        item.sortText = String(index).padStart(4, '0');
        // A field is followed by a value, which can be completed, too.
        if (kind === 'field') item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
        if (detail !== undefined) item.detail = detail;
        if (documentation !== undefined) item.documentation = new vscode.MarkdownString(documentation);
        return item;
      });
    },
  };
  const hovers: vscode.HoverProvider = {
    async provideHover(document, position, token) {
      const hover = await host.request('experiment/hover', where(document, position), token).catch(() => null);
      return hover && new vscode.Hover(new vscode.MarkdownString(hover.contents), toRange(hover.range));
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(SELECTOR, completions, ' ', ':', '[', ',', '"'),
    vscode.languages.registerHoverProvider(SELECTOR, hovers),
  );
}
