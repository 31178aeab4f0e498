/** Version 1 B-trees, and groups as symbol tables over them. */
import type { StructuredFile } from './bytes.ts';

const MAX_LEVELS = 32;
const ENTRY_BYTES = 40;
/** A group with more bytes of names is none of a data set. */
const MAX_NAMES = 1 << 24;

interface Leaf {
  /** What stands before the child in its node. */
  key: Buffer;
  child: number;
}

/** Children of the leaves of the tree at `root`; `type` is 0 for groups and 1 for chunks. Throws a UserError. */
export function leavesOf(file: StructuredFile, root: number, type: 0 | 1, keyBytes: number): Leaf[] {
  const read = file.walk();
  const leaves: Leaf[] = [];
  const visit = (address: number, depth: number, parentLevel: number): void => {
    if (depth > MAX_LEVELS) throw file.bad('a B-tree has no end', address);
    const head = read(address, 24, 'a B-tree');
    file.expect(head, 'TREE', type, address);
    const level = head[5]!;
    // Levels fall by one, so a node can never lead back to itself.
    if (parentLevel >= 0 && level !== parentLevel - 1) throw file.bad('a B-tree has the wrong level', address + 5);
    const used = head.readUInt16LE(6);
    const body = read(address + 24, used * (keyBytes + 8), 'a B-tree');
    for (let i = 0; i < used; i++) {
      const p = i * (keyBytes + 8);
      const child = file.address(body, p + keyBytes, 'a B-tree node', address + 24);
      if (level > 0) visit(child, depth + 1, level);
      else leaves.push({ key: body.subarray(p, p + keyBytes), child });
    }
  };
  visit(root, 0, -1);
  return leaves;
}

interface Table {
  data: Buffer;
  offset: number;
}

/** Address of the object header of a member of the group with this symbol table, if it has one of the name. */
export function findMember(file: StructuredFile, table: Table, name: string): number | undefined {
  // Compared in place: names are not read out, however long they say they are.
  const wanted = Buffer.from(`${name}\0`);
  for (const { names, from, address } of entriesOf(file, table))
    if (names.subarray(from, from + wanted.length).equals(wanted)) return address(name);
  return undefined;
}

/** Longest name that is read out. */
const MAX_NAME = 255;

/** Name and address of every member of the group with this symbol table. Throws a UserError. */
export function* membersOf(file: StructuredFile, table: Table): Generator<{ name: string; address: number }> {
  for (const { names, from, address } of entriesOf(file, table)) {
    const rest = names.subarray(from, from + MAX_NAME + 1);
    const end = rest.indexOf(0);
    if (end > 0) yield { name: rest.toString('utf8', 0, end), address: address('a member of a group') };
  }
}

function* entriesOf(file: StructuredFile, table: Table) {
  const read = file.walk();
  const tree = file.address(table.data, 0, 'a group', table.offset);
  const heapAt = file.address(table.data, 8, 'the names of a group', table.offset);
  const heap = read(heapAt, 32, 'a local heap');
  file.expect(heap, 'HEAP', 0, heapAt);
  const namesAt = file.address(heap, 24, 'the names of a group', heapAt);
  const size = Number(heap.readBigUInt64LE(8));
  if (size > MAX_NAMES) throw file.bad(`${size} bytes of names in one group are too many`, heapAt);
  const names = read(namesAt, size, 'the names of a group');
  for (const leaf of leavesOf(file, tree, 0, 8)) {
    const head = read(leaf.child, 8, 'a group');
    file.expect(head, 'SNOD', 1, leaf.child);
    const entries = read(leaf.child + 8, ENTRY_BYTES * head.readUInt16LE(6), 'a group');
    for (let p = 0; p < entries.length; p += ENTRY_BYTES) {
      const from = Number(entries.readBigUInt64LE(p));
      if (from >= names.length) throw file.bad('a name lies outside its heap', leaf.child + 8 + p);
      yield { names, from, address: (what: string) => file.address(entries, p + 8, what, leaf.child + 8) };
    }
  }
}
