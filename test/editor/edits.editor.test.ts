// What becomes of results when their file is edited.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY, until } from './harness/environment.ts';
import { keepEvidence } from './harness/evidence.ts';
import { launchWorkbench, type Workbench } from './harness/workbench.ts';

const FILE = 'delay.lif.yaml';
const STUDY = `name: A short delay
dataset: { name: delayed-xor, steps: 24, trainSamples: 1000, testSamples: 200 }
network: { hidden: [8], readout: { kind: leaky-integrator, window: 9, leak: 0.9 } }
neuron: { leak: 0.9 }
training: { epochs: 2, batchSize: 64 }
variants:
  baseline: {}
  complete leakage: { neuron: { leak: 0 } }
`;
/** Cores are shared out in the temporary folder: what else trains on this machine must not keep these runs waiting. */
const env = { TMPDIR: mkdtempSync(path.join(tmpdir(), 'lif-')) };
const runsOf = (lab: Workbench): string[] =>
  readdirSync(path.join(lab.folder, '.lif/runs')).filter((name) => !name.startsWith('.'));

describe('an edit of a study with results', () => {
  let lab: Workbench;
  beforeAll(async () => {
    lab = await launchWorkbench({ files: { [FILE]: STUDY }, viewport: { width: 1500, height: 900 }, env });
    execFileSync(process.execPath, [path.join(REPOSITORY, 'dist/lif.mjs'), 'run', FILE], {
      cwd: lab.folder,
      env: { ...process.env, ...env },
    });
  });
  afterAll(() => lab?.close());
  keepEvidence(() => lab);

  test('the last result stays above the variant and in the tree, as one with earlier settings', async () => {
    await lab.openFile(FILE);
    const result = await lab.codeLens(/\d\d\.\d\s%/, { above: 'complete leakage' }).text();
    await lab.goToLine(5);
    await lab.page.keyboard.press('End');
    for (let i = 0; i < 2; i++) await lab.page.keyboard.press('ArrowLeft');
    await lab.page.keyboard.type(', learningRate: 2e-3');
    const lens = lab.codeLens(/\d\d\.\d\s% · 1 seed · earlier settings/, { above: 'complete leakage' });
    const number = /\d\d\.\d\s%/;
    expect(number.exec(await lens.text())![0]).toBe(number.exec(result)![0]);
    await lab.openContainer('LIF Lab');
    await lab.treeRow(/complete leakage.*earlier settings/).waitFor();
    await lab.codeLens('Compare', { above: 'name:' }).click();
    const view = await lab.webview('.page.compare', 60_000);
    await view.locator('tr', { hasText: 'earlier settings' }).first().getByText('training.learningRate').waitFor();
    await lab.screenshot('edits-1-earlier');
    await lab.openFile(FILE);
    await lab.page.keyboard.press('Control+S');
  });

  test('Run all trains what is missing and no more; asked again it asks', async () => {
    await lab.openFile(FILE);
    await lab.codeLens('Run all', { above: 'name:' }).click();
    await until('two more runs', 60_000, async () => runsOf(lab).length === 4 || undefined);
    await lab.codeLens(/\d\d\.\d\s% · 1 seed(?! · earlier)/, { above: 'complete leakage' }).find(60_000);
    await until(
      'the end of both',
      60_000,
      async () =>
        runsOf(lab).every((run) =>
          readFileSync(path.join(lab.folder, '.lif/runs', run, 'status.json'), 'utf8').includes('"finished"'),
        ) || undefined,
    );
    await lab.codeLens('Run all', { above: 'name:' }).click();
    await until(
      'a question',
      30_000,
      async () => (await lab.dialog().isVisible()) || (await lab.notification(/again/i).isVisible()) || undefined,
    );
    await lab.screenshot('edits-2-again');
    await lab.page.keyboard.press('Escape');
    await lab.page.waitForTimeout(1500);
    expect(runsOf(lab), 'nothing began without an answer').toHaveLength(4);
    const offered = (await lab.commandsMatching('LIF Lab: Run')).filter((title) => /^LIF Lab: Run/.test(title));
    expect(offered[0]).toBe('LIF Lab: Run Variant');
  });

  test('a variant that is renamed keeps its result, above it and in the tree', async () => {
    await lab.openFile(FILE);
    await lab.goToLine(8);
    await lab.page.keyboard.press('End');
    await lab.page.keyboard.press('Home');
    await lab.page.keyboard.press('F2');
    const box = lab.page.locator('.rename-box input, .rename-input').first();
    await box.fill('nothing stays');
    await lab.page.keyboard.press('Enter');
    await lab.codeLens(/\d\d\.\d\s% · 1 seed(?! · earlier)/, { above: 'nothing stays' }).find(60_000);
    await lab.openContainer('LIF Lab');
    await lab.treeRow(/nothing stays.*\d\d\.\d\s%/).waitFor();
    await lab.screenshot('edits-3-renamed');
  });
});
