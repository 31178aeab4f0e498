/** Comparisons of several studies put into one table (Table 6 of the paper): variants × data sets. */
import type { StudiesRow, StudiesTable, StudyCell } from '../../protocol/comparison/studies.ts';
import type { Comparison } from '../../protocol/runs.ts';
import type { Experiment } from '../experiment/schema.ts';
import { interquartileMean, probabilityOfImprovement } from './aggregate.ts';
import { printedAccuracy } from './table6.ts';
import { accuraciesOf } from './verdicts.ts';

/**
 * @param studies each with the comparison of all its variants
 * @param earlier a table whose numbers over all data sets are taken over where they are of the same accuracies
 */
export function studiesTable(
  studies: readonly { experiment: Experiment; comparison: Comparison }[],
  earlier?: StudiesTable,
): StudiesTable {
  const datasets = studies.map(({ experiment }) => experiment.dataset.name as string);
  const columns = studies.map(({ comparison }, i) => {
    const dataset = datasets[i]!;
    const shared = datasets.filter((name) => name === dataset).length > 1;
    const { study, file, seeds } = comparison;
    return { label: shared ? `${dataset}: ${study}` : dataset, dataset, study, file, seeds };
  });
  const names = [...new Set(studies.flatMap(({ experiment }) => experiment.variants.map(({ name }) => name)))];
  const cells = names.map((name) => studies.map((study) => cellOf(study, name)));
  const scores = cells.map(scoresOf);
  const known = earlier?.rows.map((row) => JSON.stringify(scoresOf(row.cells)));
  const same = scores.map((values, i) => JSON.stringify(values) === known?.[i]);
  const rows = names.map((variant, i): StudiesRow => {
    const before = same[0] && same[i] ? earlier!.rows[i]! : undefined;
    const mean = before ? before.interquartileMean : interquartileMean(scores[i]!);
    const improvement =
      i === 0 ? undefined : before ? before.improvement : probabilityOfImprovement(scores[i]!, scores[0]!);
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

/** Accuracies of the seeds by data set. */
function scoresOf(cells: readonly (StudyCell | null)[]): number[][] {
  return cells.map((cell) => cell?.values.map(({ accuracy }) => accuracy) ?? []);
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
