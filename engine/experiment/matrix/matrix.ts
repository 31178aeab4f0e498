import type { Matrix, MatrixCell, MatrixColumn, MatrixProblem, MatrixRow } from '../../../protocol/matrix.ts';
import { isMapping, own, pathText, valueAt } from '../assist/describe.ts';
import type { Problem } from '../checks/problems.ts';
import { validateExperiment } from '../checks/validate.ts';
import { namesOf, rootOf, variantsOf } from '../edits/replacement.ts';
import { mergeSettings } from '../merge.ts';
import { flowText } from '../text/flow-text.ts';
import { plain } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';
import { COMPONENTS, columnsOf } from './columns.ts';

interface Settings {
  /** With what holds for all, and the defaults where the file is sound. */
  merged: unknown;
  /** What is written for this variant alone, or in the file for all. */
  written: unknown;
}

/**
 * The file as a table. It may have errors other than those of syntax: they stand in their cells. Throws a UserError when it
 * cannot be read, with the line.
 * @param asked further fields that are to be columns: `training.learningRate`
 */
export function matrixOf(text: string, file: string, asked: readonly string[]): Matrix {
  const root = rootOf(text, file);
  const raw = plain(root);
  const names = namesOf(root);
  const { problems, base } = validateExperiment(raw, names);
  const common: Settings = { merged: base, written: raw };
  const variants = names.map((name): Settings => {
    const override = valueAt(raw, ['variants', name]);
    const written = isMapping(override) ? override : {};
    return { merged: mergeSettings(base, written), written };
  });
  const { columns, more } = choose([common, ...variants], asked);
  const about = byVariant(problems);
  const lines = new LineIndex(text);
  const entries = names.length > 0 ? variantsOf(root).entries : new Map();
  return {
    study: textOf(own(raw, 'name')),
    columns,
    common: columns.map(({ field }) => cellOf(field, common, about.get(undefined) ?? [])),
    rows: names.map((variant, i): MatrixRow => {
      const { start, end } = entries.get(variant)!.key;
      const found = about.get(variant) ?? [];
      return {
        variant,
        range: lines.range(start, end),
        cells: columns.map(({ field }) => cellOf(field, variants[i]!, found)),
        problems: elsewhere(found, columns),
      };
    }),
    more,
    seeds: seedsOf(raw),
    problems: elsewhere(about.get(undefined) ?? [], columns),
  };
}

/** Components, then what some variant sets or has otherwise than the others, then what was asked for. */
function choose(all: readonly Settings[], asked: readonly string[]): { columns: MatrixColumn[]; more: MatrixColumn[] } {
  const known = new Map<string, MatrixColumn>();
  // Most variants have the same fields: what tells them apart is which sort of data set, readout or schedule they have.
  const seen = new Set<string>();
  for (const { merged } of all) {
    const sort = JSON.stringify(sortsOf(merged));
    if (seen.has(sort)) continue;
    seen.add(sort);
    for (const column of columnsOf(merged)) if (!known.has(column.field)) known.set(column.field, column);
  }
  const differs = (field: string): boolean => {
    const path = field.split('.');
    const first = valueText(all[0]!.merged, path);
    return all
      .slice(1)
      .some(({ merged, written }) => valueAt(written, path) !== undefined || valueText(merged, path) !== first);
  };
  const shown = [...new Set([...COMPONENTS, ...[...known.keys()].filter(differs), ...asked])].filter((field) =>
    known.has(field),
  );
  return {
    columns: shown.map((field) => known.get(field)!),
    more: [...known.values()].filter(({ field }) => !shown.includes(field)),
  };
}

/** What decides which fields settings have: their mappings, and what sort each is of. */
function sortsOf(value: unknown): unknown {
  if (!isMapping(value)) return null;
  return Object.entries(value).map(([key, inner]) => [
    key,
    ['name', 'kind', 'shape'].includes(key) ? inner : sortsOf(inner),
  ]);
}

function cellOf(field: string, { merged, written }: Settings, problems: readonly Problem[]): MatrixCell {
  const path = field.split('.');
  const found = problems.filter((problem) => isWithin(pathText(problem.path), field)).map(toProblem);
  const problem = found.find(({ severity }) => severity === 'error') ?? found[0];
  const own = valueAt(written, path);
  return {
    text: own === undefined ? valueText(merged, path) : flowText(own),
    own: own !== undefined,
    ...(problem && { problem }),
  };
}

function valueText(settings: unknown, path: readonly string[]): string {
  const value = valueAt(settings, path);
  return value === undefined ? '' : flowText(value);
}

function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

/** Problems by the variant they are of; undefined: of the whole file. Twins are warnings about a variant by its name. */
function byVariant(problems: readonly Problem[]): Map<string | undefined, Problem[]> {
  const found = new Map<string | undefined, Problem[]>();
  const own = new Set(problems.filter(({ variant }) => variant === undefined).map(({ message }) => message));
  for (const problem of problems) {
    // What is wrong for all variants is said once.
    if (problem.variant !== undefined && own.has(problem.message)) continue;
    const [section, name] = problem.path;
    const variant = problem.variant ?? (section === 'variants' && name !== undefined ? String(name) : undefined);
    found.set(variant, [...(found.get(variant) ?? []), problem]);
  }
  return found;
}

function elsewhere(problems: readonly Problem[], columns: readonly MatrixColumn[]): MatrixProblem[] {
  return problems.filter(({ path }) => !columns.some(({ field }) => isWithin(pathText(path), field))).map(toProblem);
}

function toProblem({ severity, message }: Problem): MatrixProblem {
  return { severity, message };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function seedsOf(raw: unknown): number[] {
  const seeds = own(raw, 'seeds');
  const whole = Array.isArray(seeds) ? seeds.filter((seed): seed is number => Number.isInteger(seed)) : [];
  return whole.length > 0 ? whole : [1];
}
