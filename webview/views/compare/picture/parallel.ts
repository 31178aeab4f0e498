import type { Column } from '../../../../protocol/comparison/columns.ts';
import { lineStyle } from '../../../../protocol/drawing/palette.ts';
import { lineSign, type Parallel, parallelSvg } from '../../../plot/parallel.ts';
import { quantityAxis } from '../../../plot/quantity-axis.ts';
import { count } from '../../../shared/format.ts';
import { readTheme } from '../../../shared/theme.ts';
import type { Row } from '../rows.ts';
import { type Drawn, keyOf, shown } from './drawn.ts';

/** Axes of parallel coordinates beside the result: more are not read. */
const MAX_AXES = 8;

/** A line for each row over its settings and a result. @param preferred ids of columns that are axes where any of them are settings */
export function parallel(
  rows: readonly Row[],
  settings: readonly Column[],
  preferred: readonly string[],
  result: Column,
  study: string,
): Drawn {
  const chosen = settings.filter(({ id }) => preferred.includes(id));
  const wanted = (chosen.length > 0 ? chosen : settings).slice(0, MAX_AXES);
  const columns = [...wanted, result];
  const drawn = rows.filter((row) => result.value(row) !== undefined);
  const left = rows.length - drawn.length;
  const more = (chosen.length > 0 ? chosen : settings).length - wanted.length;
  const parallel = (scheme: 'dark' | 'light'): Parallel => ({
    axes: columns.map((column) =>
      quantityAxis(
        `${column.label.split('.').at(-1)}${column.unit ? ` (${column.unit})` : ''}`,
        drawn.map(column.value),
        5,
      ),
    ),
    lines: drawn.map((row) => ({ group: row.index, values: columns.map((column) => column.value(row)) })),
    style: (group) => lineStyle(group, scheme),
  });
  return {
    key: keyOf(drawn),
    sign: (group, x, y) => lineSign(x, y, lineStyle(group, readTheme().scheme)),
    title: `${study}: ${columns.map(({ label }) => label).join(', ')}, one line for each variant`,
    note: `means over the seeds${left > 0 ? `; ${count(left, 'row')} without a result left out` : ''}${more > 0 ? `; ${more} more settings differ: choose columns` : ''}`,
    texts: drawn.map((row) => `${row.variant}: ${columns.map((c) => `${c.label} ${shown(c.value(row))}`).join(', ')}.`),
    svg: (look, scheme = readTheme().scheme) => parallelSvg(parallel(scheme), look),
  };
}
