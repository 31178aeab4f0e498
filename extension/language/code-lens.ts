import * as vscode from 'vscode';
import type { Checked } from '../../protocol/experiment.ts';
import type { Comparison } from '../../protocol/runs.ts';
import type { HostClient } from '../host/client.ts';
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
  /** The newest comparison of each file, and what it was made of. */
  private readonly comparisons = new Map<string, { key: string; comparison: Comparison }>();
  /** Counts changes of the runs of each file that may change its comparison. */
  private readonly generations = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private progressTimer: NodeJS.Timeout | undefined;
  private readonly host: Pick<HostClient, 'request' | 'health'>;
  private readonly documents: ExperimentDocuments;
  private readonly runs: RunsModel;

  constructor(host: Pick<HostClient, 'request' | 'health'>, documents: ExperimentDocuments, runs: RunsModel) {
    this.host = host;
    this.documents = documents;
    this.runs = runs;
    this.disposables = [
      vscode.languages.registerCodeLensProvider(SELECTOR, this),
      documents.onChecked(() => this.refresh()),
    ];
  }

  runsChanged(change: RunsChange): void {
    for (const file of change.files) {
      if (change.structural) this.generations.set(file, (this.generations.get(file) ?? 0) + 1);
    }
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
    if (isValid(checked)) await this.compare(document);
    const lenses = lensesOf(checked.outline, this.runs.ofFile(file), this.comparisons.get(file)?.comparison);
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

  /** A comparison that cannot be had leaves the last one. */
  private async compare(document: vscode.TextDocument): Promise<void> {
    const file = document.uri.fsPath;
    const key = `${document.version} ${this.generations.get(file) ?? 0}`;
    if (this.comparisons.get(file)?.key === key || this.host.health.state !== 'ready') return;
    try {
      const comparison = await this.host.request('runs/compare', { file, text: document.getText() });
      this.comparisons.set(file, { key, comparison });
    } catch {
      // What is wrong is shown as a diagnostic or in the status bar.
    }
  }
}

/** Whether a comparison of the file as it stands makes sense. */
function isValid(checked: Checked): boolean {
  return checked.outline !== undefined && checked.diagnostics.every(({ severity }) => severity !== 'error');
}
