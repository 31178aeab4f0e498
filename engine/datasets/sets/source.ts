/** What is written down about where a data set comes from. */
import type { Source } from '../library/download.ts';

export interface SourceFile extends Source {
  /** Name below the folder of the data set. */
  file: string;
  /** An archive: what it unpacks to. It is removed afterwards. */
  unpacksTo?: string[];
}

export interface DataSource {
  title: string;
  licence: string;
  citation: string;
  /** Empty for generated data sets and for those that want a click. */
  files: SourceFile[];
  /** The data set whose files it uses. */
  uses?: string;
  generated?: true;
  /** The files are the user's own, wherever `path` says: nothing is published of them. */
  own?: true;
  /** How to get it where no program may. */
  manual?: string;
  /** Names of files and folders that `import` takes over, at the top of what is imported. */
  imports: RegExp;
  /** The folder that its archive unpacks to, where its files may lie, too. */
  archiveFolder?: string;
  /** MD5 of published files as they lie in the folder. */
  contents: Record<string, string>;
  /** Under which name `contents` has a file, and whether that is the MD5 of what it unpacks to. Default: its own. */
  contentOf?(name: string): { key: string; packed: boolean };
  /** Most bytes that its archives may unpack to. */
  unpackLimit: number;
}

/** Of a data set that is made and not read. */
export const generated = (title: string, citation: string): DataSource => ({
  title,
  licence: 'generated',
  citation,
  files: [],
  generated: true,
  imports: /^$/,
  contents: {},
  unpackLimit: 0,
});
