/** A server of single files on this machine that behaves as each test tells it to, and a folder for what comes of it. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { DownloadOptions } from '../../../engine/datasets/library/download.ts';
import { temporaryFolder } from '../../unit/datasets/helpers.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

export let folder: string;
let server: Server;
export let base: string;
export let handlers: Record<string, Handler>;
/** Path and Range header of each request. */
export let requests: string[];
const dataBefore = process.env.LIF_DATA;

beforeEach(async () => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'data');
  handlers = {};
  requests = [];
  const attempts: Record<string, number> = {};
  server = createServer((request, response) => {
    const path = request.url!;
    requests.push(`${path} ${request.headers.range ?? ''}`.trim());
    attempts[path] = (attempts[path] ?? 0) + 1;
    const handler = handlers[path];
    if (handler) handler(request, response, attempts[path]);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
  if (dataBefore === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = dataBefore;
});

export const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) % 256));
export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
export const target = () => join(folder, 'file.bin');
export const quick: DownloadOptions = { waits: [1, 1, 1], stallMs: 300 };

/** Answers with the range that is asked for. */
export function serve(response: ServerResponse, request: IncomingMessage, bytes: Buffer, headers = {}): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (request.headers.range)
    response.writeHead(206, {
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      'content-length': bytes.length - from,
      ...headers,
    });
  else response.writeHead(200, { 'content-length': bytes.length, ...headers });
  response.end(bytes.subarray(from));
}

/** Sends the first `count` of the promised bytes, and then nothing or the end of the connection. */
export function sendPart(response: ServerResponse, count: number, then: 'break' | 'stall', headers = {}): void {
  response.writeHead(200, { 'content-length': content.length, ...headers });
  response.write(content.subarray(0, count), () => {
    if (then === 'break') setTimeout(() => response.destroy(), 20);
  });
}
