import type * as vscode from 'vscode';
import type { ViewState, ViewTarget } from '../../protocol/views.ts';
import { parseViewState, parseViewTarget } from '../base/messages.ts';

const KEY = 'lifLab.viewStates';
const OPEN_KEY = 'lifLab.openViews';
/** Views remembered after they were closed. */
const KEPT = 50;

/** How each view looked when it was last seen, so that one that was closed opens the same again. */
export class ViewStates {
  private readonly memento: vscode.Memento;
  private readonly states: ViewState[];
  private timer: NodeJS.Timeout | undefined;

  constructor(memento: vscode.Memento) {
    this.memento = memento;
    const stored: unknown = memento.get(KEY);
    this.states = Array.isArray(stored) ? stored.flatMap((value) => parseViewState(value) ?? []) : [];
  }

  load(target: ViewTarget): ViewState | undefined {
    return this.states.find((state) => isSame(state.target, target));
  }

  save(state: ViewState): void {
    const index = this.states.findIndex(({ target }) => isSame(target, state.target));
    if (index >= 0) this.states.splice(index, 1);
    this.states.unshift(state);
    this.states.length = Math.min(this.states.length, KEPT);
    this.timer ??= setTimeout(() => this.flush(), 500);
  }

  /** Views that were open when this was last said. */
  loadOpen(): ViewTarget[] {
    const stored: unknown = this.memento.get(OPEN_KEY);
    return Array.isArray(stored) ? stored.flatMap((value) => parseViewTarget(value) ?? []) : [];
  }

  saveOpen(targets: readonly ViewTarget[]): void {
    this.memento.update(OPEN_KEY, targets).then(undefined, () => {});
  }

  dispose(): void {
    if (this.timer !== undefined) this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.memento.update(KEY, this.states).then(undefined, () => {});
  }
}

function isSame(a: ViewTarget, b: ViewTarget): boolean {
  return a.file === b.file && a.view === b.view;
}
