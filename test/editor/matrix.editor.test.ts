// The matrix as an editor of the file, in a real VS Code: what is done in a cell is an edit of the text beside it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './harness/environment.ts';
import { keepEvidence } from './harness/evidence.ts';
import { launchWorkbench, type Workbench } from './harness/workbench.ts';

const FILE = 'two.lif.yaml';
const STUDY = `name: Two variants # mine
dataset: { name: delayed-xor, steps: 24 }
network: { hidden: [16], readout: { kind: leaky-integrator, window: 9 } }
variants:
  baseline: {} # nothing
  without reset: { neuron: { reset: none } }
seeds: [1, 2]
`;

describe('the matrix of a file', () => {
  let lab: Workbench;
  beforeAll(async () => {
    lab = await launchWorkbench({ files: { [FILE]: STUDY }, viewport: { width: 1500, height: 900 } });
  });
  afterAll(() => lab?.close());
  keepEvidence(() => lab);

  const saved = (): string => readFileSync(path.join(lab.folder, FILE), 'utf8');
  const save = (): Promise<void> => lab.page.keyboard.press('Control+S');

  test('a switch that is turned is a line of the text, saved and undone by VS Code', async () => {
    await lab.openFile(FILE);
    await lab.codeLens('Run all', { above: 'name:' }).find();
    await lab.runCommand('LIF Lab: Open Matrix');
    const view = await lab.webview('.matrix-page', 60_000);
    const recurrent = view.locator('tbody tr', { hasText: 'baseline' }).locator('td', { hasText: 'off' });
    await recurrent.click({ timeout: 30_000 });
    await lab.page.keyboard.press('Space');
    await view.locator('tbody tr', { hasText: 'baseline' }).locator('td', { hasText: 'on' }).last().waitFor();
    await lab.screenshot('matrix-1-changed');
    await save();
    const changed = STUDY.replace('baseline: {}', 'baseline: { neuron: { recurrent: true } }');
    await until('the changed text on the disk', 20_000, async () => (saved() === changed ? true : undefined));
    await lab.page.keyboard.press('Control+Z');
    await recurrent.waitFor({ timeout: 20_000 });
    await save();
    await until('the text as it was', 20_000, async () => (saved() === STUDY ? true : undefined));
    expect(saved()).toBe(STUDY);
  });
});
