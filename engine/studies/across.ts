/** Studies of several data sets side by side, as they are now. */
import type { StudiesAcross, StudiesTable } from '../../protocol/comparison/studies.ts';
import type { HostParams } from '../../protocol/host.ts';
import type { Comparison } from '../../protocol/runs.ts';
import { MAX_ACROSS } from '../../protocol/views.ts';
import { UserError } from '../base/errors.ts';
import { studiesTable } from '../claims/studies.ts';
import { TABLE_6 } from '../claims/table6.ts';
import type { Experiment } from '../experiment/schema.ts';
import { compareExperiment } from '../runs/comparison/compare.ts';
import type { KeyedRun } from '../runs/key.ts';
import { firstError, readStudyText, studyOf } from './load.ts';

/** Of files whose runs have the names of these variants so many are read at most, those with the newest runs. */
const MAX_CANDIDATES = 50;
/** One name alone, as `baseline`, says nothing. */
const NAMES_IN_COMMON = 2;

type Question = HostParams<'runs/across'>;

interface Read {
  experiment: Experiment;
  comparison: Comparison;
}

/** Keeps the last table, whose bootstrap need not be drawn again while runs train. */
export class Across {
  private last: StudiesTable | undefined;

  /** Throws a UserError when the file itself is no study; others that are none are told beside the table. */
  table({ file, others, texts }: Question, runs: KeyedRun[]): StudiesAcross {
    const open = new Map(texts.map(({ file: name, text }) => [name, text]));
    const read = (name: string): Read => readStudy(name, open.get(name), runs);
    const own = read(file);
    const found = others === null ? fitting(file, own.experiment, runs, read) : named(file, others, read);
    const studies = [own, ...inOrder(found.studies)];
    this.last = studiesTable(studies, this.last);
    return { table: this.last, unread: found.unread };
  }
}

/** By the text in the editor; while that is no study, as in the middle of typing, by the file as it was saved. */
function readStudy(file: string, text: string | undefined, runs: KeyedRun[]): Read {
  const read = (from: string): Read => {
    const { experiment } = studyOf(file, from, [], firstError);
    return { experiment, comparison: compareExperiment(experiment, file, runs) };
  };
  if (text === undefined) return read(readStudyText(file));
  try {
    return read(text);
  } catch (error) {
    try {
      return read(readStudyText(file));
    } catch {
      throw error;
    }
  }
}

type Found = { studies: Read[]; unread: StudiesAcross['unread'] };

function named(own: string, files: readonly string[], read: (file: string) => Read): Found {
  const found: Found = { studies: [], unread: [] };
  for (const file of new Set(files)) {
    if (file === own) continue;
    try {
      found.studies.push(read(file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.unread.push({ file, message: error.message });
    }
  }
  return found;
}

/** Of every other data set the study with the newest run that has variants of these names; what cannot be read is passed over. */
function fitting(
  own: string,
  { dataset, variants }: Experiment,
  runs: readonly KeyedRun[],
  read: (file: string) => Read,
): Found {
  const names = new Set(variants.map(({ name }) => name));
  const byFile = new Map<string, { newest: number; names: Set<string> }>();
  for (const { summary } of runs) {
    if (summary.file === own || !names.has(summary.variant)) continue;
    const entry = byFile.get(summary.file) ?? { newest: 0, names: new Set() };
    entry.newest = Math.max(entry.newest, summary.createdAt);
    byFile.set(summary.file, { ...entry, names: entry.names.add(summary.variant) });
  }
  const candidates = [...byFile]
    .filter(([, one]) => one.names.size >= NAMES_IN_COMMON)
    .sort(([, a], [, b]) => b.newest - a.newest)
    .slice(0, MAX_CANDIDATES);
  const taken = new Set([dataset.name as string]);
  const studies: Read[] = [];
  for (const [file] of candidates) {
    const [study] = named(own, [file], read).studies;
    if (!study || taken.has(study.experiment.dataset.name) || studies.length === MAX_ACROSS) continue;
    taken.add(study.experiment.dataset.name);
    studies.push(study);
  }
  return { studies, unread: [] };
}

/** Data sets in the order of the paper's table, then by name: columns stay where they are when a run comes in. */
function inOrder(studies: readonly Read[]): Read[] {
  const order = Object.keys(TABLE_6.accuracies);
  const rank = ({ experiment }: Read): number =>
    (order.indexOf(experiment.dataset.name) + order.length + 1) % (order.length + 1);
  const key = ({ experiment, comparison }: Read): string => `${experiment.dataset.name}\n${comparison.file}`;
  return [...studies].sort((a, b) => rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1));
}
