import * as vscode from 'vscode';
import type { Diagnostic } from '../../protocol/experiment.ts';
import type { CommandId } from '../base/command-ids.ts';
import { DATASETS } from '../base/datasets.ts';
import { t } from '../base/words.ts';
import { toRange } from './convert.ts';
import { type ExperimentDocuments, SELECTOR } from './documents.ts';

/** What Ctrl+. offers: the names and values that diagnostics say were probably meant. */
export function registerQuickFixes(documents: ExperimentDocuments): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, range) {
      const checked = await documents.check(document).catch(() => undefined);
      const fixes = (checked?.diagnostics ?? []).flatMap((diagnostic) => {
        const action = actionOf(document, diagnostic);
        return action && toRange(diagnostic.range).intersection(range) ? [action] : [];
      });
      const dataset = datasetIn(document.lineAt(range.start.line).text);
      return dataset === undefined ? fixes : [...fixes, ...waysTo(dataset)];
    },
  };
  const kinds = [vscode.CodeActionKind.QuickFix];
  return vscode.languages.registerCodeActionsProvider(SELECTOR, provider, { providedCodeActionKinds: kinds });
}

/** In the quotes of what it replaces, which JSON cannot do without. */
export function quotedAs(before: string, text: string): string {
  const quote = /^["']/.exec(before)?.[0] ?? '';
  return `${quote}${text}${quote}`;
}

/** The data set with files of its own that a line names. */
export function datasetIn(line: string): string | undefined {
  const name = /\bname["']?\s*:\s*["']?([\w-]+)/.exec(line)?.[1];
  return DATASETS.find((dataset) => dataset === name);
}

/** How to get it: there is nothing to do when it is there already, and `lif` says so. */
function waysTo(dataset: string): vscode.CodeAction[] {
  const action = (title: string, command: CommandId): vscode.CodeAction => {
    const way = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    way.command = { command, title, arguments: [{ dataset }] };
    return way;
  };
  return [
    action(t('Download {0}', dataset), 'lifLab.downloadData'),
    action(t('Choose a folder with {0}…', dataset), 'lifLab.importData'),
  ];
}

function actionOf(
  document: vscode.TextDocument,
  { range, replacement, whole }: Diagnostic,
): vscode.CodeAction | undefined {
  if (replacement === undefined) return undefined;
  const action = new vscode.CodeAction(t('Change to {0}', replacement), vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  const text = whole ? replacement : quotedAs(document.getText(toRange(range)), replacement);
  action.edit.replace(document.uri, toRange(range), text);
  action.isPreferred = true;
  const own = vscode.languages.getDiagnostics(document.uri).filter((known) => known.range.isEqual(toRange(range)));
  action.diagnostics = own;
  return action;
}
