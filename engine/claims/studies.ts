/** Comparisons of several studies put into one table (Table 6 of the paper): variants × data sets. */
import type { StudiesRow, StudiesTable, StudyCell } from '../../protocol/comparison/studies.ts';
import type { Comparison } from '../../protocol/runs.ts';
import type { Experiment } from '../experiment/schema.ts';
import { interquartileMean, probabilityOfImprovement } from './aggregate.ts';
import { printedAccuracy } from './table6.ts';
import { accuraciesOf } from './verdicts.ts';

/** @param studies each with the comparison of all its variants */
export function studiesTable(studies: readonly { experiment: Experiment; comparison: Comparison }[]): StudiesTable {
  const datasets = studies.map(({ experiment }) => experiment.dataset.name as string);
  const columns = studies.map(({ comparison }, i) => {
    const dataset = datasets[i]!;
    const shared = datasets.filter((name) => name === dataset).length > 1;
    const { study, file, seeds } = comparison;
    return { label: shared ? `${dataset}: ${study}` : dataset, dataset, study, file, seeds };
  });
  const names = [...new Set(studies.flatMap(({ experiment }) => experiment.variants.map(({ name }) => name)))];
  const cells = names.map((name) => studies.map((study) => cellOf(study, name)));
  const scores = cells.map((row) => row.map((cell) => cell?.values.map(({ accuracy }) => accuracy) ?? []));
  const rows = names.map((variant, i): StudiesRow => {
    const mean = interquartileMean(scores[i]!);
    const improvement = i > 0 ? probabilityOfImprovement(scores[i]!, scores[0]!) : undefined;
    return {
      variant,
      cells: cells[i]!,
      over: scores[i]!.filter((values) => values.length > 0).length,
      ...(mean && { interquartileMean: mean }),
      ...(improvement && { improvement }),
    };
  });
  const fewer = [...new Set(studies.flatMap(({ comparison }) => comparison.fewer ?? []))];
  return { columns, rows, ...(fewer.length > 0 && { fewer }) };
}

function cellOf(
  { experiment, comparison }: { experiment: Experiment; comparison: Comparison },
  name: string,
): StudyCell | null {
  const variant = experiment.variants.find((one) => one.name === name);
  const row = comparison.rows.find((one) => one.variant === name);
  if (!variant || !row) return null;
  const printed = printedAccuracy(variant.settings, experiment.variants[0]!.settings);
  return {
    values: accuraciesOf(row).map(({ seed, value }) => ({ seed, accuracy: value })),
    ...(row.accuracy && { accuracy: row.accuracy }),
    ...(row.verdict && { verdict: row.verdict }),
    ...(row.fewer && { fewer: row.fewer }),
    ...(printed !== undefined && { printed }),
  };
}
