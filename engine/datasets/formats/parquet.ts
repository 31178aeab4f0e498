/**
 * Tables in Apache Parquet, through hyparquet: columns of numbers or text, none of lists or records. Everything that a file
 * promises is checked against its size before the library makes room for it.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { UserError } from '../../base/errors.ts';
import { whatIs } from './file-kind.ts';
import { badFile, readEnd, readHead, readWhole, sizeOf } from './files.ts';
import { unpackLz4Block } from './lz4.ts';
import { MAX_ROWS, type Table, type Values } from './table.ts';
import { unpackZstd, ZSTD_NEEDS } from './zstd.ts';

const REMEDY = 'write it again with pandas or pyarrow';
const MAX_BYTES = 2 ** 31;
/** The description of the columns, and of one page. */
const [MAX_FOOTER, MAX_HEADER] = [1 << 22, 1 << 16];
/** A page unpacks to at most this many bytes: usually it has one MiB. */
const MAX_PAGE = 1 << 28;
const MAGIC = 'PAR1';
/** What reads in time that grows with the bytes alone. */
const ENCODINGS = [
  'PLAIN',
  'RLE',
  'PLAIN_DICTIONARY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
];

/** Opens a table; no more than the description of its columns is read. Throws a UserError. */
export function openParquet(file: string): Table {
  const metadata = metadataOf(file);
  const schema = guarded(file, () => parquetSchema(metadata));
  const flat = schema.children.filter(
    ({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED',
  );
  return {
    columns: flat.map(({ element }) => element.name),
    async read(names) {
      for (const name of names)
        refuseTimestamps(file, name, flat.find(({ element }) => element.name === name)!.element);
      const bytes = readWhole(file, REMEDY, MAX_BYTES);
      checkPages(file, metadata, bytes, names);
      const rows = Number(metadata.num_rows);
      const cells = new Map(names.map((name) => [name, { values: new Array<unknown>(rows), filled: 0 }]));
      try {
        await parquetRead({
          file: { byteLength: bytes.length, slice: (from, to = bytes.length) => copyOf(bytes, from, to) },
          metadata,
          columns: [...names],
          compressors: unpackers(file),
          onChunk({ columnName, columnData, rowStart }) {
            const column = cells.get(columnName)!;
            for (let i = 0; i < columnData.length; i++) column.values[rowStart + i] = columnData[i];
            column.filled += columnData.length;
          },
        });
      } catch (error) {
        throw asUserError(file, error);
      }
      return names.map((name) => {
        const { values, filled } = cells.get(name)!;
        if (filled !== rows || values.length !== rows)
          throw badFile(file, `the column ${name} has ${filled} of ${rows} rows`, undefined, REMEDY);
        return valuesOf(file, name, values);
      });
    },
    close() {},
  };
}

function metadataOf(file: string): FileMetaData {
  const size = sizeOf(file, REMEDY);
  const end = size < 12 ? undefined : readEnd(file, 8, REMEDY);
  if (end?.toString('latin1', 4) !== MAGIC) {
    const head = readHead(file, 512, REMEDY);
    const what =
      head.toString('latin1', 0, 4) === MAGIC
        ? 'the table breaks off'
        : `this is not a Parquet table but ${whatIs(head, size)}`;
    throw badFile(file, what, undefined, REMEDY);
  }
  const length = end.readUInt32LE(0) + 8;
  if (length > size || length > MAX_FOOTER)
    throw badFile(file, `a footer of ${length} bytes is too long`, size - 8, REMEDY);
  const footer = readEnd(file, length, REMEDY);
  // A number that never ends would be read bit by bit.
  if (/[\x80-\xff]{1024}/.test(footer.toString('latin1')))
    throw badFile(file, 'the footer is damaged', size - length, REMEDY);
  const metadata = guarded(file, () => parquetMetadata(footer, { geoparquet: false }));
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const groups = metadata.row_groups.every((group) => Number(group.num_rows) >= 0);
  if (!groups || rows !== Number(metadata.num_rows))
    throw badFile(file, 'its numbers of rows do not add up', undefined, REMEDY);
  if (rows > MAX_ROWS)
    throw badFile(file, `${rows} rows are more than ${MAX_ROWS}`, undefined, 'cut it into several files');
  return metadata;
}

/** Walks over the pages of the columns. Throws a UserError where one promises more than there can be. */
function checkPages(file: string, metadata: FileMetaData, bytes: Buffer, names: readonly string[]): void {
  const bad = (what: string, offset: number) => badFile(file, what, offset, REMEDY);
  for (const { columns, num_rows } of metadata.row_groups)
    for (const { meta_data, file_path } of columns) {
      const name = meta_data?.path_in_schema[0];
      if (!meta_data || name === undefined || !names.includes(name)) continue;
      if (file_path) throw bad(`the column ${name} lies in another file`, 0);
      const start = Number(meta_data.dictionary_page_offset || meta_data.data_page_offset);
      const end = start + Number(meta_data.total_compressed_size);
      if (!(start >= 4 && end >= start && end <= bytes.length))
        throw bad(`the column ${name} breaks off`, bytes.length);
      let rows = 0;
      for (let offset = start; offset < end && rows < Number(num_rows); ) {
        const part = bytes.subarray(offset, Math.min(end, offset + MAX_HEADER));
        const reader = { view: new DataView(part.buffer, part.byteOffset, part.length), offset: 0 };
        const page = guarded(file, () => parquetHeader(reader));
        const [packed, size] = [page.compressed_page_size, page.uncompressed_page_size];
        const data = page.data_page_header ?? page.data_page_header_v2;
        const values = (data ?? page.dictionary_page_header)?.num_values ?? 0;
        if (!(packed >= 0 && size >= 0 && size <= MAX_PAGE && offset + reader.offset + packed <= end))
          throw bad(`a page of the column ${name} breaks off`, offset);
        if (!(values >= 0 && (data ? rows + values <= Number(num_rows) : values <= 8 * size)))
          throw bad(`a page of the column ${name} promises ${values} values`, offset);
        if (data && !ENCODINGS.includes(data.encoding))
          throw bad(`values in the encoding ${data.encoding} cannot be read`, offset);
        if (data) rows += values;
        offset += reader.offset + packed;
      }
      if (rows < Number(num_rows)) throw bad(`the column ${name} has ${rows} of ${num_rows} rows`, end);
    }
}

/** Unpacks to at most the bytes that a page says it has. */
function unpackers(file: string) {
  const within = (limit: number) => ({ maxOutputLength: Math.max(1, limit) });
  return {
    GZIP: (bytes: Uint8Array, size: number) => gunzipSync(bytes, within(size)),
    BROTLI: (bytes: Uint8Array, size: number) => brotliDecompressSync(bytes, within(size)),
    LZ4_RAW: (bytes: Uint8Array, size: number) => unpackLz4Block(Buffer.from(bytes), size) ?? Buffer.alloc(0),
    ZSTD(bytes: Uint8Array, size: number) {
      if (ZSTD_NEEDS) throw new UserError(`${file}: it is ${ZSTD_NEEDS}; write it with compression="snappy".`);
      return unpackZstd(bytes, size) ?? Buffer.alloc(0);
    },
  };
}

function refuseTimestamps(
  file: string,
  name: string,
  { converted_type, logical_type, type }: { converted_type?: string; logical_type?: { type: string }; type?: string },
): void {
  const kind = logical_type?.type ?? converted_type ?? (type === 'INT96' ? 'TIMESTAMP' : '');
  if (/^(TIMESTAMP|DATE|TIME|DECIMAL|JSON|UUID|BSON|INTERVAL)/.test(kind))
    throw new UserError(
      `${file}: ${name} holds ${kind.toLowerCase()} values, not numbers or text; write them as numbers.`,
    );
}

/** Numbers and truth values as numbers, missing ones as NaN; or text. Throws a UserError. */
function valuesOf(file: string, name: string, cells: unknown[]): Values {
  const text = cells.some((cell) => typeof cell === 'string');
  const wrong = (i: number, what: string) =>
    new UserError(`${file}: row ${i + 1} has ${what} in ${name}; fill it in, or take the row out.`);
  if (text)
    return cells.map((cell, i) => {
      if (typeof cell === 'string') return cell;
      throw wrong(i, 'nothing');
    });
  return Float64Array.from(cells, (cell, i) => {
    const number = cell === null || cell === undefined ? Number.NaN : Number(cell as number | bigint | boolean);
    if (typeof cell === 'object' && cell !== null) throw wrong(i, 'bytes');
    if (typeof cell === 'bigint' && !Number.isSafeInteger(number)) throw wrong(i, 'a whole number beyond 2^53');
    return number;
  });
}

function copyOf(bytes: Buffer, from: number, to: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + Math.min(to, bytes.length)) as ArrayBuffer;
}

function guarded<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asUserError(file, error);
  }
}

/** What the library says is for its developers. */
const asUserError = (file: string, error: unknown): UserError =>
  error instanceof UserError ? error : badFile(file, 'the table is damaged', undefined, REMEDY);
