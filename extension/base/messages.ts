import { isRecord, isViewId, restoreState, type ViewState, type ViewTarget } from '../../protocol/views.ts';
import type { FromWebview, WebviewMethod } from '../../protocol/webview.ts';
import { isDatasetName, isExperimentFile } from './experiment-files.ts';

/** Larger view states are not kept. */
const MAX_STATE_LENGTH = 64 * 1024;

/** Every method a webview may call; a missing or surplus name does not compile. */
const METHODS: Record<WebviewMethod, true> = {
  'experiment/adopt': true,
  'experiment/edit': true,
  'experiment/matrix': true,
  'runs/series': true,
  'runs/compare': true,
  'runs/across': true,
  'runs/settings': true,
  'runs/neurons': true,
  'runs/log': true,
  'runs/start': true,
  'runs/stop': true,
  'runs/resume': true,
  'runs/annotate': true,
  'queue/move': true,
  'studies/list': true,
  'analyses/list': true,
  'analyses/read': true,
  'analyses/start': true,
  'analyses/stop': true,
  'samples/probe': true,
};

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
      if (!isViewId(value.view)) return undefined;
      if (value.file === undefined) return { type: 'openView', view: value.view };
      return isShortPath(value.file) ? { type: 'openView', view: value.view, file: value.file } : undefined;
    case 'openFile':
      if (value.variant === undefined) return { type: 'openFile' };
      return isShortText(value.variant) ? { type: 'openFile', variant: value.variant } : undefined;
    case 'addSeeds':
      return { type: 'addSeeds' };
    case 'getData':
      if (value.how !== 'download' && value.how !== 'import') return undefined;
      return isDatasetName(value.dataset) ? { type: 'getData', dataset: value.dataset, how: value.how } : undefined;
    case 'compareRuns': {
      const { runIds } = value;
      return Array.isArray(runIds) && runIds.length === 2 && runIds.every(isShortText)
        ? { type: 'compareRuns', runIds }
        : undefined;
    }
    case 'copy':
      return typeof value.text === 'string' ? { type: 'copy', text: value.text } : undefined;
    case 'export':
      return isShortText(value.suggestedName) && typeof value.text === 'string'
        ? {
            type: 'export',
            suggestedName: value.suggestedName,
            text: value.text,
            ...(value.encoding === 'base64' && { encoding: 'base64' as const }),
          }
        : undefined;
    default:
      return undefined;
  }
}

/** What a view was showing, from the state the editor kept over a reload; undefined when it is not usable. */
export function parseViewTarget(value: unknown): ViewTarget | undefined {
  if (!isRecord(value) || typeof value.file !== 'string' || !isExperimentFile(value.file)) return undefined;
  if (typeof value.study !== 'string' || !isViewId(value.view)) return undefined;
  return { file: value.file, study: value.study, view: value.view };
}

/** The state of a view, of this or an earlier version; what is not as it should be is at its default. */
export function parseViewState(value: unknown): ViewState | undefined {
  if (!isRecord(value) || (value.version !== 1 && value.version !== 2)) return undefined;
  const target = parseViewTarget(value.target);
  if (target === undefined) return undefined;
  // A target and a state of the same view: the union cannot express that generically.
  const state = { version: 2, target, state: restoreState(value, target) } as unknown as ViewState;
  return JSON.stringify(state).length <= MAX_STATE_LENGTH ? state : undefined;
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 500;
}

function isShortPath(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 4096 && isExperimentFile(value);
}
