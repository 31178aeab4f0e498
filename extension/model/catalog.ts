import * as vscode from 'vscode';
import { Refusal } from '../../protocol/calls.ts';
import type { Checked, Outline } from '../../protocol/experiment.ts';
import { EXPERIMENT_GLOB, isExperimentFile, readExperiment } from '../base/experiment-files.ts';

const EXCLUDED = '**/{node_modules,.git,.lif}/**';
const MAX_FILES = 500;
/** Files that are read at a time. */
const AT_A_TIME = 4;

/** The experiment files of the workspace and what is in them. */
export class StudyCatalog implements vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onChange = this.emitter.event;
  private known = new Set<string>();
  private readonly contents = new Map<string, Outline>();
  private readonly watcher: vscode.FileSystemWatcher;
  private readonly check: (file: string, text: string) => Promise<Checked>;

  private readonly log: (line: string) => void;
  private readonly unread: vscode.Uri[] = [];
  private reading = 0;

  constructor(check: (file: string, text: string) => Promise<Checked>, log: (line: string) => void) {
    this.check = check;
    this.log = log;
    this.watcher = vscode.workspace.createFileSystemWatcher(EXPERIMENT_GLOB);
    this.watcher.onDidCreate(({ fsPath }) => this.add(fsPath));
    this.watcher.onDidChange(({ fsPath }) => this.add(fsPath));
    this.watcher.onDidDelete(({ fsPath }) => this.remove(fsPath));
  }

  files(): string[] {
    return [...this.known];
  }

  outlines(): ReadonlyMap<string, Outline> {
    return this.contents;
  }

  /** Looks through the workspace again; resolves when the files are known, their contents follow. */
  async refresh(): Promise<void> {
    const uris = await vscode.workspace.findFiles(EXPERIMENT_GLOB, EXCLUDED, MAX_FILES);
    const found = new Set(uris.map(({ fsPath }) => fsPath));
    for (const file of this.known) if (!found.has(file)) this.remove(file);
    this.known = found;
    this.emitter.fire();
    this.unread.length = 0;
    this.read(...uris);
  }

  /** A file was checked: in the editor, or here. The last outline stays while the text is no mapping. */
  learn(file: string, { outline }: Checked): void {
    if (outline === undefined || !this.known.has(file)) return;
    if (JSON.stringify(this.contents.get(file)) === JSON.stringify(outline)) return;
    this.contents.set(file, outline);
    this.emitter.fire();
  }

  dispose(): void {
    this.watcher.dispose();
    this.emitter.dispose();
  }

  private add(file: string): void {
    if (!isExperimentFile(file) || /[\\/](node_modules|\.git|\.lif)[\\/]/.test(file)) return;
    this.known.add(file);
    this.emitter.fire();
    this.read(vscode.Uri.file(file));
  }

  private remove(file: string): void {
    this.known.delete(file);
    this.contents.delete(file);
    this.emitter.fire();
  }

  private read(...uris: readonly vscode.Uri[]): void {
    this.unread.push(...uris);
    while (this.reading < AT_A_TIME && this.unread.length > 0) {
      this.reading++;
      this.learnFrom(this.unread.shift()!).finally(() => {
        this.reading--;
        this.read();
      });
    }
  }

  private async learnFrom(uri: vscode.Uri): Promise<void> {
    try {
      const text = await readExperiment(uri, vscode.workspace.fs);
      this.learn(uri.fsPath, await this.check(uri.fsPath, text));
    } catch (error) {
      // Unreadable, or the query process is down: the file stays in the list without its variants.
      if (error instanceof Refusal) this.log(error.message);
    }
  }
}
