/**
 * Which rows of the comparison are shown: `leak < 0.5 and accuracy > 90`.
 *
 *   filter     = all { "or" all }
 *   all        = one { ["and"] one }
 *   one        = "not" one | "(" filter ")" | name operator value | word
 *
 * A word alone is looked for in the name and the changes of a variant. Numbers are those of the table: percentages from 0 to 100.
 */

import { plainLine } from '../../text/plain-text.ts';
import type { Column } from '../columns.ts';
import { changesText, type TableRow } from '../table.ts';
import { columnNamed } from './names.ts';
import { type Operator, type Token, tokensOf } from './tokens.ts';

export type RowTest = (row: TableRow) => boolean;

export type Filter =
  | { test: RowTest; problem?: never }
  /** Why it means nothing, in a sentence, and where. */
  | { test?: never; problem: { sentence: string; start: number; end: number } };

class Mistake extends Error {
  constructor(
    sentence: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(plainLine(sentence, 300));
  }
}

/** @param columns what may be named */
export function parseFilter(text: string, columns: readonly Column[]): Filter {
  try {
    return { test: new Parser(text, columns).whole() };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const { message, start, end } = error;
    return { problem: { sentence: message, start, end } };
  }
}

/** Deeper brackets are nobody's. */
const DEEPEST = 50;

class Parser {
  private readonly tokens: Token[];
  private position = 0;
  private depth = 0;

  constructor(
    text: string,
    private readonly columns: readonly Column[],
  ) {
    this.tokens = tokensOf(text);
  }

  whole(): RowTest {
    if (this.tokens.length === 0) return () => true;
    const test = this.any();
    const rest = this.tokens[this.position];
    if (rest) throw new Mistake('There is a ")" without a "(".', rest.start, rest.end);
    return test;
  }

  private any(): RowTest {
    const tests = [this.all()];
    while (this.takes('or')) tests.push(this.all());
    return tests.length === 1 ? tests[0]! : (row) => tests.some((test) => test(row));
  }

  private all(): RowTest {
    const tests = [this.one()];
    for (;;) {
      const next = this.tokens[this.position];
      if (!next || next.kind === 'close' || isWord(next, 'or')) break;
      this.takes('and');
      tests.push(this.one());
    }
    return tests.length === 1 ? tests[0]! : (row) => tests.every((test) => test(row));
  }

  private one(): RowTest {
    const token = this.tokens[this.position];
    if (!token || token.kind === 'close' || isWord(token, 'and') || isWord(token, 'or')) {
      const before = this.tokens[this.position - 1];
      const place = token ?? before!;
      throw new Mistake(
        before ? `Something must follow "${before.text}".` : `Something must stand before "${token!.text}".`,
        place.start,
        place.end,
      );
    }
    if (++this.depth > DEEPEST) throw new Mistake('There are too many brackets.', token.start, token.end);
    try {
      this.position++;
      if (isWord(token, 'not')) {
        const inner = this.one();
        return (row) => !inner(row);
      }
      if (token.kind === 'open') return this.bracket(token);
      if (token.kind === 'operator')
        throw new Mistake(`A column must stand before ${token.text}, for instance accuracy.`, token.start, token.end);
      const operator = this.tokens[this.position];
      if (operator?.kind !== 'operator') return this.search(token);
      this.position++;
      return this.comparison(token, operator);
    } finally {
      this.depth--;
    }
  }

  private bracket(open: Token): RowTest {
    const test = this.any();
    const close = this.tokens[this.position];
    if (close?.kind !== 'close') throw new Mistake('There is a "(" without a ")".', open.start, open.end);
    this.position++;
    return test;
  }

  private search(token: Token): RowTest {
    const named =
      token.kind === 'word' ? this.columns.find(({ id }) => id.toLowerCase() === token.text.toLowerCase()) : undefined;
    // What is yes or no needs no comparison.
    if (named?.id === 'earlier' || named?.id === 'starred') return (row) => named.value(row) === 'yes';
    if (named)
      throw new Mistake(
        `${token.text} must be compared with something, for instance ${token.text} ${named.unit ? '> 90' : '= …'}.`,
        token.start,
        token.end,
      );
    const wanted = token.text.toLowerCase();
    return (row) => `${row.variant} ${changesText(row.changes)}`.toLowerCase().includes(wanted);
  }

  private comparison(name: Token, operator: Token): RowTest {
    const column = columnNamed(name.text, this.columns);
    if ('sentence' in column) throw new Mistake(column.sentence, name.start, name.end);
    const value = this.tokens[this.position];
    if (!value || value.kind === 'operator' || value.kind === 'open' || value.kind === 'close')
      throw new Mistake(`A value must follow ${name.text} ${operator.text}.`, operator.start, operator.end);
    this.position++;
    const number = value.kind === 'word' ? numberOf(value.text) : undefined;
    const sign = operator.text as Operator;
    if (number === undefined && (isOrder(sign) || column.unit))
      throw new Mistake(
        `"${value.text}" is no number: ${name.text} ${operator.text} needs one, for instance ${name.text} ${isOrder(sign) ? sign : '>'} ${column.unit === '%' ? 90 : 0.5}.`,
        value.start,
        value.end,
      );
    // Of several values one that fits is enough, and none may be what it must not be.
    const { values } = column;
    if (values && sign === '!=') return (row) => values(row).every((one) => holds(one, sign, value.text, number));
    if (values) return (row) => values(row).some((one) => holds(one, sign, value.text, number));
    return (row) => holds(column.value(row), sign, value.text, number);
  }

  private takes(word: string): boolean {
    const token = this.tokens[this.position];
    if (!token || !isWord(token, word)) return false;
    this.position++;
    return true;
  }
}

/** A row without a value is neither above nor below nor equal to anything. */
function holds(
  value: number | string | undefined,
  operator: Operator,
  text: string,
  number: number | undefined,
): boolean {
  switch (operator) {
    case '<':
      return typeof value === 'number' && value < number!;
    case '>':
      return typeof value === 'number' && value > number!;
    case '<=':
      return typeof value === 'number' && value <= number!;
    case '>=':
      return typeof value === 'number' && value >= number!;
    case '~':
      return String(value ?? '')
        .toLowerCase()
        .includes(text.toLowerCase());
    case '=':
    case '==':
      return equal(value, text, number);
    case '!=':
      return !equal(value, text, number);
  }
}

function equal(value: number | string | undefined, text: string, number: number | undefined): boolean {
  if (value === undefined) return false;
  if (typeof value === 'number') return value === number;
  return value.toLowerCase() === text.toLowerCase();
}

const isWord = ({ kind, text }: Token, word: string): boolean => kind === 'word' && text.toLowerCase() === word;
const isOrder = (operator: string): boolean => /^[<>]/.test(operator);

/** `90`, `0.5`, `1e-3`, `90%`. */
function numberOf(text: string): number | undefined {
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)%?$/i.exec(text);
  return found ? Number(found[1]) : undefined;
}
