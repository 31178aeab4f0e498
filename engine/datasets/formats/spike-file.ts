/**
 * A file of SHD or SSC: /spikes/times and /spikes/units, one variable-length array per recording, /labels, and perhaps
 * /extra/speaker.
 */
import type { EventBuffer } from '../recordings/binning.ts';
import { TELLING_BYTES } from './file-kind.ts';
import { badFile, getAgain, readHead, sizeOf } from './files.ts';
import { Hdf5File } from './hdf5/classic.ts';
import { decode, decoderOf } from './hdf5/numbers.ts';
import { type Dataset, type Hdf5Reader, NewerLayout, notHdf5 } from './hdf5/reader.ts';
import { promisedLength, SIGNATURE } from './hdf5/superblock.ts';
import { openInThread, type ThreadOptions } from './hdf5/thread.ts';

/** Ten times as many as the largest published file has. */
const MAX_RECORDINGS = 1_000_000;

export interface SpikeFile {
  count: number;
  labels: number[];
  /** Absent when the file does not say. */
  speakers: number[] | undefined;
  /**
   * Appends recording `index`: times in µs, units as stored; a promise where it has to be fetched first. Throws or
   * rejects with a UserError with the number of the recording.
   */
  read(index: number, events: EventBuffer): void | Promise<void>;
  close(): void;
}

/** Checks that the file exists, is an HDF5 file and is as long as it says. */
export function checkHdf5(file: string, name: string): void {
  const head = readHead(file, TELLING_BYTES, getAgain(name));
  if (!head.subarray(0, 8).equals(SIGNATURE)) throw notHdf5(file, head, getAgain(name));
  const size = sizeOf(file, getAgain(name));
  const promised = promisedLength(head) ?? head.length;
  if (size < promised)
    throw badFile(file, `the file breaks off: it says it has ${promised} bytes, and ends`, size, getAgain(name));
}

/**
 * Opens a file of spikes over `channels` units and `classes` labels. Rejects with a UserError.
 *
 * Times are stored as float16 seconds. They are decoded to float64 before any arithmetic: as float16, microseconds
 * would overflow.
 */
export async function openSpikes(
  file: string,
  name: string,
  channels: number,
  classes: number,
  options: ThreadOptions = {},
): Promise<SpikeFile> {
  const remedy = getAgain(name);
  try {
    return readSpikes(new Hdf5File(file, remedy), file, remedy, channels, classes);
  } catch (error) {
    if (!(error instanceof NewerLayout)) throw error;
    return openInThread(file, remedy, channels, classes, options);
  }
}

/** Checks the datasets of an open file, which is closed when they are not good. Throws a UserError. */
export function readSpikes(
  hdf5: Hdf5Reader,
  file: string,
  remedy: string,
  channels: number,
  classes: number,
): SpikeFile & { read(index: number, events: EventBuffer): void } {
  const bad = (what: string) => badFile(file, what, undefined, remedy);
  try {
    const dataset = (path: string, kind: 'integer' | 'float', variable: boolean): Dataset => {
      const found = hdf5.dataset(path);
      if (!found) throw bad(`there is no dataset ${path}`);
      if (found.type.kind !== kind || found.variable !== variable) throw bad(`${path} has the wrong type`);
      return found;
    };
    const times = dataset('spikes/times', 'float', true);
    const units = dataset('spikes/units', 'integer', true);
    const labels = dataset('labels', 'integer', false);
    const count = times.length;
    if (count === 0) throw bad('there are no recordings in it');
    if (count > MAX_RECORDINGS) throw bad(`${count} recordings are too many`);
    if (units.length !== count || labels.length !== count)
      throw bad(`times of ${count} recordings, units of ${units.length} and ${labels.length} labels do not match`);
    const labelValues = decode(labels.type, hdf5.bytes(labels));
    const wrong = labelValues.findIndex((label) => !(label >= 0 && label < classes));
    if (wrong >= 0) throw bad(`the label ${labelValues[wrong]} of recording ${wrong} is not below ${classes}`);
    const speaker = hdf5.dataset('extra/speaker');
    if (speaker && (speaker.length !== count || speaker.variable))
      throw bad(`${speaker.length} speakers do not match ${count} recordings`);
    const timeAt = decoderOf(times.type);
    const unitAt = decoderOf(units.type);
    return {
      count,
      labels: labelValues,
      speakers: speaker && decode(speaker.type, hdf5.bytes(speaker)),
      read(index, events) {
        const t = hdf5.variable(times, index);
        const u = hdf5.variable(units, index);
        const [timeBytes, unitBytes] = [times.type.size, units.type.size];
        const n = t.length / timeBytes;
        if (u.length / unitBytes !== n)
          throw bad(`recording ${index} has ${n} times but ${u.length / unitBytes} units`);
        events.reserve(n);
        for (let i = 0; i < n; i++) {
          const seconds = timeAt(t, i * timeBytes, timeBytes);
          const unit = unitAt(u, i * unitBytes, unitBytes);
          if (!(seconds >= 0 && seconds < 1e6))
            throw bad(`recording ${index} has a spike at ${seconds} s (number ${i})`);
          if (!(unit >= 0 && unit < channels))
            throw bad(`recording ${index} has a spike of unit ${unit}, not below ${channels} (number ${i})`);
          events.push(seconds * 1e6, unit);
        }
      },
      close: () => hdf5.close(),
    };
  } catch (error) {
    hdf5.close();
    throw error;
  }
}
