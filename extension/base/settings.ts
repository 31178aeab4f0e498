import * as vscode from 'vscode';
import { DEFAULTS } from './settings-defaults.ts';

export type Settings = typeof DEFAULTS;

export function readSettings(scope?: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration('lifLab', scope);
  const read = <K extends keyof Settings>(key: K): Settings[K] => {
    const value = configuration.get<unknown>(key);
    return typeof value === typeof DEFAULTS[key] ? (value as Settings[K]) : DEFAULTS[key];
  };
  return {
    nodePath: read('nodePath'),
    dataFolder: read('dataFolder'),
    threads: read('threads'),
    store: read('store'),
    showCurvesOnRun: read('showCurvesOnRun'),
  };
}
