/**
 * Tables as text: a line with the names of the columns, then a line for each row; separated by commas, semicolons or
 * tabs; fields in quotes may hold any of them. Lines that begin with # before the names are comments.
 */

import { whatIs } from './file-kind.ts';
import { badFile, readHead, readWhole } from './files.ts';
import { MAX_ROWS, type Table, type Values } from './table.ts';

const REMEDY = 'write it as a table with one line of names, e.g. sample,time,channel,label';
const UTF8 = 'save it as CSV in UTF-8';
const MAX_BYTES = 2 ** 31;
/** Names of all columns. */
const MAX_HEADER = 1 << 16;
const MAX_COLUMNS = 1000;
const [LF, CR, QUOTE, HASH, MINUS, PLUS, DOT, ZERO] = [10, 13, 34, 35, 45, 43, 46, 48];

/** Opens a table; no more than its names are read. Throws a UserError. */
export function openCsv(file: string): Table {
  const head = readHead(file, MAX_HEADER, REMEDY);
  const { names: columns } = headerOf(file, head);
  return {
    columns,
    read(names) {
      const bytes = readWhole(file, REMEDY, MAX_BYTES);
      const header = headerOf(file, bytes);
      const wanted = names.map((name) => header.names.indexOf(name));
      const text = new Set<number>();
      // A column is of numbers until a cell is none; then all is read again with it as text, so that 007 stays 007.
      for (;;) {
        const read = readRows(file, bytes, header, wanted, text);
        if (typeof read !== 'number') return read;
        text.add(read);
      }
    },
    close() {},
  };
}

interface Header {
  names: string[];
  delimiter: number;
  /** Byte at which the rows start, and the line there, from 1. */
  start: number;
  line: number;
}

function headerOf(file: string, bytes: Buffer): Header {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) throw badFile(file, 'this is text in UTF-16', undefined, UTF8);
  let offset = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  let line = 1;
  for (; bytes[offset] === HASH; line++) offset = endOfLine(bytes, offset) + 1;
  const end = endOfLine(bytes, offset);
  const text = bytes.toString('utf8', offset, Math.min(end, offset + MAX_HEADER)).trimEnd();
  if (text.includes('\ufffd')) throw badFile(file, `line ${line} is not text in UTF-8`, offset, UTF8);
  if (text === '' || end - offset > MAX_HEADER || /\p{Cc}/u.test(text.replace(/\t/g, '')))
    throw badFile(file, `this is not a table but ${whatIs(bytes.subarray(0, 512))}`, undefined, REMEDY);
  const delimiter = [',', '\t', ';'].find((mark) => text.includes(mark)) ?? ',';
  const names = text.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  if (names.length > MAX_COLUMNS) throw badFile(file, `${names.length} columns are too many`, undefined, REMEDY);
  if (names.every((name) => name !== '' && Number.isFinite(Number(name))))
    throw badFile(file, 'the first line has numbers in place of names', offset, REMEDY);
  return { names, delimiter: delimiter.charCodeAt(0), start: Math.min(end + 1, bytes.length), line: line + 1 };
}

function endOfLine(bytes: Buffer, offset: number): number {
  const end = bytes.indexOf(LF, offset);
  return end < 0 ? bytes.length : end;
}

/** The wanted columns, or the number of a column that holds text and is not in `text`. Throws a UserError. */
function readRows(
  file: string,
  bytes: Buffer,
  header: Header,
  wanted: number[],
  text: ReadonlySet<number>,
): Values[] | number {
  const { names, delimiter } = header;
  const columns = wanted.map((column) => (text.has(column) ? new TextColumn() : new NumberColumn()));
  const slots = names.map((_, column) => wanted.flatMap((other, i) => (other === column ? [columns[i]!] : [])));
  let { start: offset, line } = header;
  for (let rows = 0; offset < bytes.length; line++) {
    // An empty line, such as the last.
    if (bytes[offset] === LF || (bytes[offset] === CR && bytes[offset + 1] === LF)) {
      offset += bytes[offset] === LF ? 1 : 2;
      continue;
    }
    if (++rows > MAX_ROWS) throw badFile(file, `there are more than ${MAX_ROWS} rows`, offset, REMEDY);
    for (let column = 0; column < names.length; column++) {
      const quoted = bytes[offset] === QUOTE;
      const from = quoted ? offset + 1 : offset;
      let to = from;
      if (quoted) {
        for (to = bytes.indexOf(QUOTE, to); to >= 0 && bytes[to + 1] === QUOTE; ) to = bytes.indexOf(QUOTE, to + 2);
        if (to < 0) throw badFile(file, `line ${line}: a quote is not closed`, offset, REMEDY);
        offset = to + 1;
      } else {
        while (offset < bytes.length && bytes[offset] !== delimiter && bytes[offset] !== LF) offset++;
        to = offset;
        if (offset === bytes.length || bytes[offset] === LF) while (to > from && bytes[to - 1] === CR) to--;
      }
      for (const slot of slots[column]!) {
        const added = slot.add(bytes, from, to, quoted);
        if (added === 'other') return column;
        if (added === 'unreadable') throw badFile(file, `line ${line} is not text in UTF-8`, from, UTF8);
      }
      if (quoted && bytes[offset] === CR) offset++;
      const last = column === names.length - 1;
      const ends = offset >= bytes.length || bytes[offset] === LF;
      if (ends ? !last : last || bytes[offset] !== delimiter)
        throw badFile(file, `line ${line} does not have ${names.length} fields as the first`, offset, REMEDY);
      offset++;
    }
  }
  return columns.map((column) => column.values());
}

type Added = 'added' | 'other' | 'unreadable';

class NumberColumn {
  private numbers = new Float64Array(1024);
  private length = 0;

  /** other: it is no number. */
  add(bytes: Buffer, from: number, to: number): Added {
    const number = from === to ? Number.NaN : numberIn(bytes, from, to);
    if (number === undefined) return 'other';
    if (this.length === this.numbers.length) {
      const longer = new Float64Array(2 * this.length);
      longer.set(this.numbers);
      this.numbers = longer;
    }
    this.numbers[this.length++] = number;
    return 'added';
  }

  values(): Values {
    return this.numbers.subarray(0, this.length);
  }
}

class TextColumn {
  private readonly cells: string[] = [];
  /** Each text once: a class has few names and many rows. */
  private readonly known = new Map<string, string>();

  add(bytes: Buffer, from: number, to: number, quoted: boolean): Added {
    const raw = bytes.toString('utf8', from, to);
    if (raw.includes('\ufffd')) return 'unreadable';
    const cell = quoted ? raw.replaceAll('""', '"') : raw.trim();
    const known = this.known.get(cell);
    if (known === undefined) this.known.set(cell, cell);
    this.cells.push(known ?? cell);
    return 'added';
  }

  values(): Values {
    return this.cells;
  }
}

/** Powers of ten that float64 holds exactly. */
const TENS = Array.from({ length: 16 }, (_, i) => 10 ** i);

/** The number in some bytes, correctly rounded; undefined when it is none. */
function numberIn(bytes: Buffer, from: number, to: number): number | undefined {
  let offset = from;
  const negative = bytes[offset] === MINUS;
  if (negative || bytes[offset] === PLUS) offset++;
  let digits = 0;
  let decimals = -1;
  let number = 0;
  for (; offset < to; offset++) {
    const digit = bytes[offset]! - ZERO;
    if (digit >= 0 && digit <= 9 && digits < 15) {
      number = 10 * number + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (bytes[offset] === DOT && decimals < 0) decimals = 0;
    else return otherNumber(bytes.toString('latin1', from, to));
  }
  if (digits === 0) return undefined;
  // Both are exact, and a division rounds once.
  if (decimals > 0) number /= TENS[decimals]!;
  return negative ? -number : number;
}

/** Exponents, spaces around it, more digits than float64 has. */
function otherNumber(text: string): number | undefined {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
