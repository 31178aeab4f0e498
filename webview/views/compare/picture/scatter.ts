import type { Column } from '../../../../protocol/comparison/columns.ts';
import { lineStyle } from '../../../../protocol/drawing/palette.ts';
import { quantityAxis } from '../../../plot/quantity-axis.ts';
import { type Dot, dotSign, type Relation, relationSvg } from '../../../plot/relation.ts';
import { count } from '../../../shared/format.ts';
import { readTheme } from '../../../shared/theme.ts';
import type { Row } from '../rows.ts';
import { type Drawn, keyOf, labelOf, nameOf, OF_RUN, shown } from './drawn.ts';

interface SeedDot extends Dot {
  text: string;
}

/** A setting, or another result, against a result: one dot for each seed. @param width of the page's part, in CSS pixels */
export function scatter(rows: readonly Row[], x: Column, y: Column, study: string, width: number): Drawn {
  const dots: SeedDot[] = [];
  const means: Dot[] = [];
  let left = 0;
  for (const row of rows) {
    const own = row.results.flatMap((run): SeedDot[] => {
      const across = x.setting ? x.value(row) : OF_RUN[x.id]!(run);
      const up = OF_RUN[y.id]!(run);
      if (across === undefined || up === undefined || !Number.isFinite(up)) {
        left++;
        return [];
      }
      const text = `${nameOf(row)}, seed ${run.seed}: ${x.label} ${shown(across)}, ${y.label} ${shown(up)}${y.unit ? ` ${y.unit}` : ''}.`;
      return [{ group: row.index, x: across, y: up, text }];
    });
    dots.push(...own);
    if (x.setting && own.length > 1)
      means.push({ group: row.index, x: own[0]!.x, y: own.reduce((sum, dot) => sum + dot.y, 0) / own.length });
  }
  const relation = (scheme: 'dark' | 'light'): Relation => ({
    title: `${labelOf(y)} over ${labelOf(x)}`,
    x: quantityAxis(
      labelOf(x),
      dots.map((dot) => dot.x),
      width / 110,
    ),
    y: quantityAxis(
      labelOf(y),
      dots.map((dot) => dot.y),
      6,
    ),
    dots,
    means,
    style: (group) => lineStyle(group, scheme),
  });
  return {
    key: keyOf(rows.filter(({ index }) => dots.some(({ group }) => group === index))),
    sign: (group, x, y) => dotSign(group, x, y, lineStyle(group, readTheme().scheme)),
    title: `${study}: ${labelOf(y)} over ${labelOf(x)}, one dot for each seed`,
    note: `${count(dots.length, 'dot')}, one for each seed that finished${left > 0 ? `; ${left} without a value are left out` : ''}`,
    texts: dots.map(({ text }) => text),
    svg: (look, scheme = readTheme().scheme) => relationSvg(relation(scheme), look),
  };
}
