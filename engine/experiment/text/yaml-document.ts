/** The YAML parser behind bounds: on size, on the number of tokens, and on depth, since its second half is recursive. */
import { Composer, type CST, type Document, Lexer, type ParsedNode, Parser } from 'yaml';
import type { SyntaxProblem } from './source.ts';

export const MAX_DEPTH = 32;
export const TOO_DEEP = `The file is nested too deeply: ${MAX_DEPTH} levels are allowed.`;
export const NOT_UTF8 = 'The file is not UTF-8 text here; save it with the encoding UTF-8.';

const MAX_CHARACTERS = 1 << 20;
const MAX_TOKENS = 50_000;

export type ParsedDocument = Document.Parsed<ParsedNode>;

/** The first document of a text, with the errors of the parser; or why the text is not even parsed. Never throws. */
export function parseYaml(text: string): { document: ParsedDocument; more?: number } | { refused: SyntaxProblem } {
  const refused = refusal(text);
  if (refused) return { refused };
  const tokens = [...new Parser().parse(text)];
  // Composing is recursive, and a stack that overflows there can take the whole process with it.
  const deep = tooDeep(tokens);
  if (deep !== undefined) return { refused: { start: deep, end: deep + 1, severity: 'error', message: TOO_DEEP } };
  // Duplicate keys are found when the tree is built: the library's own search is quadratic.
  const documents = [
    ...new Composer({ uniqueKeys: false, resolveKnownTags: false }).compose(tokens, true, text.length),
  ];
  const [document, next] = documents as ParsedDocument[];
  return { document: document!, ...(next && { more: next.range[0] }) };
}

function refusal(text: string): SyntaxProblem | undefined {
  const all = { start: 0, end: text.length, severity: 'error' } as const;
  if (text.length > MAX_CHARACTERS)
    return { ...all, message: 'The file is longer than 1 MiB, which no experiment file is.' };
  const nul = text.indexOf('\0');
  if (nul >= 0) return { start: nul, end: nul + 1, severity: 'error', message: NOT_UTF8 };
  let tokens = 0;
  for (const _ of new Lexer().lex(text))
    if (++tokens > MAX_TOKENS)
      return { ...all, message: `The file has more than ${MAX_TOKENS} words and signs, which no experiment file has.` };
  return undefined;
}

/** Offset of the first collection beyond the allowed depth. */
function tooDeep(tokens: CST.Token[]): number | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return token.offset;
    const inner: (CST.Token | null | undefined)[] = [];
    if (token.type === 'document') inner.push(token.value);
    else if ('items' in token) for (const item of token.items) inner.push(item.key, item.value);
    const below = 'items' in token ? depth + 1 : depth;
    for (const child of inner) if (child) open.push({ token: child, depth: below });
  }
  return undefined;
}
