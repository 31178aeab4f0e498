import * as vscode from 'vscode';
import { readSettings, SECTION } from './base/settings.ts';
import { speakThrough } from './base/words.ts';
import { registerCommands } from './commands/register.ts';
import { connect } from './connect.ts';
import { ENGINE_SETTINGS } from './host/command.ts';
import { registerAssist } from './language/assist.ts';
import { showDiagnostics } from './language/diagnostics.ts';
import { registerRename } from './language/inline/rename.ts';
import { registerQuickFixes } from './language/quick-fixes.ts';
import { registerOrigins } from './origin.ts';
import { createParts, type Own } from './parts.ts';
import { offerLif } from './terminal-path.ts';
import { registerMcpServer, registerTools } from './tools.ts';

/**
 * Puts the parts together. Two lifetimes: what is made here lives as long as the extension; the query process behind
 * `host` may die and come back any number of times, and whatever depends on it listens to its health.
 */
export function activate(extension: vscode.ExtensionContext): void {
  const own: Own = (part) => {
    extension.subscriptions.push(part);
    return part;
  };
  speakThrough(vscode.l10n.t);
  const parts = createParts(extension, own);
  const { host, catalog, documents, commands, log } = parts;
  own(showDiagnostics(documents));
  own(registerAssist(host));
  own(registerQuickFixes(documents));
  own(registerRename(host, documents));
  own(registerCommands(commands, () => ({ health: host.health, trusted: vscode.workspace.isTrusted }), log));
  own(registerOrigins());
  own(registerTools(host));
  own(registerMcpServer(extension.asAbsolutePath('dist/lif.mjs'), extension.extension.packageJSON.version));
  connect(parts, own);
  // Kept by the editor over reloads: taken back with the trust, made anew with the settings that it holds.
  const offer = (): void => {
    const variables = extension.environmentVariableCollection;
    if (vscode.workspace.isTrusted) offerLif(variables, extension.asAbsolutePath('dist'), readSettings());
    else variables.clear();
  };
  offer();
  own(vscode.workspace.onDidGrantWorkspaceTrust(offer));
  own(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (ENGINE_SETTINGS.some((key) => change.affectsConfiguration(`${SECTION}.${key}`))) offer();
    }),
  );
  host.start();
  catalog.refresh().then(() => vscode.commands.executeCommand('setContext', 'lifLab.listed', true));
}
