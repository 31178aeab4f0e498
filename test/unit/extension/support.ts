import type { Outline } from '../../../protocol/experiment.ts';
import type { RunSummary } from '../../../protocol/runs.ts';

export const FILE = '/work space/study.lif.yaml';

export function run(id: string, fields: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    folder: `/work space/.lif/runs/${id}`,
    study: 'Study',
    variant: 'baseline',
    seed: 1,
    file: FILE,
    state: 'finished',
    epoch: 4,
    epochs: 4,
    progress: 1,
    createdAt: 1000,
    updatedAt: 2000,
    seconds: 10,
    samplesPerSecond: 0,
    damage: [],
    ...fields,
  };
}

export function running(id: string, progress: number, fields: Partial<RunSummary> = {}): RunSummary {
  return run(id, { state: 'running', epoch: Math.floor(progress * 4), progress, ...fields });
}

function lineRange(line: number) {
  return { start: { line, column: 0 }, end: { line, column: 5 } };
}

export function outline(variants: string[], seeds: number[] = [1]): Outline {
  return {
    name: 'Study',
    range: lineRange(0),
    variants: variants.map((name, i) => ({ name, range: lineRange(10 + i) })),
    seeds,
    expectations: [],
  };
}
