import * as vscode from 'vscode';
import { DEFAULTS } from './settings-defaults.ts';

/** VS Code makes the headings of settings out of their keys; of `lifLab` it would make “Lif Lab”. */
export const SECTION = 'LIF Lab';

export type Settings = typeof DEFAULTS;

export function readSettings(scope?: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope);
  const read = <K extends keyof Settings>(key: K): Settings[K] => {
    const value = configuration.get<unknown>(key);
    return typeof value === typeof DEFAULTS[key] ? (value as Settings[K]) : DEFAULTS[key];
  };
  return {
    nodePath: read('nodePath'),
    dataFolder: read('dataFolder'),
    dataMirror: read('dataMirror'),
    tensorFlow: read('tensorFlow').trim(),
    threads: read('threads'),
    executor: read('executor'),
    store: read('store'),
    notifications: read('notifications'),
    showCurvesOnRun: read('showCurvesOnRun'),
    mcpServer: read('mcpServer'),
  };
}
