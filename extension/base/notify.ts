import * as vscode from 'vscode';
import { plainNotification } from '../../protocol/text/plain-text.ts';
import { readSettings } from './settings.ts';

/**
 * The only way to notifications and dialogs. VS Code makes links, also to commands, of `[text](target)` in them, and
 * what is said there holds names out of stores and files: so all of it is made plain here.
 */

/** A button and what it does. */
export interface Choice {
  title: string;
  run(): void;
}

/** Not waited for: whoever says something goes on, the message stays as long as it likes. */
function show(
  say: (message: string, ...titles: string[]) => Thenable<string | undefined>,
  message: string,
  choices: readonly Choice[],
): void {
  say(plainNotification(message), ...choices.map(({ title }) => title)).then(
    (chosen) => choices.find(({ title }) => title === chosen)?.run(),
    () => {},
  );
}

export function showError(message: string, ...choices: readonly Choice[]): void {
  show(vscode.window.showErrorMessage, message, choices);
}

/** The answer to what somebody asked for. */
export function showAnswer(message: string, ...choices: readonly Choice[]): void {
  show(vscode.window.showInformationMessage, message, choices);
}

/** Said without having been asked: the user may have turned it off. */
export function showNote(message: string, ...choices: readonly Choice[]): void {
  if (readSettings().notifications === 'all') showAnswer(message, ...choices);
}

/** Said without having been asked, of something that went wrong. */
export function showFailure(message: string, ...choices: readonly Choice[]): void {
  if (readSettings().notifications !== 'none') show(vscode.window.showWarningMessage, message, choices);
}

/** A modal question; the detail may have several lines. Undefined when the user turned away. */
export async function choose(
  question: string,
  detail: string,
  answers: readonly string[],
): Promise<string | undefined> {
  const lines = detail.split('\n').map(plainNotification).join('\n');
  return vscode.window.showWarningMessage(plainNotification(question), { modal: true, detail: lines }, ...answers);
}

export async function confirm(question: string, detail: string, action: string): Promise<boolean> {
  return (await choose(question, detail, [action])) === action;
}
