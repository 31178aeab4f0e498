/** docs/contributing/follow-the-leak.md names files and functions; each of them is there. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const guide = readFileSync(new URL('docs/contributing/follow-the-leak.md', ROOT), 'utf8');

/** The rows `| 1 | file | function, … | … |`. */
const rooms = [...guide.matchAll(/^\| (\d+) \| `([^`]+)` \| ([^|]+) \|/gm)].map(([, number, file, functions]) => ({
  number: Number(number),
  file: file!,
  functions: [...functions!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
}));

test('the leak passes through at most 30 rooms, numbered in order', () => {
  expect(rooms.map(({ number }) => number)).toEqual(rooms.map((_, i) => i + 1));
  expect(rooms.length).toBeGreaterThan(20);
  expect(rooms.length).toBeLessThanOrEqual(30);
});

test('every room is where the guide says', () => {
  const missing = rooms.flatMap(({ number, file, functions }) => {
    const path = new URL(file, ROOT);
    if (!existsSync(path)) return [`${number}: there is no ${file}`];
    const text = readFileSync(path, 'utf8');
    const last = (name: string) => name.split('.').at(-1)!;
    return functions
      .filter((name) => !new RegExp(`\\b${last(name)}\\b`).test(text))
      .map((name) => `${number}: ${file} has no ${name}`);
  });
  expect(missing).toEqual([]);
});
