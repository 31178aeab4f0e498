import type { ViewState, ViewTarget } from '../../protocol/webview.ts';

export function initialState(target: ViewTarget): ViewState {
  return {
    version: 1,
    target,
    hiddenVariants: [],
    smoothing: 0,
    logLoss: false,
    metric: 'test',
    zoom: null,
    zoomLoss: null,
    zoomAccuracy: null,
    sort: null,
    showSeeds: false,
    asTable: false,
    showOutdated: false,
  };
}

/** What an earlier view of the same target left behind, with everything that is not as it should be at its default. */
export function restoreState(saved: unknown, target: ViewTarget): ViewState {
  const state = initialState(target);
  if (typeof saved !== 'object' || saved === null) return state;
  const s = saved as Partial<Record<keyof ViewState, unknown>>;
  const from = s.target as ViewTarget | undefined;
  if (s.version !== 1 || from?.file !== target.file || from?.view !== target.view) return state;
  if (Array.isArray(s.hiddenVariants)) state.hiddenVariants = s.hiddenVariants.filter((v) => typeof v === 'string');
  if (typeof s.smoothing === 'number' && s.smoothing >= 0 && s.smoothing < 1) state.smoothing = s.smoothing;
  if (s.metric === 'train' || s.metric === 'validation' || s.metric === 'test') state.metric = s.metric;
  state.logLoss = s.logLoss === true;
  state.showSeeds = s.showSeeds === true;
  state.asTable = s.asTable === true;
  state.showOutdated = s.showOutdated === true;
  state.zoom = range(s.zoom);
  state.zoomLoss = range(s.zoomLoss);
  state.zoomAccuracy = range(s.zoomAccuracy);
  const sort = s.sort as { column?: unknown; descending?: unknown } | null | undefined;
  if (typeof sort?.column === 'string') state.sort = { column: sort.column, descending: sort.descending === true };
  return state;
}

function range(value: unknown): [number, number] | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [from, to] = value;
  return Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : null;
}
