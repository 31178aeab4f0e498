import { expect, test } from 'vitest';
import { ViewStates } from '../../../extension/panels/states.ts';
import { type StateOf, type ViewId, type ViewState, type ViewTarget, viewStateOf } from '../../../protocol/views.ts';
import { FILE } from './support.ts';

/** What the editor keeps for a workspace. */
function memento(stored: Record<string, unknown> = {}) {
  return {
    stored,
    keys: () => Object.keys(stored),
    get: (key: string) => stored[key] as never,
    update: async (key: string, value: unknown) => {
      stored[key] = structuredClone(value);
    },
  };
}

const target = <V extends ViewId>(view: V, file = FILE): ViewTarget<V> => ({ file, study: 'Study', view });
const state = (of: ViewTarget<'curves'>, smoothing = 0): ViewState => ({
  version: 2,
  target: of,
  state: viewStateOf('curves', { smoothing }),
});
const compare = (column: string): ViewState => ({
  version: 2,
  target: target('compare'),
  state: viewStateOf('compare', { sort: [{ column, descending: true }] }),
});
const smoothing = (kept: ViewState | undefined): number | undefined =>
  kept && (kept.state as StateOf<'curves'>).smoothing;

test('a view that was closed looks the same when it is opened again, in another window, too', () => {
  const kept = memento();
  const states = new ViewStates(kept);
  states.save(state(target('curves'), 0.1));
  states.save(compare('loss'));
  states.save(state(target('curves'), 0.3));
  states.dispose();
  const later = new ViewStates(kept);
  expect(smoothing(later.load(target('curves')))).toBe(0.3);
  expect(later.load(target('compare'))?.state).toMatchObject({ sort: [{ column: 'loss', descending: true }] });
  expect(later.load(target('curves', '/other.lif.yaml'))).toBeUndefined();
});

test('only the newest are kept', () => {
  const kept = memento();
  const states = new ViewStates(kept);
  for (let i = 0; i < 60; i++) states.save(state(target('curves', `/${i}.lif.yaml`)));
  states.dispose();
  const files = (Object.values(kept.stored)[0] as ViewState[]).map((kept) => kept.target.file);
  expect([files.length, files[0], files.at(-1)]).toEqual([50, '/59.lif.yaml', '/10.lif.yaml']);
});

test('remembers which views are open', () => {
  const kept = memento();
  new ViewStates(kept).saveOpen([target('curves')]);
  expect(new ViewStates(kept).loadOpen()).toEqual([target('curves')]);
});

test('does not trust what was kept', () => {
  const garbage = [null, 'text', { version: 1 }, { version: 1, target: { ...target('curves'), file: '/etc/passwd' } }];
  const kept = memento({ 'lifLab.viewStates': garbage, 'lifLab.openViews': [5, { file: '/x', view: 'shell' }] });
  const states = new ViewStates(kept);
  expect([states.load(target('curves')), states.loadOpen()]).toEqual([undefined, []]);
  expect(new ViewStates(memento({ 'lifLab.viewStates': 'text' })).load(target('curves'))).toBeUndefined();
});

test('what an earlier version kept in one flat record is taken over, and a nonsense of it replaced', () => {
  const flat = {
    version: 1,
    target: target('curves'),
    smoothing: 0.5,
    metric: 'train',
    zoom: [3, 9],
    zoomLoss: [0, 1],
  };
  const kept = memento({ 'lifLab.viewStates': [{ ...flat, hiddenVariants: 'all', logLoss: true }] });
  expect(new ViewStates(kept).load(target('curves'))).toEqual({
    version: 2,
    target: target('curves'),
    state: viewStateOf('curves', { smoothing: 0.5, split: 'train', zoom: [3, 9], logAxes: ['loss'] }),
  });
});
