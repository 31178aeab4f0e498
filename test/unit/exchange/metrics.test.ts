/** Numbers that are none, and stores of others, on their way into tables. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clockOf } from '../../../engine/exchange/metrics/clock.ts';
import { csvParts } from '../../../engine/exchange/metrics/csv.ts';
import { writeMlflow } from '../../../engine/exchange/metrics/mlflow.ts';
import { metricRows } from '../../../engine/exchange/metrics/rows.ts';
import { crc32c } from '../../../engine/exchange/metrics/tensorboard.ts';
import type { RunFile } from '../../../engine/runs/format.ts';
import { addLine, emptyHistory } from '../../../engine/runs/metrics/history.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { temporaryFolder } from '../runs/fixtures.ts';

const summary = {
  id: '20261126-x',
  study: 'S\nname: evil',
  variant: '-1+1',
  seed: 3,
  state: 'failed',
  createdAt: 1000,
  updatedAt: 5000,
} as RunSummary;

function history() {
  const all = emptyHistory();
  addLine(all, { kind: 'train', step: 1, epoch: 0.5, loss: null, accuracy: 0.5 });
  addLine(all, {
    kind: 'epoch',
    step: 2,
    epoch: 1,
    learningRate: 0.1,
    train: { loss: 1, accuracy: null },
    seconds: 2,
    windowShares: [0.25, null],
    gradientNorms: [null, 3],
    leaks: [null, { mean: 0.9, least: 0.8, lowerQuartile: 0.85, median: 0.9, upperQuartile: 0.95, greatest: 1 }],
  });
  return all;
}

test('a number that was none is empty, a layer without one has no row', () => {
  const lines = [...csvParts([{ summary, history: history() }])].join('').split('\n');
  const tails = lines.map((line) => line.replace(/^.*failed,/, ''));
  expect(tails).toContain('point,0.5,1,train,loss,,');
  expect(tails).toContain('epoch,1,2,train,accuracy,,');
  expect(tails).toContain('epoch,1,2,train,gradient_norm,1,');
  expect(tails).toContain('epoch,1,2,train,window_share,1,0.25');
  expect(tails.filter((line) => line.includes('window_share'))).toHaveLength(1);
  expect(tails.filter((line) => line.includes('leak_')).map((line) => line.split(',').slice(-3))).toEqual([
    ['leak_mean', '2', '0.9'],
    ['leak_least', '2', '0.8'],
    ['leak_lower_quartile', '2', '0.85'],
    ['leak_median', '2', '0.9'],
    ['leak_upper_quartile', '2', '0.95'],
    ['leak_greatest', '2', '1'],
  ]);
});

test('numbers are dated by the seconds that were trained, evenly within an epoch', () => {
  const clock = clockOf(history(), 1000);
  expect([0, 0.5, 1, 7].map(clock)).toEqual([1000, 2000, 3000, 3000]);
  expect(clockOf(emptyHistory(), 5)(2)).toBe(5);
});

test('the checksum is that of RFC 3720', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test("a store of others cannot name files of MLflow's, nor add lines to its YAML", () => {
  const folder = temporaryFolder();
  const spec = { '../../evil': 1, neuron: { 'a/b': 2, threshold: 1 }, long: 'x'.repeat(9000) };
  const file = { spec, provenance: {} } as unknown as RunFile;
  const [run] = writeMlflow([{ summary, history: history(), file }], { path: folder, overwrite: false });
  expect(readdirSync(join(run!, 'params')).sort()).toEqual(['long', 'neuron.threshold']);
  expect(readFileSync(join(run!, 'params', 'long'), 'utf8')).toHaveLength(6000);
  const [experiment] = readdirSync(folder);
  expect(readFileSync(join(folder, experiment!, 'meta.yaml'), 'utf8')).toContain('\nname: "S\\nname: evil"\n');
  expect(readFileSync(join(run!, 'metrics', 'train_loss'), 'utf8')).toBe('2000 nan 1\n');
  expect(readFileSync(join(run!, 'meta.yaml'), 'utf8')).toMatch(/\nstatus: 4\n/);
  expect([...metricRows(history())]).toHaveLength(2 + 2 + 2 + 1 + 2 + 6);
});
