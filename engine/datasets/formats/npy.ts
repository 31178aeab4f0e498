/**
 * NumPy's array files. .npy: magic `\x93NUMPY`, version, length of the header, a Python dictionary with type, order and
 * shape, then the numbers; .npz: a zip of them.
 */
import { extname } from 'node:path';
import { whatIs } from './file-kind.ts';
import { badFile, readHead, readWhole } from './files.ts';
import { closeZip, openZip, readEntry, readEntryHead, type ZipEntry, type ZipFile } from './zip.ts';

/** Largest array file: what fits into memory along with what is made of it. */
export const MAX_ARRAY = 2 ** 31;
const MAGIC = '\x93NUMPY';
/** A header is some hundred characters; those of large records a few thousand. */
const MAX_HEADER = 1 << 16;
const MAX_DIMENSIONS = 8;
const RESAVE = 'save it again with numpy.savez';

/** One element: bool (b), integer (i, u), float (f), text in UTF-32 (U) or bytes (S). */
export interface ElementType {
  kind: 'b' | 'i' | 'u' | 'f' | 'U' | 'S';
  /** Bytes. */
  size: number;
  bigEndian: boolean;
}

export interface NpyHeader {
  shape: number[];
  /** Fields of a record; one without a name for plain arrays. Bytes from the start of an element. */
  fields: { name: string; type: ElementType; offset: number }[];
  /** Bytes of an element. */
  stride: number;
  /** Byte at which the elements start. */
  start: number;
}

/** An array in a file; its numbers are read when they are asked for. */
export interface NpyArray extends NpyHeader {
  name: string;
  /** The elements in C order. Throws a UserError. */
  bytes(): Buffer;
}

export interface ArrayFile {
  arrays: NpyArray[];
  close(): void;
}

/** Opens a .npy or .npz file; of its arrays no more than the headers are read. Throws a UserError. */
export function openArrays(file: string): ArrayFile {
  if (extname(file).toLowerCase() === '.npy') {
    const header = parseNpyHeader(file, readHead(file, MAX_HEADER, RESAVE));
    const bytes = () => elements(file, readWhole(file, RESAVE, MAX_ARRAY), header);
    return { arrays: [{ name: '', ...header, bytes }], close() {} };
  }
  const zip = openZip(file, RESAVE);
  try {
    return { arrays: zip.entries.map((entry) => arrayOf(zip, entry)), close: () => closeZip(zip) };
  } catch (error) {
    closeZip(zip);
    throw error;
  }
}

function arrayOf(zip: ZipFile, entry: ZipEntry): NpyArray {
  const name = entry.name.replace(/\.npy$/, '');
  const place = `${zip.file}: ${printable(name)}`;
  const header = parseNpyHeader(place, readEntryHead(zip, entry, MAX_HEADER));
  return { name, ...header, bytes: () => elements(place, readEntry(zip, entry, MAX_ARRAY), header) };
}

function elements(file: string, bytes: Buffer, { shape, stride, start }: NpyHeader): Buffer {
  const end = start + stride * product(shape);
  if (bytes.length < end) throw badFile(file, `the array breaks off: ${end} bytes were promised`, bytes.length, RESAVE);
  return bytes.subarray(start, end);
}

/** Type, shape and place of the elements, from the first bytes of a .npy file. Throws a UserError. */
export function parseNpyHeader(file: string, head: Buffer): NpyHeader {
  const bad = (what: string) => badFile(file, what, undefined, RESAVE);
  if (head.length < 12 || head.toString('latin1', 0, 6) !== MAGIC)
    throw bad(`this is not a NumPy array but ${whatIs(head)}`);
  const long = head[6]! >= 2;
  const from = long ? 12 : 10;
  const start = from + (long ? head.readUInt32LE(8) : head.readUInt16LE(8));
  if (start > head.length) throw bad('the header breaks off');
  const text = head.toString('latin1', from, start);
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  const sizes = shape?.match(/\d+/g)?.map(Number) ?? [];
  if (shape === undefined || sizes.length > MAX_DIMENSIONS || !Number.isSafeInteger(product(sizes) * 8))
    throw bad('the header has no usable shape');
  if (/'fortran_order':\s*True/.test(text) && sizes.filter((size) => size > 1).length > 1)
    throw badFile(file, 'the array is stored column by column', undefined, 'save numpy.ascontiguousarray(array)');
  const { fields, stride } = elementOf(text, bad);
  return { shape: sizes, fields, stride, start };
}

function elementOf(text: string, bad: (what: string) => Error): Pick<NpyHeader, 'fields' | 'stride'> {
  const plain = /'descr':\s*'([^']{1,20})'/.exec(text)?.[1];
  if (plain !== undefined) {
    const type = typeOf(plain, bad);
    return { fields: [{ name: '', type, offset: 0 }], stride: type.size };
  }
  const list = /'descr':\s*\[([^\]]*)\]/.exec(text)?.[1];
  if (list === undefined) throw bad('the header has no usable type');
  const fields: NpyHeader['fields'] = [];
  let stride = 0;
  for (const [, name, code] of list.matchAll(/\('([^']{0,60})',\s*'([^']{1,20})'\)/g)) {
    // Room between fields of aligned records.
    const padding = /^\|V(\d{1,4})$/.exec(code!);
    if (!padding) fields.push({ name: name!, type: typeOf(code!, bad), offset: stride });
    stride += padding ? Number(padding[1]) : fields.at(-1)!.type.size;
  }
  if (fields.length === 0 || fields.length + (list.match(/\|V\d/g)?.length ?? 0) !== (list.match(/\(/g)?.length ?? 0))
    throw bad('its records have fields that are neither numbers nor text');
  return { fields, stride };
}

function typeOf(code: string, bad: (what: string) => Error): ElementType {
  if (/^\|?O/.test(code))
    throw bad('it holds Python objects, which could run any program when they are read; save arrays of numbers');
  const match = /^([<>|=]?)([biufUS])(\d{1,5})$/.exec(code);
  if (!match) throw bad(`elements of type ${printable(code)} are neither numbers nor text`);
  const kind = match[2] as ElementType['kind'];
  const size = Number(match[3]) * (kind === 'U' ? 4 : 1);
  const sizes = { b: [1], i: [1, 2, 4, 8], u: [1, 2, 4, 8], f: [2, 4, 8] }[kind as 'b'];
  if (sizes ? !sizes.includes(size) : size === 0) throw bad(`elements of type ${printable(code)} cannot be read`);
  return { kind, size, bigEndian: match[1] === '>' };
}

const product = (sizes: number[]): number => sizes.reduce((all, size) => all * size, 1);
const printable = (text: string): string => text.slice(0, 60).replace(/[\p{C}\ufffd]/gu, '?');
