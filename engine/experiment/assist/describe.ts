/** Questions to the schema tree: what may stand at a place, and how to say so in words. */
import { type Path, pathText } from '../../base/errors.ts';
import type { SchemaNode } from '../json-schema.ts';

export type { Path };
export { pathText };

export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names of a mapping's fields; names that are whole numbers come first. */
export function namesIn(value: unknown): string[] {
  return isMapping(value) ? Object.keys(value) : [];
}

/** The value of a mapping's own field. */
export function own(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value with the mappings of this path around it. */
export function nested(path: Path, value: unknown): unknown {
  return path.toReversed().reduce((inner, key) => ({ [key]: inner }), value);
}

export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce(own, data);
}

/** The forms a value may take: one for a plain field, several for a union. */
export function forms(node: SchemaNode): SchemaNode[] {
  return (node.anyOf ?? node.oneOf)?.flatMap(forms) ?? [node];
}

/** Of those, the ones that the value could be meant as, judged by its type and by fields like `name` and `kind`. */
export function formsFor(node: SchemaNode, value: unknown): SchemaNode[] {
  const fitting = forms(node).filter((form) => hasType(form, value));
  const key = discriminator(node);
  const chosen = key === undefined ? undefined : own(value, key);
  if (key === undefined || chosen === undefined) return fitting;
  return fitting.filter((form) => choices(form.properties![key]!).includes(chosen));
}

function hasType(form: SchemaNode, value: unknown): boolean {
  if (form.const !== undefined) return value === form.const;
  const types = [form.type].flat();
  return types.some((type) => {
    switch (type) {
      case 'object':
        return isMapping(value);
      case 'array':
        return Array.isArray(value);
      case 'null':
        return value === null;
      case 'integer':
      case 'number':
        return typeof value === 'number';
      default:
        return typeof value === type;
    }
  });
}

/**
 * The field that tells the forms of a mapping apart (`name` of a data set, `kind` of a readout), or that a single
 * form has for that purpose.
 */
export function discriminator(node: SchemaNode): string | undefined {
  const mappings = forms(node).filter((form) => form.properties);
  return ['name', 'kind', 'shape'].find(
    (key) => mappings.length > 0 && mappings.every((form) => choices(form.properties![key] ?? {}).length > 0),
  );
}

/** The values of an enumeration; empty for other fields. */
export function choices(node: SchemaNode): unknown[] {
  return forms(node).flatMap((form) => (form.const !== undefined ? [form.const] : (form.enum ?? [])));
}

/** The node of a field or item, under the form that the data around it has; undefined when there is no such field. */
export function childNode(node: SchemaNode, key: string | number, data: unknown): SchemaNode | undefined {
  const which = discriminator(node);
  // The discriminator itself is the choice between all forms.
  const candidates = key === which ? forms(node) : formsFor(node, data);
  const among = candidates.length > 0 ? candidates : forms(node);
  const found = among.flatMap((form) => fieldNode(form, key) ?? []);
  if (found.length <= 1) return found[0];
  const distinct = [...new Map(found.map((child) => [JSON.stringify(child), child])).values()];
  return distinct.length === 1 ? distinct[0] : { anyOf: distinct };
}

function fieldNode(form: SchemaNode, key: string | number): SchemaNode | undefined {
  if (typeof key === 'number') return form.items;
  if (form.properties && Object.hasOwn(form.properties, key)) return form.properties[key];
  return typeof form.additionalProperties === 'object' ? form.additionalProperties : undefined;
}

/** The node at a path, following the data. */
export function nodeAt(root: SchemaNode, path: Path, data: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    if (!node) return undefined;
    node = childNode(node, key, data);
    data = own(data, key);
  }
  return node;
}

/** The fields that a mapping may have at this node, given what it has; in the order of the schema. */
export function fields(node: SchemaNode, data: unknown): Map<string, SchemaNode> {
  const found = new Map<string, SchemaNode>();
  const fitting = formsFor(node, isMapping(data) ? data : {});
  for (const form of fitting.length > 0 ? fitting : forms(node))
    for (const key of Object.keys(form.properties ?? {})) {
      const child = childNode(node, key, data);
      if (child) found.set(key, child);
    }
  return found;
}

/** What would be right, as in "must be …". */
export function expected(node: SchemaNode): string {
  const all = forms(node);
  const options = choices(node);
  const texts = all.filter((form) => !choices(form).length && !form.properties).map(plainType);
  if (options.length > 0) texts.push(orList(options.map(scalarText)));
  if (all.some((form) => form.properties)) texts.push(mappingText(node));
  return orList([...new Set(texts)]);
}

function mappingText(node: SchemaNode): string {
  const key = discriminator(node);
  if (key !== undefined && forms(node).length > 1) {
    const names = choices(childNode(node, key, {}) ?? {}).map(scalarText);
    return `a mapping with the field \`${key}\` (${names.join(', ')})`;
  }
  return `a mapping of ${[...fields(node, {}).keys()].map((name) => `\`${name}\``).join(', ')}`;
}

function plainType(node: SchemaNode): string {
  switch (node.type) {
    case 'integer':
      return `a whole number${limits(node)}`;
    case 'number':
      return `a number${limits(node)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${itemLimits(node)}`;
    case 'string':
      return `a text${textLimits(node)}`;
    case 'null':
      return 'empty';
    default:
      return node.additionalProperties ? 'a mapping of names' : 'a mapping';
  }
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const low =
    minimum !== undefined ? `at least ${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : '';
  const high =
    maximum !== undefined ? `at most ${maximum}` : exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : '';
  const both = [low, high].filter((text) => text !== '').join(' and ');
  return both && (both.startsWith('at') ? ` of ${both}` : ` ${both}`);
}

function itemLimits({ minItems, maxItems }: SchemaNode): string {
  if (minItems !== undefined && maxItems !== undefined) return ` of ${minItems} to ${maxItems} entries`;
  if (minItems !== undefined) return ` of at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`;
  return maxItems !== undefined ? ` of at most ${maxItems} entries` : '';
}

function textLimits({ minLength, maxLength, pattern }: SchemaNode): string {
  const length = maxLength !== undefined ? ` of 1 to ${maxLength} characters` : minLength ? ' that is not empty' : '';
  return pattern === undefined ? length : `${length} on one line, without space at its ends`;
}

/** A value as it would be written in the file, shortened. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return shorten(value);
  if (Number.isNaN(value)) return '.nan';
  if (value === Number.POSITIVE_INFINITY) return '.inf';
  if (value === Number.NEGATIVE_INFINITY) return '-.inf';
  return String(value);
}

/** What was seen, as in "not …" or "but …". */
export function seen(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'not an empty list' : `not a list of ${value.length}`;
  if (isMapping(value)) return 'not a mapping';
  if (value === null || value === undefined) return 'but it is empty';
  return typeof value === 'string' ? `not the text "${shorten(value)}"` : `not ${scalarText(value)}`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

export function orList(items: string[]): string {
  return items.length <= 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
