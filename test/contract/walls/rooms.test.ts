/**
 * The walls of the house: docs/architecture.md says of every room (a folder, or a file with a row of its own) what it may
 * import, and this reads the same table. What is not in it is not allowed. A row that ends with a star is of every folder
 * there: each is a room, and none may import another.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const SIDES = ['protocol', 'engine', 'extension', 'webview'];
/** The kernels in AssemblyScript import each other alone, by names without endings; the compiler holds that wall. */
const OTHER_LANGUAGES = /\/kernels\/(assembly|native)\//;
const MAX_FILES = 15;

interface Import {
  from: string;
  to: string;
  /** When the file is loaded: not of types, which are gone once compiled, nor in the middle of a function. */
  atLoad: boolean;
}

/** Room → rooms that it may import, from the table whose first column is "room" and whose last is "may import". */
function wallsOf(document: string): Map<string, string[]> {
  const lines = document.split('\n');
  const head = lines.findIndex((line) => /^\| room \|.*\| may import \|$/.test(line));
  const body = lines.slice(head + 2);
  const rows = body.slice(
    0,
    body.findIndex((line) => !line.startsWith('|')),
  );
  const paths = (cell: string): string[] => [...cell.matchAll(/`([\w/.*-]+)`/g)].map(([, path]) => path!);
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  return new Map(cells.map((row) => [paths(row[1]!)[0]!, paths(row.at(-2)!)]));
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?from\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm,
  );
  return [...statements].map(([, type, path, dynamic]) => ({
    from: file,
    to: relative(root, join(root, dirname(file), path ?? dynamic!)),
    atLoad: type === undefined && dynamic === undefined,
  }));
}

const walls = wallsOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));
const sources = SIDES.flatMap(filesBelow).filter((file) => file.endsWith('.ts') && !OTHER_LANGUAGES.test(file));
const imports = sources.flatMap(importsOf);
const rooms = [...walls.keys()].sort((a, b) => b.length - a.length);
const roomOf = (file: string): string | undefined => {
  for (const room of rooms) {
    if (file === room || (room.endsWith('/') && file.startsWith(room))) return room;
    const shelf = room.endsWith('/*') ? room.slice(0, -1) : undefined;
    if (shelf && file.startsWith(shelf)) return `${shelf}${file.slice(shelf.length).split('/')[0]}/`;
  }
  return undefined;
};
/** The row that speaks of a room. */
const rowOf = (room: string): string => (walls.has(room) ? room : `${dirname(room)}/*`);

/** A way from one node back to itself, or undefined. */
function circle(edges: Map<string, Set<string>>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const found = visit(next, [...path, node]);
      if (found) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}

function edgesOf(pairs: [string, string][]): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const [from, to] of pairs) if (from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to));
  return edges;
}

test('every source file lies in a room of the table', () => {
  expect(sources.filter((file) => !roomOf(file))).toEqual([]);
});

test('every room of the table is there', () => {
  expect(rooms.filter((room) => !sources.some((file) => rowOf(roomOf(file)!) === room))).toEqual([]);
});

test('nothing is imported that the table does not allow', () => {
  const forbidden = imports.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    return here !== there && !(there && walls.get(rowOf(here!))?.includes(there));
  });
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('the table allows nothing that nobody does', () => {
  const used = new Set(imports.map(({ from, to }) => `${rowOf(roomOf(from)!)} → ${roomOf(to)}`));
  const allowed = [...walls].flatMap(([room, others]) => others.map((other) => `${room} → ${other}`));
  expect(allowed.filter((pair) => !used.has(pair))).toEqual([]);
});

test('no room imports itself by a detour', () => {
  const pairs = [...walls].flatMap(([room, others]) => others.map((other): [string, string] => [room, other]));
  expect(circle(edgesOf(pairs)) ?? []).toEqual([]);
});

test('no file waits for itself to be loaded', () => {
  const pairs = imports.filter(({ atLoad }) => atLoad).map(({ from, to }): [string, string] => [from, to]);
  expect(circle(edgesOf(pairs)) ?? []).toEqual([]);
});

test(`no folder has more than ${MAX_FILES} files`, () => {
  const counts = new Map<string, number>();
  for (const file of [...SIDES, 'test'].flatMap(filesBelow))
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
});

test('a wall that is broken is noticed', () => {
  const head = '| room | what it does | may import |\n|---|---|---|\n';
  const table = `| \`other/\` | another table |\n\n${head}| \`a/\` | anything | nothing |\n| \`b/\` | anything | \`a/\` |\n`;
  expect([...wallsOf(table)]).toEqual([
    ['a/', []],
    ['b/', ['a/']],
  ]);
  expect(circle(edgesOf([['a', 'b'], ['b', 'c'], ['c', 'a']]))).toEqual(['a', 'b', 'c', 'a']); // biome-ignore format: a triangle
  expect(circle(edgesOf([['a', 'b'], ['a', 'c'], ['b', 'c']]))).toBeUndefined(); // biome-ignore format: a triangle
});
