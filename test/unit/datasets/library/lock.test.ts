import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { withLock } from '../../../../engine/datasets/library/lock.ts';
import { temporaryFolder } from '../../runs/fixtures.ts';

const elsewhere = JSON.stringify({ pid: 1, host: `${hostname()}-other`, id: 'theirs' });
const HOUR = 3_600_000;

let file: string;
beforeEach(() => {
  file = join(temporaryFolder(), 'lock');
});

test('one at a time, and the lock is gone afterwards', async () => {
  const order: string[] = [];
  const first = withLock(file, async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('first');
  });
  await Promise.all([first, withLock(file, async () => void order.push('second'))]);
  expect({ order, left: existsSync(file) }).toEqual({ order: ['first', 'second'], left: false });
});

test.each([
  ['long ago', -HOUR],
  ['in the future, by a clock that was ahead', HOUR],
])('a lock that nobody touches, last touched %s, is taken over', async (_, shift) => {
  writeFileSync(file, elsewhere);
  const time = new Date(Date.now() + shift);
  utimesSync(file, time, time);
  expect(await withLock(file, async () => 'done', { staleMs: 100 })).toBe('done');
});

test.each([
  ['behind', -HOUR],
  ['ahead', HOUR],
])('a holder that goes on touching it keeps it, also when its clock is an hour %s', async (_, shift) => {
  writeFileSync(file, elsewhere);
  let touches = 0;
  let working = true;
  const touch = () => {
    const time = new Date(Date.now() + shift);
    utimesSync(file, time, time);
    if (++touches === 50) working = false;
    else setTimeout(touch, 20);
  };
  touch();
  const seen = await withLock(file, async () => working, { staleMs: 100 });
  expect(seen, 'whether the holder was still at work').toBe(false);
});
