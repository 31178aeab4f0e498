import * as vscode from 'vscode';
import type { Advice } from '../../protocol/comparison/advice.ts';
import type { Outline } from '../../protocol/experiment.ts';
import { plainLabel } from '../../protocol/text/plain-text.ts';
import { t } from '../base/words.ts';
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

/** Adds a suggested variant to the text. */
class Addition extends vscode.CodeAction {
  constructor(
    readonly document: vscode.TextDocument,
    readonly suggestion: NonNullable<Advice['suggestion']>,
  ) {
    const title = t('Add the variant “{0}”, to test it', plainLabel(suggestion.name));
    super(suggestion.price ? t('{0} (needs more seeds)', title) : title, vscode.CodeActionKind.QuickFix);
  }
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

  /**
   * At once, with nothing asked of anybody: an answer that comes later than the editor's own look at the line, a quarter of a
   * second after the cursor has moved, is thrown away, and the editor says that there is none.
   */
  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const known = this.known.get(document.uri.toString());
    if (known?.version !== document.version) return [];
    // Anywhere on the line: who asks for a fix has rarely put the cursor on the name.
    const here = known.advice.filter((advice) => {
      const place = placeOf(known.outline, advice);
      return place && place.start.line <= range.end.line && place.end.line >= range.start.line;
    });
    if (here.length === 0) return [];
    const additions = here.flatMap(({ suggestion }) => (suggestion ? [new Addition(document, suggestion)] : []));
    const views = [
      ...(here.some(({ analysis }) => !analysis)
        ? [{ command: 'lifLab.compare', title: t('Show the comparison behind this') }]
        : []),
      ...(here.some(({ analysis }) => analysis)
        ? [{ command: 'lifLab.analyses', title: t('Show the analyses behind this') }]
        : []),
    ];
    const shows = views.map(({ command, title }) => {
      const show = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      show.command = { command, title, arguments: [document.uri] };
      return show;
    });
    return [...additions, ...shows];
  }

  /** What an addition, once chosen, makes of the text. Throws the sentence why it has no place, which the editor shows. */
  async resolveCodeAction(action: vscode.CodeAction): Promise<vscode.CodeAction> {
    if (!(action instanceof Addition)) return action;
    const { document, suggestion } = action;
    const { name, override } = suggestion;
    const asked = { file: document.uri.fsPath, text: document.getText() };
    const { edits } = await this.host.request('experiment/edit', { ...asked, edit: { kind: 'add', name, override } });
    action.edit = new vscode.WorkspaceEdit();
    for (const { range, text } of edits) action.edit.replace(document.uri, toRange(range), text);
    return action;
  }

  dispose(): void {
    for (const disposable of [...this.disposables, this.collection]) disposable.dispose();
  }

  private async refresh(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    if (this.host.health.state !== 'ready') return;
    const checked = await this.documents.check(document).catch(() => undefined);
    if (!checked || document.version !== version) return;
    // The hints of what the text was would be left without a place, and without a fix.
    if (!checked.outline || checked.diagnostics.some(({ severity }) => severity === 'error')) return this.forget(uri);
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
}

function placeOf({ variants }: Outline, { variant }: Advice): vscode.Range | undefined {
  const found = variants.find(({ name }) => name === variant);
  return found && toRange(found.range);
}

function diagnosticOf(uri: vscode.Uri, outline: Outline, advice: Advice, range: vscode.Range): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, adviceMessage(advice), vscode.DiagnosticSeverity.Hint);
  diagnostic.source = 'LIF Lab';
  diagnostic.code = {
    value: t('paper, section {0}', advice.paper.section),
    target: vscode.Uri.parse('https://arxiv.org/abs/2403.16674'),
  };
  const baseline = outline.variants[0];
  if (baseline && advice.evidence !== 'untested') {
    const location = new vscode.Location(uri, toRange(baseline.range));
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(location, advice.evidence)];
  }
  return diagnostic;
}
