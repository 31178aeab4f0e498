import * as vscode from 'vscode';
import type { Comparison, RunSummary } from '../../protocol/runs.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { type RunWarning, warningsNow } from '../../protocol/warnings.ts';
import { t } from '../base/words.ts';
import type { HostClient } from '../host/client.ts';
import type { Comparisons } from '../model/comparisons.ts';
import type { RunsModel } from '../model/model.ts';
import { toRange } from './convert.ts';
import type { ExperimentDocuments } from './documents.ts';

/** More are not shown of one file. */
const MAX_WARNINGS = 100;

/** What runs with the settings of the text are warned of, at the field that cures it. */
export class RunWarnings implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('lif-lab-runs');
  private readonly disposables: vscode.Disposable[];
  /** By file: what is shown. */
  private readonly shown = new Map<string, string>();

  constructor(
    private readonly host: Pick<HostClient, 'request'>,
    private readonly documents: ExperimentDocuments,
    private readonly comparisons: Comparisons,
    private readonly runs: RunsModel,
  ) {
    this.disposables = [
      documents.onChecked(({ document }) => void this.update(document)),
      documents.onClosed((uri) => {
        this.shown.delete(uri.fsPath);
        this.collection.delete(uri);
      }),
    ];
  }

  /** The runs of these files, or how they compare, have changed. */
  changed(files: ReadonlySet<string>): void {
    for (const document of this.documents.open()) if (files.has(document.uri.fsPath)) void this.update(document);
  }

  dispose(): void {
    for (const disposable of [...this.disposables, this.collection]) disposable.dispose();
  }

  private async update(document: vscode.TextDocument): Promise<void> {
    const file = document.uri.fsPath;
    const { version } = document;
    const comparison = await this.comparisons.of(file);
    const found = variantWarnings(comparison, (id) => this.runs.get(id)).slice(0, MAX_WARNINGS);
    const key = JSON.stringify([version, found]);
    if (this.shown.get(file) === key || document.isClosed || document.version !== version) return;
    this.shown.set(file, key);
    const fields = found.map(({ variant, warning }) => ({ variant, field: warning.field }));
    const text = document.getText();
    const ranges =
      fields.length > 0 ? await this.host.request('experiment/locate', { file, text, fields }).catch(() => []) : [];
    // Something newer may have come while the place was asked for.
    if (this.shown.get(file) !== key || document.isClosed) return;
    const diagnostics = found.flatMap(({ variant, warning }, i) => {
      const range = ranges[i];
      return range ? [toDiagnostic(toRange(range), variant, warning)] : [];
    });
    this.collection.set(document.uri, diagnostics);
  }
}

/** @param current the newest summary of a run */
export function variantWarnings(
  comparison: Comparison | undefined,
  current: (id: string) => RunSummary | undefined,
): { variant: string; warning: RunWarning }[] {
  return (comparison?.rows ?? []).flatMap(({ variant, runs }) =>
    warningsNow(runs.map((run) => current(run.id) ?? run)).map((warning) => ({ variant, warning })),
  );
}

function toDiagnostic(range: vscode.Range, variant: string, { sentence, cause }: RunWarning): vscode.Diagnostic {
  const message = t('“{0}” as trained: {1}', plainLine(variant), plainLine(sentence));
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = 'LIF Lab';
  diagnostic.code = cause;
  return diagnostic;
}
