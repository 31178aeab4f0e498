/** Where each data set comes from, what its files must be, and what its authors ask for. */
import { DATASETS, type DatasetSpec } from '../sets/registry.ts';
import type { DataSource, SourceFile } from '../sets/source.ts';

export type CatalogueFile = SourceFile;

export interface CatalogueEntry extends DataSource {
  name: DatasetSpec['name'];
}

/** Of all but the user's own data. */
export const CATALOGUE: CatalogueEntry[] = DATASETS.flatMap(({ name, source }) =>
  source.own ? [] : [{ name, ...source }],
);
