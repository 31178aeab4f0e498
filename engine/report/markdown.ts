/** A report as Markdown, its figures as files of their own beside it. */
import { markdownTable } from '../../protocol/comparison/markdown.ts';
import { markdownCode, plainLine } from '../../protocol/text/plain-text.ts';
import type { Block, Cell, Inline, Report, Table } from './document.ts';

export interface MarkdownReport {
  text: string;
  /** Name in the folder of the figures, and what it holds. */
  figures: { file: string; svg: string }[];
}

/** @param folder of the figures, as the Markdown names it */
export function markdownOf({ title, about, blocks }: Report, folder: string): MarkdownReport {
  const figures: MarkdownReport['figures'] = [];
  const add = (svg: string): string => {
    const file = `figure-${String(figures.length + 1).padStart(2, '0')}.svg`;
    figures.push({ file, svg: `${svg}\n` });
    return `${folder}/${file}`;
  };
  const body = blocks.map((block) => blockText(block, add));
  return { text: `${[`# ${textOf(title)}`, textOf(about), ...body].join('\n\n')}\n`, figures };
}

function blockText(block: Block, add: (svg: string) => string): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${textOf(block.text)}`;
    case 'paragraph':
      return inlines(block.words);
    case 'list':
      return block.items.map((item) => `- ${inlines(item)}`).join('\n');
    case 'code':
      return block.text
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n');
    case 'details':
      return [`**${textOf(block.summary)}**`, ...block.blocks.map((inner) => blockText(inner, add))].join('\n\n');
    case 'table':
      return tableText(block);
    case 'figure':
      return [
        ...block.drawings.map(({ name, svg }) => `![${textOf(name)}](${encodeURI(add(svg))})`),
        '',
        `_${textOf(block.caption)}_`,
      ].join('\n');
  }
}

function tableText({ caption, head, rows, words }: Table): string {
  const names = new Set(words.map((i) => head[i]!).map(textOf));
  const cell = (one: Cell): string => (typeof one === 'string' ? textOf(one) : `**${textOf(one.text)}**`);
  const lines = markdownTable(
    head.map(textOf),
    rows.map((row) => row.map(cell)),
    names,
  );
  return [`_${textOf(caption)}_`, '', ...lines].join('\n');
}

const inlines = (words: readonly Inline[]): string => words.map(inline).join('');

function inline(word: Inline): string {
  if (typeof word === 'string') return textOf(word);
  if ('strong' in word) return `**${textOf(word.strong)}**`;
  if ('code' in word) return markdownCode(word.code);
  if ('emphasis' in word) return `_${textOf(word.emphasis)}_`;
  return `[${textOf(word.text)}](${encodeURI(word.link)})`;
}

/**
 * Text that stays text, and can be read in the source, too: what could begin markup, HTML, mathematics or a link is escaped, and
 * nothing else.
 */
function textOf(text: string): string {
  return plainLine(text)
    .replace(/[\\`*_[\]<>|&~$@]/g, '\\$&')
    .replace(/:\/\/|www\./gi, (start) => start.replace(/[:.]/, '\\$&'))
    .replace(/^(\s*)([#+=-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}
