import type { DatasetRow } from '../../../protocol/host.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { folderOf, type Glance, glance } from './obtain.ts';

/** What is to be told of each data set: where it comes from, and whether it is on this machine. */
export function dataRows(catalogue: readonly CatalogueEntry[]): Promise<DatasetRow[]> {
  return Promise.all(catalogue.map(rowOf));
}

async function rowOf(entry: CatalogueEntry): Promise<DatasetRow> {
  const { name, title, licence, citation, uses } = entry;
  const origin = { name, title, licence, citation, ...(uses !== undefined && { uses }) };
  if (entry.generated) return { ...origin, state: 'generated', folder: null, remarks: [] };
  const found = await glance(entry);
  const bytes = entry.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  return {
    ...origin,
    state: stateOf(found),
    folder: folderOf(entry),
    ...(bytes > 0 && { bytes }),
    ...(entry.manual !== undefined && { manual: entry.manual }),
    remarks: found.problem === undefined ? found.remarks : [found.problem],
  };
}

const stateOf = ({ problem, remarks }: Glance): DatasetRow['state'] =>
  problem !== undefined ? 'not here' : remarks.length > 0 ? 'incomplete' : 'ready';
