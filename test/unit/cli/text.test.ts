import { expect, test } from 'vitest';
import { cut, padEnd, printable, short, stackedTables, table, widthOf, wrapped } from '../../../engine/cli/text.ts';

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

test('a table too wide for the terminal is several below one another, each with its first columns', () => {
  const header = ['variant', 'rate %', 'silent', 'saturated'];
  const rows = [['baseline', '5.40', '13 of 16', '0']];
  const layout = { right: [1, 2, 3], keys: 1, columns: 27 };
  expect(stackedTables(header, rows, layout)).toEqual([
    ...['variant   rate %    silent', 'baseline    5.40  13 of 16', ''],
    ...['variant   saturated', 'baseline          0'],
  ]);
  const whole = stackedTables(header, rows, { ...layout, columns: Number.POSITIVE_INFINITY });
  expect(whole).toEqual(table(header, rows, [1, 2, 3]));
  // A column that fits nowhere stands alone, whole.
  expect(stackedTables(header, rows, { ...layout, columns: 3 })).toHaveLength(8);
});

test('sentences break between words', () => {
  expect(wrapped('rate: spikes per step; a-very-long-word', 12)).toEqual([
    ...['rate: spikes', 'per step;', 'a-very-long-word'],
  ]);
  expect(wrapped('one line', Number.POSITIVE_INFINITY)).toEqual(['one line']);
});
