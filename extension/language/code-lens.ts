import * as vscode from 'vscode';
import type { Checked } from '../../protocol/experiment.ts';
import type { Comparisons } from '../model/comparisons.ts';
import type { RunsChange, RunsModel } from '../model/model.ts';
import { toRange } from './convert.ts';
import { type ExperimentDocuments, SELECTOR } from './documents.ts';
import { lensesOf } from './lenses.ts';

/** A press on a button is lost when the buttons are drawn anew under it, so mere progress is shown at leisure. */
const PROGRESS_MS = 2000;
const CHANGE_MS = 200;

/** Buttons and results above an experiment file and its variants. */
export class ExperimentLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.emitter.event;
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private progressTimer: NodeJS.Timeout | undefined;
  private readonly comparisons: Comparisons;
  private readonly documents: ExperimentDocuments;
  private readonly runs: RunsModel;

  constructor(comparisons: Comparisons, documents: ExperimentDocuments, runs: RunsModel) {
    this.comparisons = comparisons;
    this.documents = documents;
    this.runs = runs;
    this.disposables = [
      vscode.languages.registerCodeLensProvider(SELECTOR, this),
      documents.onChecked(() => this.refresh()),
    ];
  }

  runsChanged(change: RunsChange): void {
    if (!this.documents.open().some(({ uri }) => change.files.has(uri.fsPath))) return;
    if (change.structural) this.refresh();
    else this.progressTimer ??= setTimeout(() => this.fire(), PROGRESS_MS);
  }

  refresh(): void {
    this.timer ??= setTimeout(() => this.fire(), CHANGE_MS);
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const checked = await this.documents.check(document).catch(() => undefined);
    if (checked?.outline === undefined) return [];
    const file = document.uri.fsPath;
    const comparison = isValid(checked) ? await this.comparisons.of(file) : this.comparisons.last(file);
    const lenses = lensesOf(checked.outline, this.runs.ofFile(file), comparison);
    return lenses.map(({ range, title, tooltip, command, variant }) => {
      const args = variant === undefined ? [document.uri] : [document.uri, variant];
      return new vscode.CodeLens(toRange(range), { command, title, tooltip, arguments: args });
    });
  }

  dispose(): void {
    this.clearTimers();
    for (const disposable of [...this.disposables, this.emitter]) disposable.dispose();
  }

  private fire(): void {
    this.clearTimers();
    this.emitter.fire();
  }

  private clearTimers(): void {
    clearTimeout(this.timer);
    clearTimeout(this.progressTimer);
    this.timer = this.progressTimer = undefined;
  }
}

/** Whether a comparison of the file as it stands makes sense. */
function isValid(checked: Checked): boolean {
  return checked.outline !== undefined && checked.diagnostics.every(({ severity }) => severity !== 'error');
}
