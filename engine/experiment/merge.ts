/** How a variant's overrides go over the settings of the file. */
import { childNode, discriminator, isMapping, type Mapping, nodeAt, own, type Path } from './assist/describe.ts';
import { experimentNode } from './json-schema.ts';

/**
 * Mappings merge field by field; numbers, texts and lists replace what was there. A mapping that names another
 * `name`, `kind` or `shape` than the one below replaces it as a whole, since its fields mean something else.
 */
export function mergeSettings(base: unknown, override: unknown, path: Path = []): unknown {
  if (!isMapping(override)) return override;
  if (!isMapping(base) || namesAnother(base, override, path)) return override;
  const merged: Mapping = { ...base };
  for (const [key, value] of Object.entries(override))
    if (key !== '__proto__') merged[key] = mergeSettings(own(base, key), value, [...path, key]);
  return merged;
}

/** Whether the override says that the mapping at this path is of another sort than before. */
export function namesAnother(base: Mapping, override: Mapping, path: Path): boolean {
  const node = nodeAt(experimentNode(), path, {});
  if (!node) return false;
  const key = discriminator(node);
  if (key === undefined || !Object.hasOwn(override, key)) return false;
  const current = own(base, key) ?? childNode(node, key, base)?.default;
  return current !== undefined && current !== override[key];
}
