import { expect, test } from 'vitest';
import { METHODS, parseParams } from '../../../engine/host/params.ts';
import type { HostMethod, HostParams } from '../../../protocol/host.ts';

const file = '/ws/a.lif.yaml';
/** Something valid for every method; a missing one does not compile. */
const VALID: { [M in HostMethod]: HostParams<M> } = {
  'host/initialize': { version: 1, stores: ['/ws/.lif'], heartbeatTimeoutMs: 5000 },
  'stores/watch': { stores: [] },
  'experiment/check': { file, text: '' },
  'experiment/complete': { file, text: '', position: { line: 0, column: 0 } },
  'experiment/insight': { file, text: '' },
  'experiment/hover': { file, text: '', position: { line: 0, column: 0 } },
  'data/list': {},
  'claims/check': { file, text: '' },
  'advice/list': { file, text: '' },
  'experiment/edit': { file, text: '', edit: { kind: 'add', name: 'a', override: { neuron: { leak: 1 } } } },
  'experiment/adopt': { file, text: '', variant: 'a', runId: '20261123-141530-delayed-xor-s1-k3f9' },
  'experiment/matrix': { file, text: '', fields: ['neuron.threshold'] },
  'experiment/addSeeds': { file, text: '', count: 3 },
  'experiment/locate': { file, text: '', fields: [{ variant: 'a', field: 'neuron.threshold' }] },
  'runs/neurons': { runId: '20261123-141530-delayed-xor-s1-k3f9' },
  'runs/list': {},
  'runs/series': { runIds: ['a'], metrics: ['train.loss'], from: -1, to: 5.5, maxPoints: 10 },
  'runs/compare': { file, reference: 'baseline' },
  'runs/across': { file, others: ['/ws/b.lif.yaml'], texts: [{ file, text: 'name: a' }] },
  'studies/list': {},
  'runs/settings': { file, runIds: ['a'] },
  'runs/origin': { runId: '20261123-141530-delayed-xor-s1-k3f9' },
  'runs/log': { runId: '20261123-141530-delayed-xor-s1-k3f9', maxBytes: 100 },
  'runs/start': { file, store: '/ws/.lif', variants: ['ohne Rückstellung'], seeds: [0, 4294967295], threads: 2 },
  'runs/stop': { runIds: [] },
  'runs/resume': { runIds: ['a'], threads: 1 },
  'queue/read': {},
  'queue/move': { runIds: [], move: 'front' },
  'queue/pause': { running: null },
  'runs/annotate': {
    runIds: ['a'],
    starred: true,
    note: 'the one of Figure 3',
    addTags: ['sweep'],
    removeTags: ['old'],
  },
  'runs/delete': { runIds: ['a'] },
  'analyses/list': { runIds: ['a'] },
  'analyses/read': { runId: 'a', name: 'spikes-0123456789abcdef' },
  'analyses/start': { runIds: ['a'], analysis: 'spikes', params: { samples: 10 }, threads: 2 },
  'samples/probe': { runId: 'a', question: { split: 'test', index: 0, traces: [{ layer: 0, neurons: [1] }] } },
  'tools/call': { name: 'list', input: { limit: 3 }, folder: '/ws', store: '/ws/.lif' },
  'analyses/stop': { runId: 'a', name: 'spikes-0123456789abcdef' },
};

test('valid parameters come through unchanged', () => {
  expect(METHODS.toSorted()).toEqual(Object.keys(VALID).toSorted());
  for (const method of METHODS) expect(parseParams(method, VALID[method]), method).toEqual(VALID[method]);
});

test('every method refuses what is no object, what is missing and what is too much, and says where', () => {
  for (const method of METHODS) {
    for (const params of [null, undefined, 5, 'text', [], { ...VALID[method], surplus: 1 }]) {
      expect(() => parseParams(method, params), `${method} ${JSON.stringify(params)}`).toThrow(
        new RegExp(`^${method} was asked wrongly: params[^ ]*: .*\\.$`),
      );
    }
    for (const key of Object.keys(VALID[method])) {
      const hostile = { ...VALID[method], [key]: Symbol.iterator };
      expect(() => parseParams(method, hostile), `${method} ${key}`).toThrow(`params.${key}`);
    }
  }
});
