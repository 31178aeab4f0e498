/** The words of a filter, with their places. */

export interface Token {
  kind: 'word' | 'quoted' | 'operator' | 'open' | 'close';
  /** Without quotes. */
  text: string;
  /** Places in the filter; `end` is behind the last character. */
  start: number;
  end: number;
}

/** Longest first. */
export const OPERATORS = ['<=', '>=', '!=', '==', '<', '>', '=', '~'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Never fails: a quote that nobody closed goes to the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const start = position;
    const sign = text[position]!;
    if (/\s/.test(sign)) {
      position++;
      continue;
    }
    const operator = OPERATORS.find((one) => text.startsWith(one, position));
    if (operator) {
      position += operator.length;
      tokens.push({ kind: 'operator', text: operator, start, end: position });
    } else if (sign === '(' || sign === ')') {
      position++;
      tokens.push({ kind: sign === '(' ? 'open' : 'close', text: sign, start, end: position });
    } else if (sign === '"' || sign === "'") {
      const close = text.indexOf(sign, position + 1);
      position = close < 0 ? text.length : close + 1;
      tokens.push({ kind: 'quoted', text: text.slice(start + 1, close < 0 ? position : close), start, end: position });
    } else {
      position += /^[^\s<>=!~()"']+|^./.exec(text.slice(position))![0].length;
      tokens.push({ kind: 'word', text: text.slice(start, position), start, end: position });
    }
  }
  return tokens;
}

/** A value as a filter has to write it. */
export function quoted(value: string): string {
  const plain = /^[^\s<>=!~()"']+$/.test(value) && !/^(and|or|not)$/i.test(value);
  return plain ? value : value.includes('"') ? `'${value.replaceAll("'", '')}'` : `"${value}"`;
}
