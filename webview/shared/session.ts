import { Refusal } from '../../protocol/calls.ts';
import { type Comparison, isActive, isResumable, type RunSummary } from '../../protocol/runs.ts';
import type { Annotation } from '../../protocol/text/annotations.ts';
import { restoreState, type StateOf, type ViewId, type ViewState, type ViewTarget } from '../../protocol/views.ts';
import type { FromWebview, ToWebview } from '../../protocol/webview.ts';
import { Channel } from './channel.ts';

/** What VS Code gives a webview. */
export interface WebviewApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: ViewState): void;
}

export interface Problem {
  message: string;
  /** What the button beside the sentence does. */
  retry?: () => void;
  /** The data set whose files are missing. */
  dataset?: string;
}

/** What all views share: where they look, what they know, and what a user can ask of the engine. */
export class Session<V extends ViewId = ViewId> {
  readonly channel: Channel;
  readonly target: ViewTarget<V>;
  /** Asks for the page to be drawn again. */
  readonly invalidate: () => void;
  trusted: boolean;
  /** Why nothing new can arrive; empty when all is well. */
  health = '';
  state: StateOf<V>;
  comparison: Comparison | undefined;
  /** Of the last pull. */
  pullProblem: Problem | undefined;
  /** Of the last thing the user asked for. */
  actionProblem: Problem | undefined;
  /** A short confirmation, shown until something else happens. */
  notice = '';
  /** Actions that wait for their answer: `start`, `start:variant`, `stop:…`, `export`. */
  readonly pending = new Set<string>();
  /** Id of the menu that is open. */
  menu: string | undefined;

  private readonly api: WebviewApi;
  private stateTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: WebviewApi, init: Extract<ToWebview, { type: 'init' }>, invalidate: () => void) {
    this.api = api;
    this.channel = new Channel((message) => api.postMessage(message));
    this.target = init.target as ViewTarget<V>;
    this.trusted = init.trusted;
    this.invalidate = invalidate;
    this.state = restoreState(api.getState() ?? init.state, this.target);
    api.setState(this.kept());
  }

  /** Changes and keeps what the view shows. */
  update(patch: Partial<StateOf<V>>): void {
    this.keep(patch);
    this.api.setState(this.kept());
    this.invalidate();
  }

  /** Keeps what changes with every step of a finger or key, once that has paused, and draws nothing. */
  keep(patch: Partial<StateOf<V>>): void {
    this.state = { ...this.state, ...patch };
    clearTimeout(this.stateTimer);
    this.stateTimer = setTimeout(() => {
      this.api.setState(this.kept());
      this.api.postMessage({ type: 'state', state: this.kept() });
    }, 250);
  }

  private kept(): ViewState {
    // A target and a state of the same view: the union cannot express that generically.
    return { version: 2, target: this.target, state: this.state } as unknown as ViewState;
  }

  start(variants?: string[], seeds?: number[]): void {
    const key = variants || seeds ? `start:${[...(variants ?? []), ...(seeds ?? [])].join()}` : 'start';
    this.act(key, () => this.channel.request('runs/start', { ...(variants && { variants }), ...(seeds && { seeds }) }));
  }

  stop(runs: RunSummary[]): void {
    const runIds = runs.filter((r) => isActive(r.state)).map((r) => r.id);
    this.act(`stop:${runIds.join()}`, () => this.channel.request('runs/stop', { runIds }));
  }

  resume(runs: RunSummary[]): void {
    const runIds = runs.filter((r) => isResumable(r.state)).map((r) => r.id);
    this.act(`resume:${runIds.join()}`, () => this.channel.request('runs/resume', { runIds }));
  }

  /** Those that wait are trained next, once cores are free. */
  moveToFront(runs: readonly RunSummary[]): void {
    const runIds = runs.filter((run) => run.state === 'queued').map(({ id }) => id);
    this.act(`front:${runIds.join()}`, () => this.channel.request('queue/move', { runIds, move: 'front' }));
  }

  annotate(runs: readonly RunSummary[], change: Annotation): void {
    const runIds = runs.map(({ id }) => id);
    this.act(`annotate:${runIds.join()}`, () => this.channel.request('runs/annotate', { runIds, ...change }));
  }

  /** @param file of another study of which there are runs; its own without. */
  openView(view: ViewId, file = this.target.file): void {
    this.api.postMessage(file === this.target.file ? { type: 'openView', view } : { type: 'openView', view, file });
  }

  openFile(variant?: string): void {
    this.api.postMessage(variant === undefined ? { type: 'openFile' } : { type: 'openFile', variant });
  }

  addSeeds(): void {
    this.api.postMessage({ type: 'addSeeds' });
  }

  compareRuns(runIds: string[]): void {
    this.api.postMessage({ type: 'compareRuns', runIds });
  }

  getData(dataset: string, how: 'download' | 'import'): void {
    this.dismissAction();
    this.api.postMessage({ type: 'getData', dataset, how });
  }

  copy(text: string, what: string): void {
    this.api.postMessage({ type: 'copy', text });
    this.actionProblem = undefined;
    this.notice = `${what} is on the clipboard.`;
    this.invalidate();
  }

  /** @param base64 the bytes of the file */
  exportPicture(suggestedName: string, base64: string): void {
    this.api.postMessage({ type: 'export', suggestedName, text: base64, encoding: 'base64' });
  }

  export(suggestedName: string, text: string): void {
    this.api.postMessage({ type: 'export', suggestedName, text });
  }

  /** Does something that ends with an answer; its failure is shown with a button to try again. */
  act(key: string, action: () => Promise<unknown>): void {
    if (this.pending.has(key)) return;
    this.pending.add(key);
    this.actionProblem = undefined;
    this.notice = '';
    action()
      .catch((error: Error) => {
        const dataset = error instanceof Refusal && error.dataset ? { dataset: error.dataset } : {};
        this.actionProblem = { message: error.message, retry: () => this.act(key, action), ...dataset };
      })
      .finally(() => {
        this.pending.delete(key);
        this.invalidate();
      });
    this.invalidate();
  }

  dismissAction(): void {
    this.actionProblem = undefined;
    this.notice = '';
    this.invalidate();
  }

  /** One file name for what is exported from this study. */
  exportName(suffix: string): string {
    const base = this.target.study.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
    return `${base.replace(/^-+|-+$/g, '') || 'study'}-${suffix}`;
  }
}
