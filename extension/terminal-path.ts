import { delimiter, join } from 'node:path';
import type * as vscode from 'vscode';
import { type EngineSettings, variablesOf } from './host/command.ts';

/**
 * Puts `lif` on the PATH of the integrated terminal, running in the editor's own runtime unless another Node.js is
 * configured.
 * @param dist folder of the bundles, which holds `bin/lif`
 */
export function offerLif(
  variables: Pick<vscode.GlobalEnvironmentVariableCollection, 'append' | 'replace' | 'clear' | 'description'>,
  dist: string,
  settings: EngineSettings,
): void {
  variables.clear();
  variables.description = 'Adds the command `lif` of LIF Lab.';
  // At the end: a `lif` that the user installed comes first.
  variables.append('PATH', `${delimiter}${join(dist, 'bin')}`);
  variables.replace('LIF_NODE', settings.nodePath || process.execPath);
  for (const [name, value] of Object.entries(variablesOf(settings))) variables.replace(name, value);
}
