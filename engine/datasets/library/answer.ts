/** What a server answers when it is asked for a file, or for the rest of one. */
import { isWebPage, UNKNOWN, whatIs } from '../formats/file-kind.ts';

const HTML = /^text\/html\b/i;

export const typeOf = (response: Response): string => response.headers.get('content-type') ?? '';

/**
 * Why an answer is not the file, or the rest of it; undefined when it may be. `forGood`: asking again is of no use; `spoilt`:
 * neither is what is there of it.
 * @param start first byte of the answer @param have bytes that are there @param bytes of the whole file, if known
 */
export function refusalOf(
  response: Response,
  start: number,
  have: number,
  bytes: number | undefined,
): { why: string; forGood: boolean; spoilt: boolean } | undefined {
  const refused = (why: string, forGood: boolean, spoilt: boolean) => ({ why, forGood, spoilt });
  const { status, statusText } = response;
  if (status === 416 && have > 0) return refused('the server does not have the rest of the file', false, true);
  if (status !== 200 && status !== 206)
    return refused(
      `the server answers ${status} ${statusText}`.trim(),
      [400, 401, 403, 404, 410, 416, 451].includes(status),
      false,
    );
  if (start !== 0 && start !== have) return refused('the server sent another range than asked for', false, true);
  if (start > 0 && HTML.test(typeOf(response)))
    return refused('the server sends a web page instead of the rest of the file', true, false);
  const promised = rangeTotal(response);
  if (start > 0 && bytes !== undefined && promised !== undefined && promised !== bytes)
    return refused(`the file there has ${promised} bytes instead of ${bytes}`, false, true);
  return undefined;
}

/** How to tell that it is still the same file. */
export function validatorOf(response: Response): string {
  const etag = response.headers.get('etag');
  return etag && !etag.startsWith('W/') ? etag : (response.headers.get('last-modified') ?? '');
}

/** Formats that the name of a file promises, by how they begin. */
const SIGNATURES: Record<string, number[]> = { '.gz.partial': [0x1f, 0x8b], '.zip.partial': [0x50, 0x4b] };

/** What an answer is that cannot be the file; undefined when it can. */
export function somethingElse(first: Uint8Array, type: string, partial: string): string | undefined {
  const page = isWebPage(first) || HTML.test(type);
  if (page && !/\.html?\.partial$/.test(partial)) return isWebPage(first) ? whatIs(first) : 'a web page';
  const signature = Object.entries(SIGNATURES).find(([end]) => partial.endsWith(end))?.[1];
  if (!signature || first.length < signature.length) return undefined;
  if (signature.every((byte, i) => first[i] === byte)) return undefined;
  // What nobody knows, the checksum decides.
  const what = whatIs(first);
  return what === UNKNOWN ? undefined : what;
}

/** Bytes of the whole file, as a partial answer gives them. */
function rangeTotal(response: Response): number | undefined {
  const match = /\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '');
  return match ? Number(match[1]) : undefined;
}

/** First byte of a partial answer; -1 when it does not say. */
export function rangeStart(response: Response): number {
  const match = /^bytes (\d{1,15})-/.exec(response.headers.get('content-range') ?? '');
  return match ? Number(match[1]) : -1;
}
