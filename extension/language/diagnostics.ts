import * as vscode from 'vscode';
import type { Diagnostic } from '../../protocol/experiment.ts';
import { toRange } from './convert.ts';
import type { ExperimentDocuments } from './documents.ts';

/** Shows what is wrong in open experiment files, at its line and column. */
export function showDiagnostics(documents: ExperimentDocuments): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('lif-lab');
  return vscode.Disposable.from(
    collection,
    documents.onChecked(({ document, version, checked }) => {
      if (document.version === version) collection.set(document.uri, checked.diagnostics.map(toDiagnostic));
    }),
    documents.onClosed((uri) => collection.delete(uri)),
  );
}

function toDiagnostic({ range, severity, message, path }: Diagnostic): vscode.Diagnostic {
  const level = vscode.DiagnosticSeverity[severity === 'error' ? 'Error' : 'Warning'];
  const diagnostic = new vscode.Diagnostic(toRange(range), message, level);
  diagnostic.source = 'LIF Lab';
  if (path !== '') diagnostic.code = path;
  return diagnostic;
}
