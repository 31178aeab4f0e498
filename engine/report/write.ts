/** A report onto the disk: the page, or the Markdown and a folder of figures beside it. */
import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { reason, writeAtomic } from '../base/files.ts';
import { makeFolder } from '../base/folders.ts';
import type { Report } from './document.ts';
import { written } from './report.ts';

/** Replaces the file and figures of the same names. Throws a UserError. @returns what was written, the file first */
export function writeReport(report: Report, file: string): string[] {
  const name = basename(file);
  const out = written(report, name);
  if (!out) throw new UserError(`A report is written as .html or .md, not as "${name}".`);
  try {
    if (out.kind === 'html') {
      writeAtomic(file, out.text);
      return [file];
    }
    const folder = join(dirname(file), out.folder);
    if (out.figures.length > 0) {
      makeFolder(folder);
      // A link would have the figures written wherever it leads.
      if (!lstatSync(folder).isDirectory())
        throw new UserError(`${folder} is not a folder; remove it or take another name.`);
    }
    const figures = out.figures.map(({ file: figure, svg }) => {
      writeAtomic(join(folder, figure), svg);
      return join(folder, figure);
    });
    writeAtomic(file, out.text);
    return [file, ...figures];
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The report cannot be written to ${file}: ${reason(error)}.`);
  }
}
