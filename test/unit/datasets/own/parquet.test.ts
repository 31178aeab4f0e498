/** Parquet as pyarrow writes it (fixtures/parquet/make.py), against the same events as CSV. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openParquet } from '../../../../engine/datasets/formats/parquet.ts';
import { prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { expectUserError, put, specOf, temporaryFolder } from '../helpers.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/parquet', import.meta.url));
const expected = JSON.parse(readFileSync(join(FIXTURES, '../expected.json'), 'utf8')) as {
  names: string[];
  events: [number, number, number][];
};
let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  vi.stubEnv('LIF_DATA', join(folder, 'data'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const COLUMNS = ['trial', 't_ms', 'unit', 'class', 'good'];
const table = (name: string) => openParquet(join(FIXTURES, `${name}.parquet`));

describe('every number and text', () => {
  const packings = ['none', 'snappy', 'gzip', 'brotli', 'lz4', 'pages', 'encodings'];
  test.each('zstdDecompressSync' in zlib ? [...packings, 'zstd'] : packings)('%s.parquet', async (name) => {
    const opened = table(name);
    expect(opened.columns).toEqual([...COLUMNS, 'at']);
    const [trial, time, unit, label, good] = (await opened.read(COLUMNS)).map((column) =>
      Array.from(column as number[]),
    );
    expect(trial).toEqual(expected.events.map(([sample]) => sample));
    expect(time).toEqual(expected.events.map(([, t]) => t));
    expect(unit).toEqual(expected.events.map(([, , channel]) => channel));
    expect(label).toEqual(expected.events.map(([sample]) => expected.names[sample]));
    expect(good).toEqual(expected.events.map(([sample]) => (sample % 2 === 0 ? 1 : 0)));
  });

  test('as a data set it is the same as the table in CSV', async () => {
    const rows = expected.events.map(
      ([sample, time, channel]) => `${sample},${time},${channel},${expected.names[sample]}`,
    );
    const csv = put(folder, 'same.csv', ['sample,time_ms,channel,label', ...rows].join('\n'));
    const prepare = (path: string) =>
      prepareDataset(
        specOf({
          name: 'events',
          path,
          input: { channels: 6 },
          classes: 3,
          steps: 10,
          dt: 2.5,
          split: { by: 'share', test: 0.25 },
        }),
        { file: join(folder, 'a.lif.yaml'), seed: 1 },
      );
    const [fromCsv, fromParquet] = [await prepare(csv), await prepare(join(FIXTURES, 'snappy.parquet'))];
    expect({ ...fromParquet, checksums: 0, body: 0 }).toEqual({ ...fromCsv, checksums: 0, body: 0 });
  });
});

describe('refused in a sentence', () => {
  test.skipIf('zstdDecompressSync' in zlib)('Zstandard without a Node that unpacks it', async () => {
    await expectUserError(() => table('zstd').read(['trial']), 'needs Node 22.15', 'compression="snappy"');
  });

  test('time stamps, texts that are missing, encodings that may grow without end', async () => {
    await expectUserError(() => table('none').read(['at']), 'at holds timestamp values, not numbers');
    await expectUserError(() => table('refused').read(['class']), 'DELTA_BYTE_ARRAY cannot be read');
    const [time] = await table('missing').read(['t_ms']);
    expect(time![0]).toBeNaN();
  });

  test('halves, other files and none', async () => {
    const bytes = readFileSync(join(FIXTURES, 'snappy.parquet'));
    const open = (name: string, content: string | Buffer) => () => openParquet(put(folder, name, content));
    await expectUserError(open('half.parquet', bytes.subarray(0, bytes.length >> 1)), 'the table breaks off');
    await expectUserError(open('text.parquet', 'sample,time\n1,2\n3,4\n'), 'not a Parquet table but a text file');
    await expectUserError(open('empty.parquet', ''), 'an empty file');
    await expectUserError(() => openParquet(join(folder, 'none.parquet')), 'there is no such file');
  });
});
