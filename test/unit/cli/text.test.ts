import { expect, test } from 'vitest';
import { cut, padEnd, printable, short, table, widthOf } from '../../../engine/cli/text.ts';

test('control characters cannot reach the terminal', () => {
  expect(printable('a\x1b[2Jb\u0007\u202ec\nd')).toBe('a?[2Jb??c?d');
});

test('widths in columns', () => {
  expect(['abc', 'é', '学习', '🧠'].map(widthOf)).toEqual([3, 1, 4, 2]);
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('学习学习', 5)).toBe('学习…');
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abc', 0)).toBe('');
  expect(padEnd('学', 4)).toBe('学  ');
});

test('tables align text to the left and numbers to the right', () => {
  expect(
    table(
      ['name', 'n', 'x'],
      [
        ['a', '10', 'y'],
        ['学习', '5', ''],
      ],
      [1],
    ),
  ).toEqual(['name   n  x', 'a     10  y', '学习   5']);
});

test('short numbers', () => {
  expect([0, 0.42131, 12.345, -3, 1.2e-5, 123456].map(short)).toEqual([
    '0',
    '0.4213',
    '12.35',
    '-3.0000',
    '1.2e-5',
    '1.2e+5',
  ]);
});
