/** What the YAML and JSON parsers complain about, as sentences for people who may never have written YAML. */
import type { Span } from './source.ts';

const SENTENCES: Record<string, string> = {
  TAB_AS_INDENT: 'YAML is indented with spaces; replace the tab.',
  BAD_INDENT: 'The indentation is wrong here; fields of the same mapping start in the same column.',
  MULTIPLE_DOCS: 'An experiment file holds one document; remove what follows `---`.',
  BAD_DQ_ESCAPE: 'This is not an escape sequence; write a backslash as `\\\\`, or use single quotes.',
  KEY_OVER_1024_CHARS: 'The name of a field is too long; 1024 characters are allowed.',
  MULTILINE_IMPLICIT_KEY:
    'A field is written `name: value` on one line; check for a missing colon or a wrong indentation.',
  BLOCK_IN_FLOW:
    'Between { } or [ ] everything is written with commas, not with indented lines; close the bracket first.',
  BLOCK_AS_IMPLICIT_KEY:
    'There is a second colon in this value; check the indentation, or put the second field on a line of its own.',
  BAD_COLLECTION_TYPE: 'Tags are not supported; remove it.',
  TAG_RESOLVE_FAILED: 'Tags (words that begin with `!`) are not supported; remove it, or put the text in quotes.',
  RESOURCE_EXHAUSTION: 'The file is nested too deeply.',
  BAD_SCALAR_START: 'A value cannot begin with this sign; put it in quotes.',
  BAD_ALIAS: 'A word cannot begin with `*` or `&` here; put it in quotes.',
  BAD_DIRECTIVE: 'A line cannot begin with `%`; put the text in quotes.',
};

/** One sentence for an error of the yaml package. */
export function yamlSentence(code: string, message: string, source: string): string {
  const closing = closingSign(message);
  if (closing) return `The closing \`${closing}\` is missing.`;
  if (code === 'MISSING_CHAR') return missingSentence(message);
  const known = SENTENCES[code];
  if (known) return known;
  const sign = source.trim().slice(0, 20);
  if (code === 'UNEXPECTED_TOKEN' && /^[\]},]/.test(sign))
    return `\`${sign[0]}\` does not belong here; check that the brackets and commas match.`;
  return `This is not valid YAML: ${lowerFirst(message.replace(/\.$/, ''))}.`;
}

/** The bracket or quote whose absence the parser complains about. */
export function closingSign(message: string): string | undefined {
  const found = /end with a ([\]}])|Missing closing (["'])quote/.exec(message);
  return found?.[1] ?? found?.[2];
}

function missingSentence(message: string): string {
  if (message.includes('Implicit map keys')) return 'A field is written `name: value`; the colon is missing.';
  if (message.includes('Comments must')) return 'A comment begins with a space before its `#`; add the space.';
  if (message.includes('Missing , ')) return 'A comma is missing between two entries.';
  if (message.includes('Missing space after :')) return 'A space is missing after the colon.';
  return `This is not valid YAML: ${lowerFirst(message.replace(/\.$/, ''))}.`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** What is wrong with a text as JSON, and where; undefined when nothing is. */
export function jsonProblem(text: string): (Span & { message: string }) | undefined {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  try {
    JSON.parse(text.slice(start));
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const place = /at position (\d+)/.exec(said)?.[1];
    if (place === undefined)
      return {
        start: text.trimEnd().length,
        end: text.length,
        message: 'This is not valid JSON: the file ends too early; a closing quote, `]` or `}` is missing.',
      };
    const offset = start + Number(place);
    return { start: offset, end: offset + 1, message: `This is not valid JSON: ${jsonReason(text, offset)}.` };
  }
}

function jsonReason(text: string, offset: number): string {
  const next = text.slice(offset, offset + 2);
  const before = text.slice(0, offset).trimEnd().at(-1) ?? '';
  if (offset >= text.trimEnd().length) return 'the file ends too early; a closing quote, `]` or `}` is missing';
  if (next === '//' || next === '/*' || next.startsWith('#'))
    return 'JSON has no comments; use a .lif.yaml file for them';
  if (/[}\]]/.test(next[0]!) && before === ',') return 'there is a comma before the closing bracket; remove it';
  if (next.startsWith("'")) return 'texts stand in double quotes';
  if (/[A-Za-z_]/.test(next[0]!) && /[{,]/.test(before)) return 'names of fields stand in double quotes';
  if (/["}\]\w]/.test(before) && /["{[\w-]/.test(next[0]!)) return 'a comma or a colon is missing here';
  return `\`${next[0]}\` does not belong here`;
}
