/** A folder of PNG or JPEG pictures for each class. */
import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { openData, readWhole } from '../../../formats/files.ts';
import { decodePicture } from '../../../formats/picture.ts';
import { pooled } from '../../../images/pool.ts';
import type { ListedFile } from '../folders.ts';
import type { OwnData } from '../own.ts';
import type { Wanted } from '../schema.ts';
import { aboutFiles } from './files.ts';

export const PICTURE_ENDINGS = ['.png', '.jpg', '.jpeg'];
const REMEDY = 'save it again as PNG or JPEG';
/** Of a file: photographs of a camera. */
const MAX_BYTES = 1 << 25;

/** Opens the listed pictures; the first is decoded to tell their size. Rejects with a UserError. */
export async function openPictures(files: ListedFile[], wanted: Wanted): Promise<OwnData> {
  const hash = createHash('sha256');
  const first = files[0]!.file;
  const { planes, height, width } = await decodePicture(first, readWhole(first, REMEDY, MAX_BYTES));
  return {
    what: 'pictures',
    ...aboutFiles(files),
    input: { planes, height, width },
    holds: 'pictures',
    async pixels(index) {
      const { file } = files[index]!;
      const bytes = readWhole(file, REMEDY, MAX_BYTES);
      hash.update(bytes);
      return pooled(file, await decodePicture(file, bytes), wanted.input);
    },
    checksums: () => ({ [`${files.length} pictures`]: hash.copy().digest('hex') }),
    close() {},
  };
}

/** That the first and the last can be opened. Throws a UserError. */
export function checkPictures(files: ListedFile[]): void {
  for (const { file } of [files[0]!, files.at(-1)!]) closeSync(openData(file, REMEDY).fd);
}
