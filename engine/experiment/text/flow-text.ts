import { isMapping } from '../assist/describe.ts';

/** A value on one line, as YAML. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'string') return isPlainWord(value) ? value : JSON.stringify(value);
  if (!isMapping(value)) return String(value);
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return fields.length === 0
    ? '{}'
    : `{ ${fields.map(([key, inner]) => `${flowText(key)}: ${flowText(inner)}`).join(', ')} }`;
}

/** Text that means the same with and without quotes. */
function isPlainWord(text: string): boolean {
  return /^[A-Za-z/][\w ./-]*$/.test(text) && !text.endsWith(' ') && !/^(true|false|null)$/i.test(text);
}
