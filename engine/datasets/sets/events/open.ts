/** From a path to what lies there: the format is told by the names of files, and checked when they are read. */
import { statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import type { Split } from '../../dataset.ts';
import { CAMERA_ENDINGS } from '../../formats/cameras/camera.ts';
import { hashOf, reason } from '../../formats/files.ts';
import { endingList, endingsIn, filesIn, type ListedFile, listFiles } from './folders.ts';
import { openArrayFile } from './kinds/arrays.ts';
import { openCameras } from './kinds/cameras.ts';
import { openTable, readEventTable } from './kinds/event-table.ts';
import { openPictures, PICTURE_ENDINGS } from './kinds/pictures.ts';
import { openSpikeFile } from './kinds/spikes.ts';
import { readLabels } from './labels.ts';
import { joined, type OwnData } from './own.ts';
import { partInName } from './roles.ts';
import type { Wanted } from './schema.ts';

type FileKind = 'arrays' | 'table' | 'spikes';

const KINDS: Record<string, FileKind> = {
  '.npz': 'arrays',
  '.npy': 'arrays',
  '.csv': 'table',
  '.tsv': 'table',
  '.parquet': 'table',
  '.h5': 'spikes',
  '.hdf5': 'spikes',
};
type Single = 'pictures' | 'cameras';
/** Endings of files that are one sample each. */
const SINGLES: Record<Single, string[]> = { pictures: PICTURE_ENDINGS, cameras: CAMERA_ENDINGS };
const READ = `NumPy arrays (.npz, .npy), tables of events (.csv, .tsv, .parquet), spikes in HDF5 (.h5, .hdf5), or a folder for each class with pictures (${PICTURE_ENDINGS.join(', ')}) or recordings of event cameras (${CAMERA_ENDINGS.join(', ')})`;

/** Where the data lie. */
export interface Place {
  path: string;
  /** The table of labels. */
  labels: string | undefined;
  /** Files that hold many samples, and the split of each where their names tell; or files of one sample each. */
  files:
    | { kind: FileKind; files: { file: string; part: Split | undefined }[] }
    | { kind: 'pictures' | 'cameras'; files: ListedFile[] };
}

/** Finds the files of `path`, which is relative to the experiment file; opens none of them but the labels. Throws a UserError. */
export function findPlace(wanted: Wanted, experimentFile: string): Place {
  const beside = (path: string) => resolve(dirname(experimentFile), path);
  const path = beside(wanted.path);
  const labels = wanted.labels === undefined ? undefined : beside(wanted.labels);
  if (!isFolder(path)) {
    const ending = extname(path).toLowerCase();
    const kind = KINDS[ending];
    if (CAMERA_ENDINGS.includes(ending))
      throw new UserError(
        `${path}: is one recording, which is one sample; name the folder that has a folder of recordings for each class, or name the recordings in a table, dataset.labels.`,
      );
    if (!kind) throw new UserError(`${path}: is a file of a kind that cannot be read; give ${READ}.`);
    return { path, labels, files: { kind, files: [{ file: path, part: undefined }] } };
  }
  const files = filesIn(path).filter((name) => KINDS[extname(name).toLowerCase()] && join(path, name) !== labels);
  const bySplit = files.filter((name) => partInName(name) !== undefined);
  if (bySplit.length > 1 || files.length === 1)
    return { path, labels, files: oneKind(path, bySplit.length > 1 ? bySplit : files) };
  const endings = endingsIn(path);
  for (const [kind, ofKind] of Object.entries(SINGLES))
    if (ofKind.some((ending) => endings.has(ending)))
      return { path, labels, files: { kind: kind as Single, files: listFiles(path, wanted, labels, ofKind) } };
  const what =
    files.length > 1
      ? `has ${files.length} files of data, and their names do not say which is for training and which for the test`
      : `has no data that can be read, only ${endingList(endings)}`;
  throw new UserError(`${path}: ${what}; give ${READ}, or files such as x_train.npz and x_test.npz.`);
}

function oneKind(path: string, names: string[]): Place['files'] {
  const kinds = [...new Set(names.map((name) => KINDS[extname(name).toLowerCase()]!))];
  if (kinds.length > 1)
    throw new UserError(
      `${path}: has files of several kinds (${names.slice(0, 6).join(', ')}); name one in dataset.path.`,
    );
  const order: Record<Split, number> = { train: 0, validation: 1, test: 2 };
  const files = names
    .map((name) => ({ file: join(path, name), part: names.length > 1 ? partInName(name) : undefined }))
    .sort((a, b) => (a.part && b.part ? order[a.part] - order[b.part] : 0) || (a.file < b.file ? -1 : 1));
  return { kind: kinds[0]!, files };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new UserError(`${path}: ${reason(error)}; name the file or folder of your data in dataset.path.`);
  }
}

/** The files whose change makes what was read before stale. */
export const filesOf = ({ files, labels }: Place): string[] => [
  ...files.files.map(({ file }) => file),
  ...(labels === undefined ? [] : [labels]),
];

/** Opens the data. Rejects with a UserError. */
export async function openOwn(place: Place, wanted: Wanted): Promise<OwnData> {
  const { files, labels } = place;
  if (files.kind === 'pictures') return openPictures(files.files, wanted);
  if (files.kind === 'cameras') return openCameras(files.files, wanted);
  const opened: OwnData[] = [];
  try {
    for (const { file } of files.files) opened.push(await openFile(file, files.kind, wanted, labels));
  } catch (error) {
    for (const own of opened) own.close();
    throw error;
  }
  return joined(
    opened,
    files.files.map(({ part }) => part),
  );
}

async function openFile(file: string, kind: FileKind, wanted: Wanted, labels: string | undefined): Promise<OwnData> {
  if (kind === 'arrays') return openArrayFile(file, wanted, labels);
  if (kind === 'spikes') return openSpikeFile(file, wanted, labels);
  const table = openTable(file);
  const beside = labels === undefined ? undefined : { named: readLabels(labels, 'sample', wanted.columns) };
  const about = {
    what: 'a table of events',
    checksums: async () => ({ [basename(file)]: await hashOf(file, 'sha256', 'write it again') }),
  };
  return readEventTable(file, table, wanted, beside, about);
}
