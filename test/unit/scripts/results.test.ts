/** The tables of docs/results.md from what the store has. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { STUDIES } from '../../../scripts/results/studies.mjs';
import {
  curveTable,
  networksIn,
  origin,
  replaceBetween,
  spread,
  tableUnder,
  variantTable,
} from '../../../scripts/results/tables.mjs';

const run = (seed: number, accuracy: number, last = accuracy) => ({
  seed,
  result: { accuracy, epoch: 3, spikeRates: [0.25, 0.1] },
  last: { test: { accuracy: last } },
});

test('mean and sample deviation, one value, none', () => {
  expect(spread([0.5, 0.7])).toBe('60.00 ± 14.14');
  expect(spread([0.5])).toBe('50.00');
  expect(spread([])).toBe('–');
});

test('a row for each variant; what is missing is a dash and counts nowhere', () => {
  const comparison = {
    seeds: [1, 2, 3],
    rows: [
      { variant: 'a', results: [run(1, 0.5, 0.25), run(3, 0.7, 0.25)] },
      { variant: 'b', results: [{ seed: 2 }] },
    ],
  };
  expect(variantTable(comparison, { a: 77.5 }).split('\n')).toEqual([
    '| variant | seed 1 | seed 2 | seed 3 | mean ± sd | at epoch | last epoch | spikes per neuron and step | paper |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    '| a | 50.00 | – | 70.00 | 60.00 ± 14.14 | 3, 3 | 25.00 ± 0.00 | 0.25 / 0.10 | 77.50 |',
    '| b | – | – | – | – | – | – | – | – |',
  ]);
});

test('a curve has a column for each length, in ascending order', () => {
  const rows = [
    { variant: 'a, 100 steps', results: [run(1, 0.5)] },
    { variant: 'a, 50 steps', results: [run(1, 0.9), run(2, 0.7)] },
  ];
  expect(curveTable({ seeds: [1, 2], rows }).split('\n')).toEqual([
    '| variant | 50 steps | 100 steps |',
    '| --- | --- | --- |',
    '| a | 80.00 ± 14.14 | 50.00 (1 seed) |',
  ]);
});

test('a table says where it comes from', () => {
  const spec = { dataset: { testSamples: 10_000 }, training: { epochs: 30 } };
  const createdAt = Date.UTC(2026, 10, 26, 5);
  const runs = [
    { createdAt, spec, provenance: { gitCommit: '0123456789abcdef', gitDirty: true } },
    { createdAt, spec, provenance: {} },
  ];
  expect(origin({ file: 'x.lif.yaml', seeds: [1, 2], rows: [{ variant: 'a', results: [] }] }, runs)).toBe(
    'Measured with `lif run x.lif.yaml`: commit 0123456 with changes, not known; 2026-11-26; 30 epochs; seeds 1, 2; n = 10,000 test samples; 2 of 2 runs.',
  );
});

test('of a report the first table below a heading is taken, and none of another heading', () => {
  const report = '# A\n#### B\ntext\n| x |\n| --- |\n| 1 |\n\n| y |\n#### C\ntext\n## D\n| z |';
  expect(tableUnder(report, 'B')).toBe('| x |\n| --- |\n| 1 |');
  expect(tableUnder(report, 'C')).toBeUndefined();
  expect(tableUnder(report, 'E')).toBeUndefined();
  expect(tableUnder(report, 'D')).toBe('| z |');
});

test('the document has a place for every study, and the rest of it stays', () => {
  const text = readFileSync(fileURLToPath(new URL('../../../docs/results.md', import.meta.url)), 'utf8');
  const ids = STUDIES.flatMap(({ id, asked = {} }) => [id, ...Object.keys(asked).map((name) => `${id}: ${name}`)]);
  for (const id of ids) {
    const marks = `<!-- results: ${id} -->\nnew\n<!-- end: ${id} -->`;
    const changed = replaceBetween(text, id, 'new', { smaller: true })!;
    expect(changed).toContain(marks);
    const [before, after] = changed.split(marks);
    expect(text.startsWith(before!) && text.endsWith(after!)).toBe(true);
  }
  expect(() => replaceBetween(text, 'nothing', '')).toThrow(/has no marks/);
});

test('a table of fewer networks does not replace one of more, unless it is allowed to', () => {
  const runs = (n: number) =>
    `Measured with \`lif run x\`: n = 10 test samples; ${n} of 40 runs.\n\n| variant |\n| --- |\n| a |`;
  const asked = (n: number) => `| variant | seeds |\n| --- | ---: |\n| a | ${n} |\n| the paper | – |`;
  for (const table of [runs, asked]) {
    const text = `<!-- results: x -->\n${table(8)}\n<!-- end: x -->`;
    expect(networksIn(text)).toBe(8);
    expect(replaceBetween(text, 'x', table(3))).toBeUndefined();
    expect(replaceBetween(text, 'x', table(3), { smaller: true })).toContain(table(3));
    expect(replaceBetween(text, 'x', table(9))).toContain(table(9));
  }
  expect(replaceBetween('<!-- results: x -->\n<!-- end: x -->', 'x', runs(1))).toContain(runs(1));
});
