import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Changes } from '../../../engine/host/changes.ts';
import { run } from '../extension/support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collect() {
  const pushed: [ids: string[], removed: string[]][] = [];
  const changes = new Changes(
    (changed, removed) => pushed.push([changed.map(({ id, epoch }) => `${id}:${epoch}`), removed]),
    250,
  );
  return { changes, pushed };
}

test('passes on the first change after a pause at once, then puts changes together and passes on the newest of each run', () => {
  const { changes, pushed } = collect();
  changes.add([run('a', { epoch: 0 })], []);
  changes.add([run('b', { epoch: 0 })], []);
  vi.advanceTimersByTime(0);
  expect(pushed.splice(0)).toEqual([[['a:0', 'b:0'], []]]);
  changes.add([run('a', { epoch: 1 }), run('b', { epoch: 1 })], []);
  vi.advanceTimersByTime(200);
  changes.add([run('a', { epoch: 2 })], ['c']);
  expect(pushed).toEqual([]);
  vi.advanceTimersByTime(50);
  expect(pushed.splice(0)).toEqual([[['a:2', 'b:1'], ['c']]]);
  vi.advanceTimersByTime(10_000);
  expect(pushed).toEqual([]);
});

test('says last what is true last: a run that went and came back is there', () => {
  const { changes, pushed } = collect();
  changes.add([run('a')], []);
  changes.add([], ['a']);
  changes.add([run('b')], []);
  changes.flush();
  expect(pushed).toEqual([[['b:4'], ['a']]]);
  changes.add([], ['b']);
  changes.add([run('b', { epoch: 5 })], []);
  changes.flush();
  expect(pushed[1]).toEqual([['b:5'], []]);
});

test('pushes nothing when nothing changed, nor after the end', () => {
  const { changes, pushed } = collect();
  changes.flush();
  changes.add([run('a')], []);
  changes.close();
  vi.advanceTimersByTime(1000);
  expect(pushed).toEqual([]);
});
