/** Several settings beside each other: only what differs. */
import { isMapping, own, type Path, pathText } from './assist/describe.ts';
import { flowText } from './text/flow-text.ts';

/** More columns than these are not a table any more. */
const MAX_FIELDS = 500;
/** A longer value is cut: it is looked at, and never written back. */
const MAX_VALUE = 1000;

export interface Differing {
  /** Dotted paths, in the order of the settings. */
  fields: string[];
  /** [settings, fields]: as the file would write it; null where those settings have no such field. */
  values: (string | null)[][];
}

/**
 * Fields in which any two of these settings differ. Mappings are gone into as long as all have one there: a leak of 1
 * beside a learnable one is a difference of `neuron.leak`, two learnable ones may differ in `neuron.leak.init.low`.
 */
export function differing(all: readonly unknown[]): Differing {
  const columns: { field: string; values: (string | null)[] }[] = [];
  const visit = (values: readonly unknown[], path: Path): void => {
    if (columns.length === MAX_FIELDS) return;
    const texts = values.map((value) => (value === undefined ? null : flowText(value)));
    if (texts.every((text) => text === texts[0])) return;
    if (!values.every(isMapping)) {
      columns.push({ field: pathText(path), values: texts.map((text) => text?.slice(0, MAX_VALUE) ?? null) });
      return;
    }
    const names = new Set(values.flatMap((value) => Object.keys(value as object)));
    for (const name of names)
      visit(
        values.map((value) => own(value, name)),
        [...path, name],
      );
  };
  visit(all, []);
  return {
    fields: columns.map(({ field }) => field),
    values: all.map((_, i) => columns.map(({ values }) => values[i]!)),
  };
}
