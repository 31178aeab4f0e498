import { describe, expect, test } from 'vitest';
import { parseFromWebview, parseViewState } from '../../../extension/base/messages.ts';
import { page } from '../../../extension/panels/html.ts';
import { viewStateOf } from '../../../protocol/views.ts';
import { FILE } from './support.ts';

describe('messages from a webview', () => {
  const target = { file: FILE, study: 'Study', view: 'curves' };

  test('are taken when they are of the protocol', () => {
    for (const message of [
      { type: 'ready', generation: 'g' },
      { type: 'request', id: 1, method: 'runs/compare', params: {} },
      { type: 'state', state: { version: 2, target, state: viewStateOf('curves', { smoothing: 0.5 }) } },
      { type: 'openView', view: 'compare' },
      { type: 'openFile' },
      { type: 'openFile', variant: 'a' },
      { type: 'export', suggestedName: 'a.csv', text: '' },
    ])
      expect(parseFromWebview({ ...message, surplus: 1 })).toEqual(message);
  });

  test('are dropped when they are not', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      [],
      { type: 'ready' },
      { type: 'ready', generation: 'g'.repeat(1000) },
      { type: 'request', id: '1', method: 'runs/compare', params: {} },
      { type: 'request', id: 1, method: 'runs/delete', params: { runIds: ['a'] } },
      { type: 'request', id: 1, method: 'host/initialize', params: {} },
      { type: 'request', id: 1, method: 'constructor', params: {} },
      { type: 'request', id: 1, method: 'runs/compare', params: [] },
      { type: 'state', state: { version: 3, target } },
      { type: 'openView', view: 'shell' },
      { type: 'openFile', variant: 5 },
      { type: 'export', suggestedName: '', text: 'x' },
      { type: '__proto__' },
    ])
      expect(parseFromWebview(message), JSON.stringify(message)).toBeUndefined();
  });

  test('keep view states that are whole and small', () => {
    const state = { version: 2, target, state: viewStateOf('curves', { hiddenVariants: ['a'] }) };
    expect(parseViewState(state)).toEqual(state);
    expect(parseViewState({ ...state, state: { hiddenVariants: ['x'.repeat(100_000)] } })).toBeUndefined();
    expect(parseViewState({ ...state, target: { ...target, file: '/etc/passwd' } })).toBeUndefined();
  });
});

test('the page of a view allows its own script and nothing else', () => {
  const html = page({
    view: 'curves',
    title: 'Curves: <b>"x"&',
    language: 'en',
    cspSource: 'https://csp.example',
    scriptUri: 'https://csp.example/view-curves.js?a=1&b="2"',
    nonce: 'n0nce',
  });
  expect(html).toContain(
    `content="default-src 'none'; script-src 'nonce-n0nce'; style-src https://csp.example; font-src https://csp.example; img-src https://csp.example blob: data:"`,
  );
  expect(html).toContain('<title>Curves: &lt;b&gt;&quot;x&quot;&amp;</title>');
  expect(html).toContain('src="https://csp.example/view-curves.js?a=1&amp;b=&quot;2&quot;"');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/unsafe|style=|<style/);
});
