/** HDF5 files in the layout of SHD, under any names: times and units as one list for each sample, and labels. */
import { basename } from 'node:path';
import { SettingError, UserError } from '../../../../base/errors.ts';
import { inputsOf } from '../../../describe.ts';
import { hashOf } from '../../../formats/files.ts';
import { type Listed, listDatasets, openSpikes } from '../../../formats/spike-file.ts';
import { EventBuffer } from '../../../recordings/binning.ts';
import { readLabelsInOrder } from '../labels.ts';
import type { OwnData } from '../own.ts';
import { findRole, listed, type Role, unitInName, unitOf } from '../roles.ts';
import { type Columns, MAX_INPUTS, type Wanted } from '../schema.ts';

export const RESAVE = 'write it again with h5py';

/** Opens a file; of its spikes none is read. Rejects with a UserError. */
export async function openSpikeFile(file: string, wanted: Wanted, table: string | undefined): Promise<OwnData> {
  const columns = withoutSlash(wanted.columns);
  const layout = chooseDatasets(file, await listDatasets(file, RESAVE), columns, table === undefined);
  const spikes = await openSpikes(file, RESAVE, { ...layout, channels: MAX_INPUTS });
  try {
    const { count, labels, speakers } = spikes;
    const beside = table === undefined ? { count, labels, groups: speakers } : readLabelsInOrder(table, columns, count);
    const inputs = wanted.input && inputsOf(wanted.input);
    return {
      ...beside,
      what: 'spikes in HDF5',
      unit: unitOf(wanted.timeUnit) ?? unitInName(layout.times),
      holds: 'events',
      async scan() {
        const events = new EventBuffer();
        let [highest, longest] = [0, 0];
        for (let i = 0; i < count; i++) {
          events.length = 0;
          await spikes.read(i, events);
          for (let k = 0; k < events.length; k++) {
            if (events.channels[k]! > highest) highest = events.channels[k]!;
            if (events.times[k]! > longest) longest = events.times[k]!;
          }
        }
        return { input: { channels: highest + 1 }, longest };
      },
      async read(index, events) {
        await spikes.read(index, events);
        const beyond =
          inputs === undefined ? -1 : events.channels.subarray(0, events.length).findIndex((c) => c >= inputs);
        if (beyond >= 0)
          throw new SettingError(
            ['dataset', 'input'],
            `has channels 0 to ${inputs! - 1}, but recording ${index} of ${file} has a spike of channel ${events.channels[beyond]}; write as many channels as there are.`,
          );
      },
      checksums: async () => ({ [basename(file)]: await hashOf(file, 'sha256', RESAVE) }),
      close: () => spikes.close(),
    };
  } catch (error) {
    spikes.close();
    throw error;
  }
}

/** Paths are written with and without a slash before them. */
const withoutSlash = (columns: Columns | undefined): Columns =>
  Object.fromEntries(Object.entries(columns ?? {}).map(([role, name]) => [role, name?.replace(/^\//, '')]));

/** Which dataset is what: by the names given, by the usual ones, or as the only one that it can be. Throws a UserError. */
function chooseDatasets(file: string, datasets: Listed[], columns: Columns, wantsLabels: boolean) {
  const pathsOf = (fits: (dataset: Listed) => boolean) => datasets.filter(fits).map(({ path }) => path);
  const ofSamples = pathsOf(({ variable }) => variable);
  if (ofSamples.length === 0)
    throw new UserError(
      `${file}: has no lists of spikes for each sample, as in the layout of SHD, only ${listed(datasets.map(({ path, length }) => `${path} of ${length}`))}; save times and channels with h5py.vlen_dtype.`,
    );
  const choose = (role: Role, among: string[], only: string[], what: string): string => {
    const found = findRole(file, among, role, columns) ?? (only.length === 1 ? only[0] : undefined);
    if (found !== undefined) return found;
    throw new UserError(
      `${file}: nothing in it is called as ${what} usually are; name them in dataset.columns.${role}, of ${listed(among)}.`,
    );
  };
  const times = choose(
    'time',
    ofSamples,
    pathsOf(({ variable, kind }) => variable && kind === 'float'),
    'the times of spikes',
  );
  const rest = ofSamples.filter((path) => path !== times);
  const units = choose('channel', rest, rest, 'the channels of spikes');
  const count = datasets.find(({ path }) => path === times)!.length;
  const perSample = pathsOf(({ variable, length }) => !variable && length === count);
  const whole = pathsOf(({ variable, length, kind }) => !variable && length === count && kind === 'integer');
  return {
    times,
    units,
    labels: wantsLabels ? choose('label', perSample, whole, 'the labels of samples') : undefined,
    speaker: wantsLabels ? findRole(file, perSample, 'group', columns) : undefined,
  };
}
