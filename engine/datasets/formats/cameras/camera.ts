/** Recordings of event cameras: which format a file has, and its events one after another. */
import { whatIs } from '../file-kind.ts';
import { badFile } from '../files.ts';
import { aedat2 } from './aedat2.ts';
import { aedat4 } from './aedat4.ts';
import { parseAedat } from './aedat31.ts';
import { dat } from './dat.ts';
import { evt } from './evt.ts';
import { type Camera, textHeader } from './header.ts';

export const CAMERA_ENDINGS = ['.aedat', '.aedat4', '.dat', '.raw'];
/** Bytes of a file that the text before its events may take. */
export const MAX_HEADER = 1 << 20;

/** What a recording is, from the first `MAX_HEADER` bytes of its file. Throws a UserError. */
export function cameraOf(file: string, head: Buffer, remedy: string): Camera {
  const first = head.toString('latin1', 0, 12);
  if (first.startsWith('#!AER-DAT4.')) return aedat4(file, head, remedy);
  if (first.startsWith('#!AER-DAT3.1')) return aedat31(file, remedy);
  if (first.startsWith('#!AER-DAT2.')) return aedat2(file, head, remedy);
  if (first.startsWith('%')) {
    const header = textHeader(head, '%', '% end');
    return header.lines.some((line) => /^% (evt|format)\b/i.test(line))
      ? evt(file, header, remedy)
      : dat(file, head, header, remedy);
  }
  throw badFile(
    file,
    `this is not a recording of an event camera (AEDAT 2, 3.1 or 4, Prophesee DAT or RAW) but ${whatIs(head.subarray(0, 512), head.length)}`,
    undefined,
    remedy,
  );
}

function aedat31(file: string, remedy: string): Camera {
  return {
    format: 'AEDAT 3.1',
    sensor: undefined,
    decode(bytes, emit) {
      // Pixels have 15 bits; which of them there are is known from elsewhere.
      const { length, times, x, y, p } = parseAedat(file, bytes, 1 << 15, remedy);
      for (let i = 0; i < length; i++) emit(times[i]!, x[i]!, y[i]!, p[i]!);
    },
  };
}
