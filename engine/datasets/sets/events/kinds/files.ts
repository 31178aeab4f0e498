/** Samples of one file each. */
import type { ListedFile } from '../folders.ts';
import type { OwnData } from '../own.ts';

/** What the folders or the table of labels tell of the files. */
export const aboutFiles = (files: ListedFile[]): Pick<OwnData, 'count' | 'labels' | 'groups' | 'parts'> => ({
  count: files.length,
  labels: files.map(({ label }) => label) as string[],
  groups: files.every(({ group }) => group !== undefined) ? (files.map(({ group }) => group) as string[]) : undefined,
  parts: files.every(({ part }) => part !== undefined) ? files.map(({ part }) => part!) : undefined,
});
