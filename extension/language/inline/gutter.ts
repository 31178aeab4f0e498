import * as vscode from 'vscode';
import type { RunsChange, RunsModel } from '../../model/model.ts';
import { toRange } from '../convert.ts';
import { type ExperimentDocuments, isExperiment } from '../documents.ts';
import { MARKS, type Mark, marksOf } from './marks.ts';

const COLOURS: Record<Mark, string> = {
  running: 'charts.blue',
  queued: 'testing.iconQueued',
  failed: 'testing.iconFailed',
};

/** Marks beside the lines of variants that run, wait or failed, in the gutter and beside the scroll bar. */
export class GutterMarks implements vscode.Disposable {
  private readonly types: Record<Mark, vscode.TextEditorDecorationType>;
  private readonly disposables: vscode.Disposable[];

  constructor(
    extension: vscode.Uri,
    private readonly documents: ExperimentDocuments,
    private readonly runs: RunsModel,
  ) {
    const type = (mark: Mark): vscode.TextEditorDecorationType =>
      vscode.window.createTextEditorDecorationType({
        gutterIconPath: vscode.Uri.joinPath(extension, 'media', 'gutter', `${mark}.svg`),
        gutterIconSize: 'contain',
        overviewRulerColor: new vscode.ThemeColor(COLOURS[mark]),
        overviewRulerLane: vscode.OverviewRulerLane.Left,
      });
    this.types = { running: type('running'), queued: type('queued'), failed: type('failed') };
    this.disposables = [
      ...Object.values(this.types),
      vscode.window.onDidChangeVisibleTextEditors((editors) => this.show(editors)),
      documents.onChecked(({ document }) => this.show(editorsOf((uri) => uri === document.uri.toString()))),
    ];
  }

  runsChanged({ structural, files }: RunsChange): void {
    if (structural)
      this.show(vscode.window.visibleTextEditors.filter(({ document }) => files.has(document.uri.fsPath)));
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private show(editors: readonly vscode.TextEditor[]): void {
    for (const editor of editors) if (isExperiment(editor.document)) void this.mark(editor);
  }

  private async mark(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    const { outline } = await this.documents.check(document).catch(() => ({ outline: undefined }));
    if (!outline || !vscode.window.visibleTextEditors.includes(editor)) return;
    const marks = marksOf(outline, this.runs.ofFile(document.uri.fsPath));
    for (const mark of MARKS) editor.setDecorations(this.types[mark], marks[mark].map(toRange));
  }
}

const editorsOf = (isMeant: (uri: string) => boolean): vscode.TextEditor[] =>
  vscode.window.visibleTextEditors.filter(({ document }) => isMeant(document.uri.toString()));
