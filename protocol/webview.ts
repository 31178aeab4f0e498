/**
 * Webview ↔ extension. The webview pulls by request; the extension pushes only `changed` (ask again) and `theme`-free
 * state: colours come from CSS variables. Every request is answered or refused with a sentence, never left hanging.
 */
import type { HostParams, HostResult } from './host.ts';
import type { ViewId, ViewState, ViewTarget } from './views.ts';

/** Why nothing can be run, stopped or deleted; said by all sides in the same words. */
export const UNTRUSTED =
  'This workspace is not trusted: looking at results works; running, stopping and deleting runs needs trust.';

/** Host methods that a webview may call. */
export type WebviewMethod =
  | 'experiment/adopt'
  | 'experiment/edit'
  | 'experiment/matrix'
  | 'runs/series'
  | 'runs/compare'
  | 'runs/across'
  | 'runs/settings'
  | 'runs/neurons'
  | 'runs/log'
  | 'runs/start'
  | 'runs/stop'
  | 'runs/resume'
  | 'runs/annotate'
  | 'queue/move'
  | 'studies/list'
  | 'analyses/list'
  | 'analyses/read'
  | 'analyses/start'
  | 'analyses/stop'
  | 'samples/probe';

/** The extension adds what a webview must not choose: its own file, the text of it and the store. */
export type WebviewParams<M extends WebviewMethod> = Omit<
  HostParams<M>,
  'file' | 'text' | 'texts' | 'store' | 'threads'
> &
  // Another study of which there are runs, to be laid beside its own.
  (M extends 'runs/compare' ? { other?: string } : unknown);

export type FromWebview =
  | { type: 'ready'; generation: string }
  | { [M in WebviewMethod]: { type: 'request'; id: number; method: M; params: WebviewParams<M> } }[WebviewMethod]
  /** The view state changed; kept so that a view that was closed looks the same when it is opened again. */
  | { type: 'state'; state: ViewState }
  /** Of its own file, or of another one of which there are runs. */
  | { type: 'openView'; view: ViewId; file?: string }
  | { type: 'openFile'; variant?: string }
  /** More seeds for this file, and what is missing then is offered to be trained. */
  | { type: 'addSeeds' }
  /** What two runs were made of, beside each other in the editor. */
  | { type: 'compareRuns'; runIds: string[] }
  /** Ask for the files of a data set: from its publisher, or from the user. */
  | { type: 'getData'; dataset: string; how: 'download' | 'import' }
  /** Put a text on the clipboard. */
  | { type: 'copy'; text: string }
  /** Ask the user where to, and write the text there; or the bytes that it is in base64. */
  | { type: 'export'; suggestedName: string; text: string; encoding?: 'base64' };

/** `init` answers `ready` and repeats its generation; a webview drops messages of other generations. */
export type ToWebview =
  | { type: 'init'; generation: string; target: ViewTarget; trusted: boolean; state?: ViewState }
  | { [M in WebviewMethod]: { type: 'reply'; id: number; result: HostResult<M> } }[WebviewMethod]
  /** `dataset`: its files are missing, and can be had. */
  | { type: 'refusal'; id: number; message: string; dataset?: string }
  /** Runs of this file changed: pull what is shown again. */
  | { type: 'changed'; runIds: string[] }
  | { type: 'trust'; trusted: boolean }
  /** Why nothing new can arrive at the moment, in one sentence; empty when all is well (then pull again). */
  | { type: 'health'; message: string };
