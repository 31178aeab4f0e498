import { expect, test } from 'vitest';
import {
  markdownCode,
  markdownText,
  plainJson,
  plainLabel,
  plainLine,
  plainNotification,
  plainText,
} from '../../../../protocol/text/plain-text.ts';

test('escape sequences, control characters, overrides of direction and line breaks show as question marks', () => {
  expect(plainLine('a\x1b[2Jb\u0007\u202ec\nd\u2028e\u009b31mf\r\ud800')).toBe('a?[2Jb??c?d?e?31mf??');
});

test('names in any script and pictures made of several stay as they are', () => {
  for (const name of ['é', 'ohne Abfluss – groß', '学习', 'بدون تسرب', 'עברית', '🧠', '👩‍🔬', '❤️‍🔥'])
    expect(plainLine(name)).toBe(name);
  expect(plainLine('a\u200db')).toBe('a?b');
});

test('a line of megabytes is cut, and several lines are plain one by one', () => {
  expect(plainLine('x'.repeat(1 << 22))).toHaveLength(4096);
  expect(plainLine('x'.repeat(20), 5)).toBe('xxxx…');
  expect(plainText('a\x1b]0;title\u0007\r\n\tb')).toBe('a?]0;title?\n  b');
});

/** What VS Code makes links of in notifications (its parseLinkedText). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

test('a notification holds no link to a command, and a label no picture', () => {
  const hostile = 'Run x[Repair now](command:workbench.action.terminal.new) and ]((command:y)';
  expect(LINK.test(hostile)).toBe(true);
  expect(plainNotification(hostile)).not.toMatch(LINK);
  expect(plainNotification(hostile)).toContain('[Repair now] (command:');
  expect(plainLabel('$(error) failed')).toBe('$ (error) failed');
});

test('Markdown shows the text of others letter by letter', () => {
  expect(markdownText('![x](http://e.example/p.png) <b>*1* & www.e.example a@b.example')).toBe(
    '\\!\\[x\\]\\(http\\:\\/\\/e\\.example\\/p\\.png\\) \\<b\\>\\*1\\* \\& www\\.e\\.example a\\@b\\.example',
  );
  expect(markdownText('a\n\n# b')).toBe('a\\?\\?\\# b');
});

test('JSON for a terminal keeps its value', () => {
  const value = { name: 'a\x9b31m\u202e\u2028\x7f\u{e0041}' };
  const json = plainJson(JSON.stringify(value, null, 2));
  expect(json).not.toMatch(/[\x7f-\x9f\u202e\u2028\u{e0041}]/u);
  expect(JSON.parse(json)).toEqual(value);
});

test('code in Markdown cannot be left from within', () => {
  expect(markdownCode('neuron.leak: 1')).toBe('`neuron.leak: 1`');
  expect(markdownCode('a`![x](http://e.example/p.png)``b')).toBe('``` a`![x](http://e.example/p.png)``b ```');
});
