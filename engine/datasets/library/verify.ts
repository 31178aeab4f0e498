/** Comparing files with the published checksums. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { badFile, hashOf, reason, streamOf } from '../formats/files.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { ObtainOptions } from './obtain.ts';

const GET_AGAIN = 'get the file again';

export interface CheckedFile {
  file: string;
  md5: string;
  /** Undefined when no checksum was published. */
  published: string | undefined;
}

/** Compares the files in the folder with the published checksums. */
export async function checkFiles(
  entry: CatalogueEntry,
  folder: string,
  { onProgress, signal }: Pick<ObtainOptions, 'onProgress' | 'signal'> = {},
): Promise<CheckedFile[]> {
  const places = [folder, ...(entry.archiveFolder === undefined ? [] : [join(folder, entry.archiveFolder)])].filter(
    (place) => existsSync(place) && statSync(place).isDirectory(),
  );
  const found = places.flatMap((place) =>
    readdirSync(place, { withFileTypes: true })
      .filter((item) => item.isFile() && entry.imports.test(item.name))
      .map((item) => join(place, item.name)),
  );
  const checked: CheckedFile[] = [];
  for (const [done, file] of found.entries()) {
    onProgress?.({ what: `checking ${basename(file)}`, done, total: found.length });
    const name = basename(file);
    const { key, packed } = entry.contentOf?.(name) ?? { key: name, packed: false };
    const md5 = packed ? await md5OfContent(file, signal) : await hashOf(file, 'md5', GET_AGAIN, signal);
    checked.push({ file, md5, published: entry.contents[key] });
  }
  return checked;
}

/** MD5 of what a gzip file unpacks to: compressing it anew changes the file but not this. */
async function md5OfContent(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  try {
    await pipeline(streamOf(file, GET_AGAIN), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        hash.update(chunk);
      }
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw badFile(file, `cannot be unpacked because ${reason(error)}`, undefined, GET_AGAIN);
  }
  return hash.digest('hex');
}
