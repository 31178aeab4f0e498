/**
 * A graph of the Neuromorphic Intermediate Representation as plain data: nodes with fields, and edges between them. The
 * names of types and fields are those of the Python package `nir`.
 */

/** An array, row by row; a number or a text alone. */
export type NirValue = { shape: readonly number[]; data: ArrayLike<number> } | number | string;

export interface NirNode {
  type: string;
  fields: Readonly<Record<string, NirValue>>;
}

export interface NirGraph {
  nodes: ReadonlyMap<string, NirNode>;
  edges: readonly (readonly [from: string, to: string])[];
  /** What is good to know and not needed to run it. */
  metadata: Readonly<Record<string, number | string>>;
}

/** The numbers of a field of this node; of one number alone a list of it. Throws an Error that names what is missing. */
export function numbersOf(node: NirNode, field: string): ArrayLike<number> {
  const value = node.fields[field];
  if (typeof value === 'number') return [value];
  if (value === undefined || typeof value === 'string')
    throw new Error(`a node of type ${node.type} has no numbers ${field}`);
  return value.data;
}

/** The shape of a field; [] of one number alone. Throws as `numbersOf` does. */
export function shapeOfField(node: NirNode, field: string): readonly number[] {
  const value = node.fields[field];
  if (typeof value === 'number') return [];
  if (value === undefined || typeof value === 'string')
    throw new Error(`a node of type ${node.type} has no array ${field}`);
  return value.shape;
}
