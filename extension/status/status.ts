import * as vscode from 'vscode';
import { markdownText } from '../../protocol/text/plain-text.ts';
import { t } from '../base/words.ts';
import type { Health } from '../host/client.ts';
import type { RunsModel } from '../model/model.ts';
import { statusLook } from './status-look.ts';

/** The one status bar item: how many runs go on, how far they are, and whether LIF Lab itself is well. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('lifLab.status', vscode.StatusBarAlignment.Left, 10);

  constructor() {
    this.item.name = 'LIF Lab';
    this.item.show();
  }

  update(health: Health, problems: ReadonlyMap<string, string>, runs: RunsModel): void {
    const look = statusLook(health, [...problems.values()], runs.all());
    const { item } = this;
    item.text = look.text;
    item.accessibilityInformation = { label: look.accessibility };
    item.command = look.command;
    item.backgroundColor = look.severe ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    const tooltip = new vscode.MarkdownString();
    tooltip.isTrusted = { enabledCommands: ['lifLab.showOutput', 'lifLab.restartHost'] };
    for (const line of look.details) tooltip.appendMarkdown(`${markdownText(line)}\n\n`);
    tooltip.appendMarkdown(
      `[${t('Show log')}](command:lifLab.showOutput) · [${t('Restart')}](command:lifLab.restartHost)`,
    );
    item.tooltip = tooltip;
  }

  dispose(): void {
    this.item.dispose();
  }
}
