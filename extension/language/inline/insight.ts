import * as vscode from 'vscode';
import type { FilePart, Insight, Range } from '../../../protocol/experiment.ts';
import { plainLine } from '../../../protocol/text/plain-text.ts';
import type { HostClient } from '../../host/client.ts';
import type { RunsChange } from '../../model/model.ts';
import { toRange } from '../convert.ts';
import { type ExperimentDocuments, isExperiment, SELECTOR } from '../documents.ts';
import { hintText } from './hint-text.ts';

/** Hints that say how long something takes are drawn anew no more often. */
const REFRESH_MS = 5000;

/** Outline, folding, and what values come to: all of one answer for each version of a text. */
export class FileInsight
  implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider, vscode.InlayHintsProvider, vscode.Disposable
{
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.emitter.event;
  private readonly known = new WeakMap<vscode.TextDocument, { version: number; asked: Promise<Insight> }>();
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: Pick<HostClient, 'request' | 'health'>,
    private readonly documents: ExperimentDocuments,
  ) {
    this.disposables = [
      vscode.languages.registerDocumentSymbolProvider(SELECTOR, this, { label: 'LIF Lab' }),
      vscode.languages.registerFoldingRangeProvider(SELECTOR, this),
      vscode.languages.registerInlayHintsProvider(SELECTOR, this),
    ];
  }

  /** Times are told by runs. */
  runsChanged(change: RunsChange): void {
    const shown = this.documents.open().filter(({ uri }) => change.files.has(uri.fsPath));
    if (shown.length === 0 || !change.structural) return;
    for (const document of shown) this.known.delete(document);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.emitter.fire();
    }, REFRESH_MS);
  }

  /** The query process is there, perhaps another one. */
  refresh(): void {
    this.emitter.fire();
  }

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    return (await this.of(document)).parts.map(toSymbol);
  }

  async provideFoldingRanges(document: vscode.TextDocument): Promise<vscode.FoldingRange[]> {
    return [...foldsOf((await this.of(document)).parts), ...commentsOf(document)];
  }

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    return (await this.of(document)).hints.flatMap((hint) => {
      const position = new vscode.Position(hint.position.line, hint.position.column);
      const said = range.contains(position) ? hintText(hint) : undefined;
      if (!said) return [];
      const shown = new vscode.InlayHint(position, said.label);
      shown.tooltip = said.tooltip;
      shown.paddingLeft = true;
      return [shown];
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of [...this.disposables, this.emitter]) disposable.dispose();
  }

  private of(document: vscode.TextDocument): Promise<Insight> {
    const { version } = document;
    const before = this.known.get(document);
    if (before?.version === version) return before.asked;
    const nothing: Insight = { parts: [], hints: [] };
    if (!isExperiment(document)) return Promise.resolve(nothing);
    const asked = this.host
      .request('experiment/insight', { file: document.uri.fsPath, text: document.getText() })
      .catch(() => {
        this.known.delete(document);
        return nothing;
      });
    this.known.set(document, { version, asked });
    return asked;
  }
}

function toSymbol({ name, detail, kind, range, whole, parts }: FilePart): vscode.DocumentSymbol {
  const { Class, Namespace, Property } = vscode.SymbolKind;
  const icon = kind === 'variant' ? Class : kind === 'section' ? Namespace : Property;
  const symbol = new vscode.DocumentSymbol(
    plainLine(name) || '""',
    plainLine(detail),
    icon,
    toRange(whole),
    toRange(range),
  );
  symbol.children = parts.map(toSymbol);
  return symbol;
}

/** Everything over several lines. */
function foldsOf(parts: readonly FilePart[]): vscode.FoldingRange[] {
  const several = ({ start, end }: Range): boolean => end.line > start.line;
  return parts.flatMap(({ whole, parts: inner }) => [
    ...(several(whole) ? [new vscode.FoldingRange(whole.start.line, whole.end.line)] : []),
    ...foldsOf(inner),
  ]);
}

/** Comments over several lines. */
function commentsOf(document: vscode.TextDocument): vscode.FoldingRange[] {
  const found: vscode.FoldingRange[] = [];
  let first: number | undefined;
  for (let line = 0; line <= document.lineCount; line++) {
    const isComment = line < document.lineCount && /^\s*#/.test(document.lineAt(line).text);
    if (isComment) first ??= line;
    else if (first !== undefined) {
      if (line - first > 1) found.push(new vscode.FoldingRange(first, line - 1, vscode.FoldingRangeKind.Comment));
      first = undefined;
    }
  }
  return found;
}
