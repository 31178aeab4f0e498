/**
 * Fetching one file from addresses that may break off, stall, redirect, lie or be gone. What is there of a broken
 * download is kept as `<file>.partial` and continued; a file gets its name only after its checksum was right.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import { readSmall } from '../../base/files.ts';
import { hashOf, reason } from '../formats/files.ts';
import { withoutSecret } from './address.ts';
import { rangeStart, refusalOf, somethingElse, typeOf, validatorOf } from './answer.ts';
import { makeDataFolder } from './locations.ts';

export interface Source {
  /** Addresses of the same file, tried in turn. */
  urls: string[];
  /** Of the published file. */
  md5: string;
  bytes?: number;
}

export interface DownloadOptions {
  onProgress?: (progress: { what: string; done: number; total: number }) => void;
  /** Sentences on what goes wrong and what is tried next. */
  onNote?: (sentence: string) => void;
  signal?: AbortSignal | undefined;
  /** Waits before another round over the addresses, in ms. */
  waits?: number[];
  /** A connection that brings less than a kilobyte in this long has stalled, in ms. */
  stallMs?: number;
}

const WAITS = [1_000, 2_000, 4_000, 8_000, 16_000];
const STALL_MS = 30_000;
/** Less than this is no progress. */
const LEAST_BYTES = 1024;
/** How often one address is asked to go on before another one has its turn. */
const MAX_CONTINUED = 10;
const WRONG_CHECKSUM = 'wrong checksum';
/** No data set is near this: an endless answer is cut off. */
const MAX_BYTES = 64 * 2 ** 30;

/** With what goes along with each request. */
type Asked = Source & { headers: Record<string, string> };

/** Fetches `source` to `file` unless it is there already with the right checksum. Rejects with a UserError. */
export async function download(source: Source, file: string, options: DownloadOptions = {}): Promise<void> {
  makeDataFolder(dirname(file));
  if (existsSync(file) && (await md5Of(file, options)) === source.md5) return;
  const waits = options.waits ?? WAITS;
  const failures = new Map<string, string>();
  const secrets = new Map(
    source.urls.map((address) => {
      const { url, headers } = withoutSecret(address);
      return [url, headers];
    }),
  );
  let candidates = [...secrets.keys()];
  for (let round = 0; ; round++) {
    for (const url of [...candidates]) {
      options.signal?.throwIfAborted();
      const outcome = await tryWhileItGrows(url, { ...source, headers: secrets.get(url)! }, file, options);
      if (outcome === 'done') return;
      // The same wrong file twice is what this address has: an old mirror, say.
      const again = failures.get(url) === outcome.why && outcome.why.startsWith(WRONG_CHECKSUM);
      failures.set(url, outcome.why);
      if (outcome.forGood || again) candidates = candidates.filter((u) => u !== url);
    }
    const wait = waits[round];
    if (candidates.length === 0 || wait === undefined) break;
    options.onNote?.(`trying again in ${wait / 1000} s`);
    // A little of chance, so that many processes do not come back at the same moment.
    await sleep(wait * (1 + 0.25 * Math.random()), undefined, options.signal ? { signal: options.signal } : {});
  }
  const why = [...failures].map(([url, w]) => `${url} (${w})`).join(', ');
  throw new UserError(
    `${file}: cannot be downloaded from ${why}; try again later, or get it by other means and use "lif data import".`,
  );
}

const md5Of = (file: string, { signal }: DownloadOptions): Promise<string> =>
  hashOf(file, 'md5', 'delete it and start again', signal);

/**
 * Asks one address, and again at once as long as each answer brings more of the file: another address could only start
 * from the beginning.
 */
async function tryWhileItGrows(url: string, source: Asked, file: string, options: DownloadOptions): Promise<Outcome> {
  const partial = `${file}.partial`;
  let had = resumable(partial, url).bytes;
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    const outcome = await tryOnce(url, source, file, options);
    if (outcome === 'done') return outcome;
    options.onNote?.(`${url}: ${outcome.why}`);
    const { bytes } = resumable(partial, url);
    if (outcome.forGood || bytes < had + LEAST_BYTES || attempt === MAX_CONTINUED) return outcome;
    had = bytes;
  }
}

type Outcome = 'done' | { why: string; forGood: boolean };

async function tryOnce(url: string, source: Asked, file: string, options: DownloadOptions): Promise<Outcome> {
  const partial = `${file}.partial`;
  let outcome: Outcome;
  try {
    outcome = await fetchInto(url, source, partial, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    return networkFailure(error);
  }
  if (outcome !== 'done') return outcome;
  const md5 = await md5Of(partial, options);
  if (md5 !== source.md5) {
    // Keeping it would continue from the same wrong bytes.
    forget(partial);
    return { why: `${WRONG_CHECKSUM} ${md5} instead of ${source.md5}`, forGood: false };
  }
  renameSync(partial, file);
  forget(partial);
  return 'done';
}

/** Continues or starts `partial`. `done` means that the server says it is complete. */
async function fetchInto(url: string, source: Asked, partial: string, options: DownloadOptions): Promise<Outcome> {
  const have = resumable(partial, url);
  const abort = new AbortController();
  const stop = () => abort.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', stop);
  const stallMs = options.stallMs ?? STALL_MS;
  // Since the clock was last set back: the end of what came before is one piece, a drip is many.
  let pieces = 0;
  const timer = setTimeout(() => {
    const what = pieces > 1 ? 'hardly any data' : 'no data';
    abort.abort(new Error(`${what} for ${stallMs / 1000} s`));
  }, stallMs);
  try {
    const headers: Record<string, string> = { ...source.headers, 'accept-encoding': 'identity' };
    if (have.bytes > 0) headers.range = `bytes=${have.bytes}-`;
    if (have.bytes > 0 && have.validator) headers['if-range'] = have.validator;
    const response = await fetch(url, { headers, signal: abort.signal, redirect: 'follow' });
    const start = response.status === 206 ? rangeStart(response) : 0;
    const refusal = refusalOf(response, start, have.bytes, source.bytes);
    if (refusal?.spoilt) forget(partial);
    if (refusal) return { why: refusal.why, forGood: refusal.forGood };
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = source.bytes ?? (Number.isFinite(length) ? start + length : Number.NaN);
    let before = start;
    return await writeBody(response, { url, start, bytes: source.bytes }, partial, (done) => {
      pieces++;
      if (done - before >= LEAST_BYTES) {
        timer.refresh();
        before = done;
        pieces = 0;
      }
      options.onProgress?.({ what: `downloading ${url}`, done, total });
    });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

/** Writes what comes to `partial`, from byte `start` on; the file has `bytes`, if that is known. `onBytes` hears of each piece, with how much there is. */
async function writeBody(
  response: Response,
  { url, start, bytes }: { url: string; start: number; bytes: number | undefined },
  partial: string,
  onBytes: (done: number) => void,
): Promise<Outcome> {
  const limit = bytes ?? MAX_BYTES;
  let done = start;
  let fd: number | undefined;
  try {
    for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      if (fd === undefined) {
        // What is there of the file stays until something comes that can be the file.
        const other = start === 0 && somethingElse(chunk, typeOf(response), partial);
        if (other) return { why: `the server sends ${other} instead of the file`, forGood: true };
        writeFileSync(`${partial}.from`, JSON.stringify({ url, validator: validatorOf(response) }));
        fd = openSync(partial, start > 0 ? 'r+' : 'w');
      }
      if (done + chunk.length > limit) {
        forget(partial);
        return { why: `more than the ${limit} bytes expected`, forGood: false };
      }
      for (let written = 0; written < chunk.length; )
        written += writeSync(fd, chunk, written, chunk.length - written, done + written);
      done += chunk.length;
      onBytes(done);
    }
    if (fd !== undefined) fsyncSync(fd);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EIO' || code === 'EROFS')
      throw new UserError(`${partial}: cannot be written because ${reason(error)}; make room and start again.`);
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  if (bytes !== undefined && done < bytes) return { why: `it ends after ${done} of ${bytes} bytes`, forGood: false };
  if (done === 0) return { why: 'the answer is empty', forGood: false };
  return 'done';
}

/** How much of the file is there, if it came from this address, and how to tell that it is still the same file. */
function resumable(partial: string, url: string): { bytes: number; validator?: string } {
  try {
    const from: unknown = JSON.parse(textOf(`${partial}.from`));
    const { url: before, validator } = from as { url?: unknown; validator?: unknown };
    // Another server may have had another file, or a page that is none: its bytes are not continued.
    if (before !== url) return { bytes: 0 };
    const { size } = statSync(partial);
    return { bytes: size, ...(typeof validator === 'string' && validator !== '' && { validator }) };
  } catch {
    return { bytes: 0 };
  }
}

function textOf(file: string): string {
  const content = readSmall(file, 1 << 16);
  return 'text' in content ? content.text : '';
}

function forget(partial: string): void {
  rmSync(partial, { force: true });
  rmSync(`${partial}.from`, { force: true });
}

/** What `fetch` says where trying again is of no use, in words of ours: it has no codes for these. */
const FOR_GOOD: [RegExp, string][] = [
  [/redirect count exceeded/i, 'the server redirects in a circle'],
  [/URL scheme must be/i, 'the server redirects to an address that is neither http nor https'],
  [/unknown scheme|invalid method/i, 'the address is neither http nor https'],
  [/invalid URL|failed to parse URL/i, 'the address, or one that the server redirects to, is none'],
];

/** `fetch failed` says nothing; its cause does. */
function networkFailure(error: unknown): { why: string; forGood: boolean } {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const code = (cause as NodeJS.ErrnoException).code;
  const known: Record<string, string> = {
    ENOTFOUND: 'the server is not known',
    EAI_AGAIN: 'the name of the server cannot be looked up',
    ECONNREFUSED: 'the server refuses the connection',
    ECONNRESET: 'the connection was reset',
    ETIMEDOUT: 'the connection timed out',
    UND_ERR_SOCKET: 'the connection broke off',
    UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer has another length than it says',
  };
  const message = cause instanceof Error ? cause.message : String(cause);
  const useless = FOR_GOOD.find(([pattern]) => pattern.test(message));
  if (useless) return { why: useless[1], forGood: true };
  return { why: (code && known[code]) || message || String(error), forGood: false };
}
