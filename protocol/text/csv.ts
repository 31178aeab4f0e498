/**
 * A field of a CSV file (RFC 4180): quoted when it has to be. A leading `=`, `+`, `-` or `@`, which spreadsheets take
 * for a formula, is defused with an apostrophe; numbers are left as they are.
 */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
