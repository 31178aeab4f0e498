/** Text and tables in a terminal. */

/** Text from a file or a store, before it is measured for a table or a line of progress. */
export { plainLine as printable } from '../../protocol/text/plain-text.ts';

/** Columns that a text takes up in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    // Chinese, Japanese and Korean letters and most emoji are two columns wide.
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** Cuts a text to `columns` columns; what was cut is marked by an ellipsis. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept) + widthOf(character) > columns - 1) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : '';
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** Lines of a table: numbers to the right, two blanks between columns. `right` names the columns of numbers. */
export function table(header: string[], rows: string[][], right: number[] = []): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, c) => Math.max(...all.map((row) => widthOf(row[c] ?? ''))));
  return all.map((row) =>
    header
      .map((_, c) => (right.includes(c) ? padStart(row[c] ?? '', widths[c]!) : padEnd(row[c] ?? '', widths[c]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** A table as several below one another, none wider than `columns` where that can be: each begins with the first `keys` columns. */
export function stackedTables(
  header: string[],
  rows: string[][],
  { right, keys, columns }: { right: number[]; keys: number; columns: number },
): string[] {
  const all = header.map((_, c) => c);
  const widths = all.map((c) => Math.max(...[header, ...rows].map((row) => widthOf(row[c] ?? ''))));
  const width = (shown: readonly number[]): number => shown.reduce((sum, c) => sum + widths[c]! + 2, -2);
  const stacks: number[][] = [];
  for (const c of all.slice(keys)) {
    const last = stacks.at(-1);
    if (last && width([...last, c]) <= columns) last.push(c);
    else stacks.push([...all.slice(0, keys), c]);
  }
  return stacks.flatMap((shown, i) => [
    ...(i > 0 ? [''] : []),
    ...table(
      shown.map((c) => header[c]!),
      rows.map((row) => shown.map((c) => row[c]!)),
      shown.flatMap((c, place) => (right.includes(c) ? [place] : [])),
    ),
  ]);
}

/** Sentences as lines of at most `columns`, broken between words. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= columns) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}

/** 0.4213, 12.34, 1.2e-5: four significant digits or so. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential(1);
  return value.toFixed(size < 10 ? 4 : 2);
}

/** Columns of the terminal that standard output is shown on; no end of them where it is piped or kept. */
export function outputColumns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** A table that is no wider than `columns`: the spare ones, by name, are left out in this order, and then lines are cut. */
export function fittingTable(
  header: string[],
  rows: string[][],
  { right, spare, columns }: { right: string[]; spare: string[]; columns: number },
): string[] {
  const kept = header.map((_, c) => c);
  const render = () =>
    table(
      kept.map((c) => header[c]!),
      rows.map((row) => kept.map((c) => row[c]!)),
      kept.flatMap((c, i) => (right.includes(header[c]!) ? [i] : [])),
    );
  let lines = render();
  for (const name of spare) {
    if (Math.max(...lines.map(widthOf)) <= columns) return lines;
    kept.splice(kept.indexOf(header.indexOf(name)), 1);
    lines = render();
  }
  return lines.map((line) => cut(line, columns));
}
