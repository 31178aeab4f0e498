import type { FromWebview, ViewState, ViewTarget, WebviewMethod } from '../protocol/webview.ts';
import { isExperimentFile } from './experiment-files.ts';

/** Larger view states are not kept. */
const MAX_STATE_LENGTH = 64 * 1024;

/** Every method a webview may call; a missing or surplus name does not compile. */
const METHODS: Record<WebviewMethod, true> = {
  'runs/list': true,
  'runs/series': true,
  'runs/compare': true,
  'runs/log': true,
  'runs/start': true,
  'runs/stop': true,
  'runs/resume': true,
};

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks the envelope of a message from a webview; the parameters of requests are checked by the query process.
 * @returns undefined for anything that is not a message of the protocol.
 */
export function parseFromWebview(value: unknown): FromWebview | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.type) {
    case 'ready':
      return isShortText(value.generation) ? { type: 'ready', generation: value.generation } : undefined;
    case 'request':
      if (!Number.isSafeInteger(value.id) || !isRecord(value.params)) return undefined;
      if (typeof value.method !== 'string' || !Object.hasOwn(METHODS, value.method)) return undefined;
      return { type: 'request', id: value.id, method: value.method, params: value.params } as FromWebview;
    case 'state': {
      const state = parseViewState(value.state);
      return state && { type: 'state', state };
    }
    case 'openView':
      return isView(value.view) ? { type: 'openView', view: value.view } : undefined;
    case 'openFile':
      if (value.variant === undefined) return { type: 'openFile' };
      return isShortText(value.variant) ? { type: 'openFile', variant: value.variant } : undefined;
    case 'export':
      return isShortText(value.suggestedName) && typeof value.text === 'string'
        ? { type: 'export', suggestedName: value.suggestedName, text: value.text }
        : undefined;
    default:
      return undefined;
  }
}

/** What a view was showing, from the state the editor kept over a reload; undefined when it is not usable. */
export function parseViewTarget(value: unknown): ViewTarget | undefined {
  if (!isRecord(value) || typeof value.file !== 'string' || !isExperimentFile(value.file)) return undefined;
  if (typeof value.study !== 'string' || !isView(value.view)) return undefined;
  return { file: value.file, study: value.study, view: value.view };
}

/**
 * The parts that the extension uses are checked; the rest is the webview's own business and goes back to it alone.
 */
export function parseViewState(value: unknown): ViewState | undefined {
  if (!isRecord(value) || value.version !== 1 || parseViewTarget(value.target) === undefined) return undefined;
  return JSON.stringify(value).length <= MAX_STATE_LENGTH ? (value as unknown as ViewState) : undefined;
}

function isView(value: unknown): value is ViewTarget['view'] {
  return value === 'curves' || value === 'compare';
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 500;
}
