/**
 * Webview ↔ extension. The webview pulls by request; the extension pushes only `changed` (ask again) and `theme`-free
 * state: colours come from CSS variables. Every request is answered or refused with a sentence, never left hanging.
 */
import type { HostParams, HostResult } from './host.ts';

/** What a view shows; also what is needed to bring it back after a reload. */
export interface ViewTarget {
  /** Absolute path of the experiment file. */
  file: string;
  /** Title of the study when the view was opened. */
  study: string;
  view: 'curves' | 'compare';
}

/** Kept by the webview with setState and handed back after a reload. */
export interface ViewState {
  version: 1;
  target: ViewTarget;
  hiddenVariants: string[];
  /** Exponential smoothing in [0, 1). */
  smoothing: number;
  logLoss: boolean;
  metric: 'train' | 'validation' | 'test';
  /** Epoch range the user zoomed to; null follows the data. */
  zoom: [number, number] | null;
  /** Ranges of the two y axes the user zoomed to; null or absent follows the data. */
  zoomLoss?: [number, number] | null;
  zoomAccuracy?: [number, number] | null;
  sort: { column: string; descending: boolean } | null;
  showSeeds: boolean;
  /** Tables of numbers in place of the charts. */
  asTable?: boolean;
  /** Also draw runs whose settings are no longer those of the file. */
  showOutdated?: boolean;
}

/** Host methods that a webview may call. */
export type WebviewMethod =
  | 'runs/list'
  | 'runs/series'
  | 'runs/compare'
  | 'runs/log'
  | 'runs/start'
  | 'runs/stop'
  | 'runs/resume';

/** The extension adds what a webview must not choose: its own file, the text of it and the store. */
export type WebviewParams<M extends WebviewMethod> = Omit<HostParams<M>, 'file' | 'text' | 'store' | 'threads'>;

export type FromWebview =
  | { type: 'ready'; generation: string }
  | { [M in WebviewMethod]: { type: 'request'; id: number; method: M; params: WebviewParams<M> } }[WebviewMethod]
  /** The view state changed; kept so that a view that was closed looks the same when it is opened again. */
  | { type: 'state'; state: ViewState }
  | { type: 'openView'; view: ViewTarget['view'] }
  | { type: 'openFile'; variant?: string }
  /** Ask the user where to, and write the text there. */
  | { type: 'export'; suggestedName: string; text: string };

/**
 * `init` answers `ready` and repeats its generation; a webview drops messages of other generations. `runs/list`
 * answers with the runs of the view's file alone.
 */
export type ToWebview =
  | { type: 'init'; generation: string; target: ViewTarget; trusted: boolean; state?: ViewState }
  | { [M in WebviewMethod]: { type: 'reply'; id: number; result: HostResult<M> } }[WebviewMethod]
  | { type: 'refusal'; id: number; message: string }
  /** Runs of this file changed: pull what is shown again. */
  | { type: 'changed'; runIds: string[] }
  | { type: 'trust'; trusted: boolean }
  /** Why nothing new can arrive at the moment, in one sentence; empty when all is well (then pull again). */
  | { type: 'health'; message: string };
