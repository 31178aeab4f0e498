/**
 * Text of others (names, paths, arguments, what a store or a server says) on its way to a person. All of it goes through
 * here, whichever side shows it: what a terminal would obey, an editor would render or an eye would misread is taken out.
 */

/** Longer lines are cut: nobody reads them, and a name of megabytes must not fill a screen or a dialog. */
const MAX_LINE = 4096;

/**
 * Control characters (escape sequences begin with one), marks that turn the direction of text or are not seen at all,
 * halves of characters, and line and paragraph separators. A joiner between two pictures makes one of them and may stay.
 */
const UNSEEN =
  /(?<!\p{Extended_Pictographic}\ufe0f?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?!\u200d)[\p{C}\p{Zl}\p{Zp}]/gu;

/** One line: each character that could do something shows as a question mark. */
export function plainLine(text: string, maxLength = MAX_LINE): string {
  const line = text.length > maxLength ? `${text.slice(0, Math.max(0, maxLength - 1))}…` : text;
  return line.replace(UNSEEN, '?');
}

/** Several lines, each of them plain; tabs become blanks. */
export function plainText(text: string): string {
  return text
    .replace(/\t/g, '  ')
    .split(/\r?\n/)
    .map((line) => plainLine(line))
    .join('\n');
}

/** One line in a notification or dialog of VS Code, which makes links, also to commands, of `[text](target)`. */
export function plainNotification(text: string): string {
  return plainLine(text, 2000).replace(/\](?=\()/g, '] ');
}

/** One line in a label, lens or status text of VS Code, which makes pictures of `$(name)`. */
export function plainLabel(text: string): string {
  return plainLine(text, 500).replace(/\$(?=\()/g, '$ ');
}

/** One line that Markdown, and HTML within it, shows as it is: no link, no picture, no table, no address made a link. */
export function markdownText(text: string): string {
  return plainLine(text).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** One line as code in Markdown: fenced by more backticks than it holds in a row, so that it cannot end the fence. */
export function markdownCode(text: string): string {
  const line = plainLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 ? ' ' : '';
  return `${fence}${room}${line}${room}${fence}`;
}

/** JSON that a terminal shows and does not obey: what is left of such characters is escaped, with the same value. */
export function plainJson(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(''),
  );
}

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
