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
  let at = 0;
  while (at < text.length) {
    const start = at;
    const sign = text[at]!;
    if (/\s/.test(sign)) {
      at++;
      continue;
    }
    const operator = OPERATORS.find((one) => text.startsWith(one, at));
    if (operator) {
      at += operator.length;
      tokens.push({ kind: 'operator', text: operator, start, end: at });
    } else if (sign === '(' || sign === ')') {
      at++;
      tokens.push({ kind: sign === '(' ? 'open' : 'close', text: sign, start, end: at });
    } else if (sign === '"' || sign === "'") {
      const close = text.indexOf(sign, at + 1);
      at = close < 0 ? text.length : close + 1;
      tokens.push({ kind: 'quoted', text: text.slice(start + 1, close < 0 ? at : close), start, end: at });
    } else {
      at += /^[^\s<>=!~()"']+|^./.exec(text.slice(at))![0].length;
      tokens.push({ kind: 'word', text: text.slice(start, at), start, end: at });
    }
  }
  return tokens;
}

/** A value as a filter has to write it. */
export function quoted(value: string): string {
  const plain = /^[^\s<>=!~()"']+$/.test(value) && !/^(and|or|not)$/i.test(value);
  return plain ? value : value.includes('"') ? `'${value.replaceAll("'", '')}'` : `"${value}"`;
}
