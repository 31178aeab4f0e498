/**
 * A file of spikes as SHD and SSC have it: times and units, one variable-length array each per recording, a label for each
 * recording, and perhaps a speaker; under the published names or others.
 */
import { UserError } from '../../base/errors.ts';
import type { EventBuffer } from '../recordings/binning.ts';
import { TELLING_BYTES } from './file-kind.ts';
import { badFile, readHead, sizeOf } from './files.ts';
import { Hdf5File } from './hdf5/classic.ts';
import { decode, decoderOf } from './hdf5/numbers.ts';
import { type Dataset, type Hdf5Reader, NewerLayout, notHdf5 } from './hdf5/reader.ts';
import { promisedLength, SIGNATURE } from './hdf5/superblock.ts';
import { inThread, type ThreadOptions } from './hdf5/thread.ts';

/** Ten times as many as the largest published file has. */
const MAX_RECORDINGS = 1_000_000;

/** Where the spikes lie in a file, and what they may be. */
export interface SpikeLayout {
  /** Paths of datasets. */
  times: string;
  units: string;
  /** Absent where the labels lie elsewhere. */
  labels?: string | undefined;
  /** May be missing in the file. */
  speaker?: string | undefined;
  /** Units are below this. */
  channels: number;
  /** As published: labels below it, and times in seconds from 0. Absent: any numbers, times in a unit of their own. */
  classes?: number;
}

/** As SHD and SSC are published. */
export const publishedLayout = (channels: number, classes: number): SpikeLayout => ({
  times: 'spikes/times',
  units: 'spikes/units',
  labels: 'labels',
  speaker: 'extra/speaker',
  channels,
  classes,
});

/** What a file has beside groups. */
export type Listed = Pick<Dataset, 'path' | 'length' | 'variable'> & Dataset['type'];

export interface SpikeFile {
  count: number;
  /** Empty when they lie elsewhere. */
  labels: number[];
  /** Absent when the file does not say. */
  speakers: number[] | undefined;
  /**
   * Appends recording `index`: times in µs (or in their own unit), units as stored; a promise where it has to be fetched first. Throws or
   * rejects with a UserError with the number of the recording.
   */
  read(index: number, events: EventBuffer): void | Promise<void>;
  close(): void;
}

/** Checks that the file exists, is an HDF5 file and is as long as it says. */
export function checkHdf5(file: string, remedy: string): void {
  const head = readHead(file, TELLING_BYTES, remedy);
  if (!head.subarray(0, 8).equals(SIGNATURE)) throw notHdf5(file, head, remedy);
  const size = sizeOf(file, remedy);
  const promised = promisedLength(head) ?? head.length;
  if (size < promised)
    throw badFile(file, `the file breaks off: it says it has ${promised} bytes, and ends`, size, remedy);
}

/**
 * Opens a file of spikes. Rejects with a UserError.
 *
 * Published times are stored as float16 seconds. They are decoded to float64 before any arithmetic: as float16,
 * microseconds would overflow.
 */
export async function openSpikes(
  file: string,
  remedy: string,
  layout: SpikeLayout,
  options: ThreadOptions = {},
): Promise<SpikeFile> {
  checkHdf5(file, remedy);
  try {
    return readSpikes(new Hdf5File(file, remedy), file, remedy, layout);
  } catch (error) {
    if (!(error instanceof NewerLayout)) throw error;
    return inThread((thread) => thread.open(file, remedy, layout), options);
  }
}

/** The lists of numbers in a file, in the order of their paths. Rejects with a UserError. */
export async function listDatasets(file: string, remedy: string, options: ThreadOptions = {}): Promise<Listed[]> {
  checkHdf5(file, remedy);
  try {
    return listed(new Hdf5File(file, remedy));
  } catch (error) {
    if (!(error instanceof NewerLayout)) throw error;
    return inThread((thread) => thread.list(file, remedy), options);
  }
}

/** Closes the file. Datasets that are no lists of numbers are left out. Throws a UserError. */
export function listed(hdf5: Hdf5Reader): Listed[] {
  try {
    return hdf5.paths().flatMap((path) => {
      try {
        const found = hdf5.dataset(path);
        return found ? [{ path, length: found.length, variable: found.variable, ...found.type }] : [];
      } catch (error) {
        if (error instanceof NewerLayout || !(error instanceof UserError)) throw error;
        return [];
      }
    });
  } finally {
    hdf5.close();
  }
}

/** Checks the datasets of an open file, which is closed when they are not good. Throws a UserError. */
export function readSpikes(
  hdf5: Hdf5Reader,
  file: string,
  remedy: string,
  layout: SpikeLayout,
): SpikeFile & { read(index: number, events: EventBuffer): void } {
  const bad = (what: string) => badFile(file, what, undefined, remedy);
  const { channels, classes } = layout;
  const published = classes !== undefined;
  try {
    const dataset = (path: string, kind: 'integer' | 'float', variable: boolean): Dataset => {
      const found = hdf5.dataset(path);
      if (!found) throw bad(`there is no dataset ${path}`);
      if ((published && found.type.kind !== kind) || found.variable !== variable)
        throw bad(`${path} has the wrong type`);
      return found;
    };
    const times = dataset(layout.times, 'float', true);
    const units = dataset(layout.units, 'integer', true);
    const labels = layout.labels === undefined ? undefined : dataset(layout.labels, 'integer', false);
    const count = times.length;
    if (count === 0) throw bad('there are no recordings in it');
    if (count > MAX_RECORDINGS) throw bad(`${count} recordings are too many`);
    const labelCount = labels?.length ?? count;
    if (units.length !== count || labelCount !== count)
      throw bad(`times of ${count} recordings, units of ${units.length} and ${labelCount} labels do not match`);
    const labelValues = labels ? decode(labels.type, hdf5.bytes(labels)) : [];
    const wrong = published ? labelValues.findIndex((label) => !(label >= 0 && label < classes)) : -1;
    if (wrong >= 0) throw bad(`the label ${labelValues[wrong]} of recording ${wrong} is not below ${classes}`);
    const speaker = layout.speaker === undefined ? undefined : hdf5.dataset(layout.speaker);
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
          const time = timeAt(t, i * timeBytes, timeBytes);
          const unit = unitAt(u, i * unitBytes, unitBytes);
          if (published ? !(time >= 0 && time < 1e6) : !(Math.abs(time) <= Number.MAX_SAFE_INTEGER))
            throw bad(`recording ${index} has a spike at ${time}${published ? ' s' : ''} (number ${i})`);
          if (!(unit >= 0 && unit < channels && (published || Number.isInteger(unit))))
            throw bad(
              `recording ${index} has a spike of unit ${unit}, not a whole number below ${channels} (number ${i})`,
            );
          events.push(published ? time * 1e6 : time, unit);
        }
      },
      close: () => hdf5.close(),
    };
  } catch (error) {
    hdf5.close();
    throw error;
  }
}
