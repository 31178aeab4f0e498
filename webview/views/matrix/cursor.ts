/**
 * The cell that keys act on, and the rows that are chosen along with it. Row 0 is what holds for all variants; column 0 is the
 * names.
 */
export interface Cursor {
  row: number;
  column: number;
  /** The other end of the rows that are chosen. */
  anchor: number;
}

export interface Extent {
  rows: number;
  columns: number;
  /** Rows that are on screen at once. */
  page: number;
}

/** Where a key leads; undefined when it leads nowhere. With Shift the rows between are chosen. */
export function moved(
  { row, column, anchor }: Cursor,
  key: string,
  shift: boolean,
  all: boolean,
  extent: Extent,
): Cursor | undefined {
  const to = target(row, column, key, all, extent);
  if (!to) return undefined;
  const next = {
    row: Math.max(0, Math.min(extent.rows - 1, to[0])),
    column: Math.max(0, Math.min(extent.columns - 1, to[1])),
  };
  return { ...next, anchor: shift && next.column === column ? anchor : next.row };
}

function target(
  row: number,
  column: number,
  key: string,
  all: boolean,
  { rows, columns, page }: Extent,
): [number, number] | undefined {
  switch (key) {
    case 'ArrowUp':
      return [all ? 0 : row - 1, column];
    case 'ArrowDown':
      return [all ? rows - 1 : row + 1, column];
    case 'ArrowLeft':
      return [row, all ? 0 : column - 1];
    case 'ArrowRight':
      return [row, all ? columns - 1 : column + 1];
    case 'Home':
      return [all ? 0 : row, 0];
    case 'End':
      return [all ? rows - 1 : row, columns - 1];
    case 'PageUp':
      return [row - page, column];
    case 'PageDown':
      return [row + page, column];
    default:
      return undefined;
  }
}

/** First and last of the chosen rows. */
export function chosen({ row, anchor }: Cursor): [number, number] {
  return row < anchor ? [row, anchor] : [anchor, row];
}

/** The rows [first, last) that are drawn: those on screen, and some more; equally many, wherever one is. */
export function drawn(scrollTop: number, height: number, rowHeight: number, rows: number): [number, number] {
  const more = 6;
  const many = Math.min(rows, Math.ceil(height / rowHeight) + 1 + 2 * more);
  const first = Math.max(0, Math.min(rows - many, Math.floor(scrollTop / rowHeight) - more));
  return [first, first + many];
}
