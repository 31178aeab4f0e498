import * as vscode from 'vscode';
import type { Checked } from '../../protocol/experiment.ts';
import { EXPERIMENT_GLOB, isExperimentFile, MAX_EXPERIMENT_BYTES, tooLarge } from '../base/experiment-files.ts';

/** Pause in typing after which a text is checked. */
const DEBOUNCE_MS = 200;

/** By pattern, so that the files stay YAML and JSON for every other extension. */
export const SELECTOR: vscode.DocumentSelector = [
  { scheme: 'file', pattern: EXPERIMENT_GLOB },
  { scheme: 'vscode-vfs', pattern: EXPERIMENT_GLOB },
];

export interface CheckedDocument {
  document: vscode.TextDocument;
  version: number;
  checked: Checked;
}

/** Open experiment files and the result of checking their present, also unsaved, text. */
export class ExperimentDocuments implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<CheckedDocument>();
  readonly onChecked = this.emitter.event;
  private readonly openedEmitter = new vscode.EventEmitter<vscode.Uri>();
  readonly onOpened = this.openedEmitter.event;
  private readonly closedEmitter = new vscode.EventEmitter<vscode.Uri>();
  readonly onClosed = this.closedEmitter.event;
  private readonly results = new Map<string, { version: number; checked: Promise<Checked> }>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly disposables: vscode.Disposable[];
  private readonly request: (file: string, text: string) => Promise<Checked>;

  constructor(request: (file: string, text: string) => Promise<Checked>) {
    this.request = request;
    this.disposables = [
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.schedule(document, 0);
        if (isExperiment(document)) this.openedEmitter.fire(document.uri);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.schedule(document, DEBOUNCE_MS)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
    ];
  }

  open(): vscode.TextDocument[] {
    return vscode.workspace.textDocuments.filter(isExperiment);
  }

  /** Those on this machine's disk. */
  openFiles(): string[] {
    return this.open().flatMap(({ uri }) => (uri.scheme === 'file' ? [uri.fsPath] : []));
  }

  find(file: string): vscode.TextDocument | undefined {
    return this.open().find(({ uri }) => uri.fsPath === file);
  }

  /** The result for the text as it is now; asked for once per version. */
  check(document: vscode.TextDocument): Promise<Checked> {
    const key = document.uri.toString();
    const known = this.results.get(key);
    if (known?.version === document.version) return known.checked;
    const { version } = document;
    const text = document.getText();
    const checked =
      text.length > MAX_EXPERIMENT_BYTES ? Promise.resolve(refused(document)) : this.request(document.uri.fsPath, text);
    const result = { version, checked };
    this.results.set(key, result);
    checked.then(
      (value) => {
        if (this.results.get(key) === result) this.emitter.fire({ document, version, checked: value });
      },
      () => {
        if (this.results.get(key) === result) this.results.delete(key);
      },
    );
    return checked;
  }

  /** Checks every open experiment file again (the query process was not there before). */
  checkAll(): void {
    this.results.clear();
    for (const document of this.open()) this.schedule(document, 0);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const disposable of [...this.disposables, this.emitter, this.openedEmitter, this.closedEmitter])
      disposable.dispose();
  }

  private schedule(document: vscode.TextDocument, delay: number): void {
    if (!isExperiment(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    const run = (): void => {
      this.timers.delete(key);
      if (!document.isClosed) this.check(document).catch(() => {});
    };
    this.timers.set(key, setTimeout(run, delay));
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (this.results.delete(key)) this.closedEmitter.fire(document.uri);
  }
}

/** The answer for a text that is not even looked at. */
function refused({ uri }: vscode.TextDocument): Checked {
  const start = { line: 0, column: 0 };
  const message = tooLarge(uri.fsPath);
  return { diagnostics: [{ range: { start, end: start }, severity: 'error', message, path: '' }] };
}

export function isExperiment(document: vscode.TextDocument): boolean {
  const { scheme, fsPath } = document.uri;
  return (scheme === 'file' || scheme === 'vscode-vfs') && isExperimentFile(fsPath);
}
