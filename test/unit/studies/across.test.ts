import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import { type KeyedRun, runKey } from '../../../engine/runs/key.ts';
import { Across } from '../../../engine/studies/across.ts';
import { studyOf } from '../../../engine/studies/load.ts';
import type { RunSummary } from '../../../protocol/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'across-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TWO = 'variants: { baseline: {}, with recurrence: { neuron: { recurrent: true } } }';
const runs: KeyedRun[] = [];

/** A study on the disk, with a finished run of each variant. */
function study(name: string, dataset: string, variants: string, createdAt: number): string {
  const file = join(folder, `${name}.lif.yaml`);
  const text = `name: ${name}\ndataset: { name: ${dataset} }\nnetwork: { hidden: [4] }\n${variants}\nseeds: [1]\n`;
  writeFileSync(file, text);
  for (const spec of expandExperiment(studyOf(file, text).experiment, file)) {
    const result = { accuracy: 0.5, loss: 1, epoch: 1, chosenBy: 'last epoch' };
    const { variant, seed } = spec;
    const summary = {
      id: `${name}-${variant}`,
      study: name,
      variant,
      seed,
      file,
      state: 'finished',
      createdAt,
      result,
    };
    runs.push({
      summary: { folder: join(folder, '.lif/runs/r'), damage: [], ...summary } as unknown as RunSummary,
      key: runKey(spec),
    });
  }
  return file;
}

const own = study('own', 'randman', TWO, 1);
const older = study('older', 'delayed-xor', TWO, 2);
const newer = study('newer', 'delayed-xor', TWO, 3);
const again = study('again', 'randman', TWO, 4);
const other = study('other', 'nmnist-simulated', 'variants: { baseline: {}, wide: { network: { hidden: [8] } } }', 5);
const across = new Across();
const files = (others: string[] | null, texts: { file: string; text: string }[] = []): string[] =>
  across.table({ file: own, others, texts }, runs).table.columns.map(({ file }) => file);

test('of itself the table takes the newest study of every other data set with two variants of these names', () => {
  expect(files(null)).toEqual([own, newer]);
});

test('what was chosen comes in the order of the paper, whatever its data set, and each file once', () => {
  expect(files([other, again, older, own, older])).toEqual([own, older, other, again]);
});

test('what cannot be read is told beside the table; the file itself is refused', () => {
  const broken = join(folder, 'broken.lif.yaml');
  writeFileSync(broken, 'dataset: { name: nothing }\n');
  const gone = join(folder, 'gone.lif.yaml');
  const { table, unread } = across.table({ file: own, others: [gone, newer, broken], texts: [] }, runs);
  expect(table.columns.map(({ file }) => file)).toEqual([own, newer]);
  expect(unread.map(({ file }) => file)).toEqual([gone, broken]);
  expect(unread.map(({ message }) => message).join(' ')).toMatch(/cannot be read: .*broken\.lif\.yaml, line 1: /s);
  expect(() => across.table({ file: broken, others: [], texts: [] }, runs)).toThrow(UserError);
});

test('the text in the editor counts, and while that is no study the saved file', () => {
  const seeds = (text: string): number[] =>
    across.table({ file: own, others: [newer], texts: [{ file: newer, text }] }, runs).table.columns[1]!.seeds;
  const text = `name: a\ndataset: { name: delayed-xor }\nnetwork: { hidden: [4] }\n${TWO}\nseeds: [1, 2, 3]\n`;
  expect(seeds(text)).toEqual([1, 2, 3]);
  expect(seeds(`${text}variants:`)).toEqual([1]);
});
