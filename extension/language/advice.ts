import * as vscode from 'vscode';
import type { Advice } from '../../protocol/comparison/advice.ts';
import type { Outline } from '../../protocol/experiment.ts';
import { plainLabel } from '../../protocol/text/plain-text.ts';
import type { HostClient } from '../host/client.ts';
import { adviceMessage } from './advice-text.ts';
import { toRange } from './convert.ts';
import { type ExperimentDocuments, SELECTOR } from './documents.ts';

/** The version that the advice of a file is of, and where its variants stood. */
interface Known {
  version: number;
  outline: Outline;
  advice: Advice[];
}

/** What the results of a study suggest, as hints at its variants, with a quick fix that adds what is suggested. */
export class AdviceHints implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('lif-lab-advice');
  private readonly known = new Map<string, Known>();
  private readonly disposables: vscode.Disposable[];
  private readonly host: Pick<HostClient, 'request' | 'health'>;
  private readonly documents: ExperimentDocuments;

  constructor(host: Pick<HostClient, 'request' | 'health'>, documents: ExperimentDocuments) {
    this.host = host;
    this.documents = documents;
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.disposables = [
      vscode.languages.registerCodeActionsProvider(SELECTOR, this, kinds),
      documents.onChecked(({ document }) => void this.refresh(document)),
      documents.onClosed((uri) => this.forget(uri)),
    ];
  }

  /** The comparison of this file may be another one. */
  comparisonChanged(file: string): void {
    const document = this.documents.find(file);
    if (document) void this.refresh(document);
  }

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const known = this.known.get(document.uri.toString());
    if (known?.version !== document.version) return [];
    // Anywhere on the line: who asks for a fix has rarely put the cursor on the name.
    const here = known.advice.filter((advice) => {
      const place = placeOf(known.outline, advice);
      return place && place.start.line <= range.end.line && place.end.line >= range.start.line;
    });
    const actions = await Promise.all(here.map((advice) => this.actionsOf(document, advice)));
    return actions.flat();
  }

  dispose(): void {
    for (const disposable of [...this.disposables, this.collection]) disposable.dispose();
  }

  private async refresh(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    if (this.host.health.state !== 'ready') return;
    const checked = await this.documents.check(document).catch(() => undefined);
    if (!checked?.outline || checked.diagnostics.some(({ severity }) => severity === 'error')) return;
    const asked = { file: uri.fsPath, text: document.getText() };
    const advice = await this.host.request('advice/list', asked).catch(() => undefined);
    if (!advice || document.version !== version || document.isClosed) return;
    const { outline } = checked;
    this.known.set(uri.toString(), { version, outline, advice });
    this.collection.set(
      uri,
      advice.flatMap((one) => {
        const range = placeOf(outline, one);
        return range ? [diagnosticOf(uri, outline, one, range)] : [];
      }),
    );
  }

  private forget(uri: vscode.Uri): void {
    this.known.delete(uri.toString());
    this.collection.delete(uri);
  }

  private async actionsOf(document: vscode.TextDocument, advice: Advice): Promise<vscode.CodeAction[]> {
    const { suggestion } = advice;
    const show = new vscode.CodeAction('Show the comparison behind this', vscode.CodeActionKind.QuickFix);
    show.command = { command: 'lifLab.compare', title: 'Compare', arguments: [document.uri] };
    if (!suggestion) return [show];
    const text = document.getText();
    const found = await this.host
      .request('experiment/edit', { file: document.uri.fsPath, text, edit: { kind: 'add', ...suggestion } })
      .catch(() => undefined);
    if (!found) return [show];
    const title = `Add the variant “${plainLabel(suggestion.name)}”, to test it`;
    const add = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    add.edit = new vscode.WorkspaceEdit();
    for (const { range, text: added } of found.edits) add.edit.replace(document.uri, toRange(range), added);
    return [add, show];
  }
}

function placeOf({ variants }: Outline, { variant }: Advice): vscode.Range | undefined {
  const found = variants.find(({ name }) => name === variant);
  return found && toRange(found.range);
}

function diagnosticOf(uri: vscode.Uri, outline: Outline, advice: Advice, range: vscode.Range): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, adviceMessage(advice), vscode.DiagnosticSeverity.Hint);
  diagnostic.source = 'LIF Lab';
  diagnostic.code = {
    value: `paper, section ${advice.paper.section}`,
    target: vscode.Uri.parse('https://arxiv.org/abs/2403.16674'),
  };
  const baseline = outline.variants[0];
  if (baseline && advice.evidence !== 'untested') {
    const location = new vscode.Location(uri, toRange(baseline.range));
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(location, advice.evidence)];
  }
  return diagnostic;
}
