/** Two settings across each other, a result in each cell: what a grid of settings is read as. */
import type { Column } from '../../../../protocol/comparison/columns.ts';
import { meanOf } from '../../../../protocol/statistics.ts';
import { type CrossTable, crossSvg } from '../../../plot/cross-table.ts';
import type { Quantity } from '../../../plot/quantity-axis.ts';
import { count } from '../../../shared/format.ts';
import { readTheme } from '../../../shared/theme.ts';
import type { Row } from '../rows.ts';
import { type Drawn, labelOf, nameOf, shown } from './drawn.ts';

interface Place {
  column: number;
  row: number;
  values: number[];
  names: string[];
}

export function crossTable(rows: readonly Row[], x: Column, y: Column, result: Column, study: string): Drawn {
  const there = rows.flatMap((row) => {
    const [across, up, value] = [x.value(row), y.value(row), result.value(row)];
    return across === undefined || up === undefined || typeof value !== 'number' ? [] : [{ row, across, up, value }];
  });
  const columns = ordered(there.map(({ across }) => across));
  const lines = ordered(there.map(({ up }) => up));
  const places = new Map<string, Place>();
  for (const { row, across, up, value } of there) {
    const [column, line] = [columns.indexOf(across), lines.indexOf(up)];
    const place = places.get(`${line} ${column}`) ?? { column, row: line, values: [], names: [] };
    place.values.push(value);
    place.names.push(nameOf(row));
    places.set(`${line} ${column}`, place);
  }
  // As they are read: line by line.
  const cells = [...places.values()].sort((a, b) => a.row - b.row || a.column - b.column);
  const table = (scheme: 'dark' | 'light'): CrossTable => ({
    title: labelOf(result),
    x: { label: x.label, values: columns.map(String) },
    y: { label: y.label, values: lines.map(String) },
    cells: cells.map(({ column, row, values }) => ({
      column,
      row,
      value: meanOf(values),
      text: shown(meanOf(values)),
    })),
    scheme,
  });
  const left = rows.length - there.length;
  const several = cells.some(({ values }) => values.length > 1);
  const empty = columns.length * lines.length - cells.length;
  return {
    key: [],
    title: `${study}: ${labelOf(result)} over ${x.label} and ${y.label}`,
    note: [
      `means over the seeds${several ? '; cells of several rows are the mean of these' : ''}`,
      ...(empty > 0 ? [`${count(empty, 'pair')} without a row`] : []),
      ...(left > 0 ? [`${count(left, 'row')} without a value left out`] : []),
    ].join('; '),
    texts: cells.map(({ column, row, values, names }) => {
      const unit = result.unit ? ` ${result.unit}` : '';
      return `${x.label} ${columns[column]}, ${y.label} ${lines[row]}: ${result.label} ${shown(meanOf(values))}${unit}, ${names.join(', ')}.`;
    }),
    svg: (look, scheme = readTheme().scheme) => crossSvg(table(scheme), look),
  };
}

/** Each once: numbers first and ascending, then words in their order. */
function ordered(values: readonly Quantity[]): Quantity[] {
  const distinct = [...new Set(values)];
  const numbers = distinct.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  return [...numbers, ...distinct.filter((value) => typeof value === 'string')];
}
