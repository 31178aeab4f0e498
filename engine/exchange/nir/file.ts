/** Graphs of NIR in HDF5 files, as the Python package `nir` writes and reads them. */
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Group } from 'h5wasm/node';
import { UserError } from '../../base/errors.ts';
import { makeFolder } from '../../base/folders.ts';
import { loadLibrary } from '../../datasets/formats/hdf5/library.ts';
import { SpikeThread, type TreeEntry } from '../../datasets/formats/hdf5/thread.ts';
import { checkHdf5 } from '../../datasets/formats/spike-file.ts';
import { type Output, refuseExisting, unwritten } from '../output.ts';
import type { NirGraph, NirNode, NirValue } from './graph.ts';

/** Of the package whose files these are like. */
const VERSION = '1.0.8';
const REMEDY = 'write it again with nir.write';

/** Writes a graph whole or not at all. Rejects with a UserError. */
export async function writeNir(graph: NirGraph, output: Output): Promise<void> {
  refuseExisting([output.path], output);
  const h5wasm = await loadLibrary();
  const aside = `${output.path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    makeFolder(dirname(output.path));
    const file = new h5wasm.File(aside, 'w', { libver: ['earliest', 'v108'] });
    try {
      put(file, 'version', VERSION);
      const root = file.create_group('node');
      put(root, 'type', 'NIRGraph');
      root.create_dataset({ name: 'edges', data: graph.edges.flat(), shape: [graph.edges.length, 2] });
      const nodes = root.create_group('nodes');
      for (const [name, { type, fields }] of graph.nodes) {
        const node = nodes.create_group(name);
        put(node, 'type', type);
        for (const [field, value] of Object.entries(fields)) put(node, field, value);
      }
      const metadata = root.create_group('metadata');
      for (const [key, value] of Object.entries(graph.metadata)) put(metadata, key, value, 'real');
    } finally {
      file.close();
    }
    renameSync(aside, output.path);
  } catch (error) {
    if (existsSync(aside)) rmSync(aside);
    throw unwritten(output.path, error);
  }
}

/** A number alone is an index unless it is said to be real. */
function put(group: Group, name: string, value: NirValue, kind: 'index' | 'real' = 'index'): void {
  if (typeof value === 'string') group.create_dataset({ name, data: value });
  else if (typeof value === 'number') {
    const data = kind === 'real' ? Float64Array.of(value) : BigInt64Array.of(BigInt(value));
    group.create_dataset({ name, data, shape: [] });
  } else {
    const { data, shape } = value;
    const numbers = data instanceof Int32Array ? BigInt64Array.from(data, BigInt) : Float32Array.from(data);
    group.create_dataset({ name, data: numbers, shape: [...shape] });
  }
}

/** The graph in a file, which may be anybody's: read in a thread of its own, with limits. Rejects with a UserError. */
export async function readNir(file: string, signal?: AbortSignal): Promise<NirGraph> {
  checkHdf5(file, REMEDY);
  const thread = new SpikeThread({ signal });
  try {
    return graphIn(file, await thread.tree(file, REMEDY));
  } finally {
    thread.end();
  }
}

function graphIn(file: string, entries: readonly TreeEntry[]): NirGraph {
  const bad = (what: string) => new UserError(`${file}: ${what}; ${REMEDY}.`);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const type = byPath.get('node/type')?.texts?.[0];
  if (type !== 'NIRGraph') throw bad('this is not a graph of NIR');
  const edges = byPath.get('node/edges');
  if (!edges?.texts || edges.shape.length !== 2 || edges.shape[1] !== 2) throw bad('it has no list of edges');
  const fields = new Map<string, Record<string, NirValue>>();
  const metadata: Record<string, number | string> = {};
  for (const entry of entries) {
    const [, , name, field, ...deeper] = entry.path.split('/');
    const value = nirValue(entry);
    if (entry.path.startsWith('node/metadata/') && name !== undefined && field === undefined) {
      if (typeof value !== 'object') metadata[name] = value;
    } else if (entry.path.startsWith('node/nodes/') && field !== undefined) {
      if (field === 'nodes') throw bad(`its node ${name} is a graph by itself, and graphs within graphs are not read`);
      // Metadata of nodes are deeper.
      if (deeper.length > 0) continue;
      const known = fields.get(name!) ?? {};
      known[field] = value;
      fields.set(name!, known);
    }
  }
  const nodes = new Map(
    [...fields].map(([name, { type: of, ...rest }]): [string, NirNode] => {
      if (typeof of !== 'string') throw bad(`its node ${name} has no type`);
      return [name, { type: of, fields: rest }];
    }),
  );
  const pairs = Array.from({ length: edges.shape[0]! }, (_, e): [string, string] => {
    const pair: [string, string] = [edges.texts![2 * e]!, edges.texts![2 * e + 1]!];
    const lost = pair.find((name) => !nodes.has(name));
    if (lost !== undefined) throw bad(`an edge names the node ${lost}, which is not there`);
    return pair;
  });
  return { nodes, edges: pairs, metadata };
}

function nirValue({ shape, texts, numbers }: TreeEntry): NirValue {
  if (texts) return texts.length === 1 ? texts[0]! : texts.join(', ');
  return shape.length === 0 ? numbers![0]! : { shape, data: numbers! };
}
