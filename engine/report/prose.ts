/** The Markdown of our own documentation as blocks: paragraphs, lists, tables, code, and what is set apart in a line. */
import type { Block, Inline } from './document.ts';

export function blocksOf(markdown: string): Block[] {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .map((part) => blockOf(part.split('\n')));
}

function blockOf(lines: readonly string[]): Block {
  if (lines[0]!.startsWith('|')) {
    const rows = lines.map((line) => cellsOf(line));
    const [head = [], , ...body] = rows;
    return { kind: 'table', caption: 'Definitions', head, rows: body, words: head.map((_, i) => i) };
  }
  if (lines[0]!.startsWith('```'))
    return { kind: 'code', text: lines.filter((line) => !line.startsWith('```')).join('\n') };
  if (lines[0]!.startsWith('- ')) {
    const items = lines.join('\n').slice(2).split('\n- ');
    return { kind: 'list', items: items.map((item) => inlinesOf(joined(item.split('\n')))) };
  }
  return { kind: 'paragraph', words: inlinesOf(joined(lines)) };
}

const joined = (lines: readonly string[]): string => lines.map((line) => line.trim()).join(' ');

/** Of a row of a table, as plain text; an escaped bar is none. */
function cellsOf(line: string): string[] {
  const cells = line.replace(/\\\|/g, '\u0001').split('|').slice(1, -1);
  return cells.map((cell) => plain(inlinesOf(cell.trim().replaceAll('\u0001', '|'))));
}

const plain = (words: readonly Inline[]): string =>
  words
    .map((word) =>
      typeof word === 'string'
        ? word
        : 'strong' in word
          ? word.strong
          : 'code' in word
            ? word.code
            : 'emphasis' in word
              ? word.emphasis
              : word.text,
    )
    .join('');

const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^)]+)\)/g;

function inlinesOf(text: string): Inline[] {
  const words: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > from) words.push(unescaped(text.slice(from, match.index)));
    const [whole, code, strong, emphasis, name, link] = match;
    from = match.index + whole.length;
    if (code !== undefined) words.push({ code });
    else if (strong !== undefined) words.push({ strong });
    else if (emphasis !== undefined) words.push({ emphasis });
    // Links within the documentation lead nowhere from a report.
    else words.push(link!.startsWith('https://') ? { text: name!, link: link! } : name!);
  }
  if (from < text.length) words.push(unescaped(text.slice(from)));
  return words;
}

const unescaped = (text: string): string => text.replace(/\\([|*_\\])/g, '$1');
