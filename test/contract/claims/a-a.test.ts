/** The example in which nothing makes a difference, trained: the comparison has to say so, in every form that it has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtFile } from '../../../engine/base/paths.ts';
import type { Comparison } from '../../../protocol/runs.ts';
import { Lab } from '../fake/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open(builtFile('lif.mjs'));
  // Smaller than the example, for a test: in the file, since a run is of the settings of its file.
  const text = readFileSync(join(import.meta.dirname, '../../../examples/a-a.lif.yaml'), 'utf8')
    .replace('trainSamples: 4000, testSamples: 1000', 'trainSamples: 1500, testSamples: 400')
    .replace('epochs: 6', 'epochs: 2');
  expect(text).toMatch(/trainSamples: 1500.*epochs: 2/s);
  lab.file('a-a.lif.yaml', text);
  expect(await lab.lif('run', 'a-a.lif.yaml', '--threads', '1')).toMatchObject({ code: 0 });
});
afterAll(() => lab?.close());

const NUISANCE = 'undecided: 3 seeds cannot decide at 5 %; 6 could';

test('the same settings are identical, a nuisance is undecided', async () => {
  const { code, stdout } = await lab.lif('compare', 'a-a.lif.yaml', '--test', '--json');
  expect(code).toBe(0);
  const { rows } = JSON.parse(stdout) as Comparison;
  expect(rows.map(({ verdict }) => verdict!.sentence)).toEqual(['baseline', 'identical settings', NUISANCE]);
  const [first, twin, nuisance] = rows.map(({ results }) => results.map(({ result }) => result!.loss));
  expect(twin, 'identical to the last bit').toEqual(first);
  expect(nuisance, 'the nuisance does change the runs').not.toEqual(first);
  expect(rows.map(({ testInterval }) => testInterval!.samples)).toEqual([400, 400, 400]);
});

test('the text, CSV, Markdown and LaTeX say the same', async () => {
  const text = (await lab.lif('compare', 'a-a.lif.yaml')).stdout;
  expect(text).toContain(`Against baseline:\n  the same again: identical settings\n  batches of 511: ${NUISANCE}\n`);
  for (const format of ['csv', 'markdown', 'latex']) {
    const { code, stdout } = await lab.lif('compare', 'a-a.lif.yaml', '--format', format);
    expect(code).toBe(0);
    expect(stdout).toContain('identical settings');
    expect(stdout.replaceAll('\\%', '%')).toContain(NUISANCE);
    expect(stdout, 'nothing is bold').not.toMatch(/\*\*|textbf/);
  }
  expect(await lab.lif('compare', 'a-a.lif.yaml', '--format', 'pdf')).toMatchObject({
    code: 2,
    stderr: '--format must be csv, markdown, latex, not "pdf".\n',
  });
});
