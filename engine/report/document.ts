/** A report as plain data: what it says, before anybody decides how it looks. */

/** Words of a paragraph. All text is plain: whoever writes it down escapes it. */
export type Inline =
  | string
  | { strong: string }
  | { code: string }
  | { emphasis: string }
  | { text: string; link: string };

/** A cell of a table; `strong` where the seeds say that it is better. */
export type Cell = string | { text: string; strong: true };

export interface Table {
  kind: 'table';
  caption: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** Columns of words, to the left; the others are numbers. */
  words: readonly number[];
}

export interface Figure {
  kind: 'figure';
  /** `svg` elements that stand beside each other, complete in themselves. */
  drawings: { name: string; svg: string }[];
  caption: string;
}

export type Block =
  | { kind: 'heading'; level: 2 | 3 | 4; text: string }
  | { kind: 'paragraph'; words: readonly Inline[] }
  | { kind: 'list'; items: readonly (readonly Inline[])[] }
  | { kind: 'code'; text: string }
  /** Long and for those who want to know: folded away where a page can. */
  | { kind: 'details'; summary: string; blocks: readonly Block[] }
  | Table
  | Figure;

export interface Report {
  title: string;
  /** Below the title: what it is of, when it was written. */
  about: string;
  blocks: readonly Block[];
}

export const paragraph = (...words: Inline[]): Block => ({ kind: 'paragraph', words });
export const heading = (level: 2 | 3 | 4, text: string): Block => ({ kind: 'heading', level, text });
