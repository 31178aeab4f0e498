/** A report as one HTML page: no script, nothing from elsewhere, light or dark, and good on paper. */
import type { Block, Cell, Figure, Inline, Report, Table } from './document.ts';
import { escaped } from './drawings/svg.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded and nothing runs, whatever got into the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function htmlOf({ title, about, blocks }: Report): string {
  const contents = blocks.flatMap((block, i) =>
    block.kind === 'heading' && block.level <= 3 ? [{ level: block.level, text: block.text, id: idOf(i) }] : [],
  );
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${escaped(title)}</h1><p class="about">${escaped(about)}</p></header>`,
    `<nav aria-label="Contents"><ul>${contents.map(({ level, text, id }) => `<li class="l${level}"><a href="#${id}">${escaped(text)}</a></li>`).join('')}</ul></nav>`,
    '<main>',
    ...blocks.map((block, i) => blockHtml(block, idOf(i))),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const idOf = (block: number): string => `s${block}`;

function blockHtml(block: Block, id?: string): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}${id ? ` id="${id}"` : ''}>${escaped(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inlines(block.words)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inlines(item)}</li>`).join('')}</ul>`;
    case 'code':
      return `<pre>${block.text.split('\n').map(escaped).join('\n')}</pre>`;
    case 'details':
      return `<details><summary>${escaped(block.summary)}</summary>${block.blocks.map((inner) => blockHtml(inner)).join('\n')}</details>`;
    case 'table':
      return tableHtml(block);
    case 'figure':
      return figureHtml(block);
  }
}

function tableHtml({ caption, head, rows, words }: Table): string {
  const look = (i: number): string => (words.includes(i) ? ' class="words"' : '');
  const cell = (one: Cell, i: number): string => {
    const text = typeof one === 'string' ? escaped(one) : `<strong>${escaped(one.text)}</strong>`;
    return i === 0 ? `<th scope="row"${look(i)}>${text}</th>` : `<td${look(i)}>${text}</td>`;
  };
  return [
    // Beside the table, not in it: a caption would be as wide as a table that has to be scrolled.
    `<p class="caption">${escaped(caption)}</p>`,
    `<div class="table" role="region" aria-label="${escaped(caption)}" tabindex="0"><table aria-label="${escaped(caption)}">`,
    `<thead><tr>${head.map((name, i) => `<th scope="col"${look(i)}>${escaped(name)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

/** Drawings are made by this program; what others wrote in them is escaped where it is put in. */
function figureHtml({ drawings, caption }: Figure): string {
  return `<figure><div class="drawings">${drawings.map(({ svg }) => svg).join('\n')}</div><figcaption>${escaped(caption)}</figcaption></figure>`;
}

const inlines = (words: readonly Inline[]): string => words.map(inline).join('');

function inline(word: Inline): string {
  if (typeof word === 'string') return escaped(word);
  if ('strong' in word) return `<strong>${escaped(word.strong)}</strong>`;
  if ('code' in word) return `<code>${escaped(word.code)}</code>`;
  if ('emphasis' in word) return `<em>${escaped(word.emphasis)}</em>`;
  return `<a href="${escaped(word.link)}">${escaped(word.text)}</a>`;
}
