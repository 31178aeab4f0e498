/** Run, Stop and Analyses pressed in a real VS Code, while a real cluster of this machine trains. Leaves pictures. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshPackage } from '../../scripts/editor/fresh-package.mjs';
import { until } from '../editor/harness/environment.ts';
import { keepEvidence } from '../editor/harness/evidence.ts';
import { launchWorkbench, type Workbench } from '../editor/harness/workbench.ts';
import { Cluster, missing } from './cluster.ts';

const FILE = 'memory.lif.yaml';
const STUDY = `name: Memory
executor: slurm
dataset: { name: delayed-xor, steps: 20, pulse: 5, trainSamples: 5000 }
network: { hidden: [16] }
training: { epochs: 300 }
variants:
  baseline: {}
  without reset: { neuron: { reset: none } }
seeds: [1, 2]
slurm: { partition: low, time: 30, memory: 500 }
`;

const cluster = new Cluster(['n1', 'n2']);
let lab: Workbench;
beforeAll(async () => {
  if (missing().length > 0)
    throw new Error(`This test needs ${missing().join(', ')}: apt-get install slurm-wlm munge.`);
  freshPackage();
  await cluster.open();
  const env = { SLURM_CONF: cluster.env.SLURM_CONF, PATH: cluster.env.PATH, TMPDIR: cluster.folder };
  lab = await launchWorkbench({ files: { [FILE]: STUDY }, viewport: { width: 1500, height: 900 }, env });
}, 300_000);
afterAll(async () => {
  await lab?.close();
  await cluster.close();
});
keepEvidence(() => lab);

const folders = () => readdirSync(join(lab.folder, '.lif/runs')).filter((name) => !name.startsWith('.'));
const states = () =>
  folders().map((run) => JSON.parse(readFileSync(join(lab.folder, '.lif/runs', run, 'status.json'), 'utf8')).state);
const all = (state: string) => async () => (states().every((one) => one === state) ? true : undefined);

test('runs that wait say for what; Stop takes them out of the queue; Run trains them, Analyses asks there', async () => {
  // Somebody else has the cluster.
  for (const node of cluster.nodes)
    cluster.ask('sbatch', '-p', 'high', '-w', node, '--exclusive', '-o', '/dev/null', '--wrap', 'sleep 600');
  await lab.openFile(FILE);
  await lab.codeLens('Run all', { above: 'name:' }).click();
  await lab.codeLens('2 queued', { above: 'baseline' }).find(60_000);
  await lab.openContainer('LIF Lab');
  await lab.page.waitForTimeout(2000);
  await lab.screenshot('slurm-1-queued');
  await lab.treeRow('baseline').click();
  await lab.page.keyboard.press('ArrowRight');
  const row = lab.treeRow(/pending in Slurm: Resources/);
  await row.waitFor({ timeout: 60_000 });
  await row.hover();
  await lab.page.waitForTimeout(1500);
  await lab.screenshot('slurm-2-pending');

  cluster.ask('scancel', '-p', 'high');
  await until('all four train', 120_000, all('running'));
  await lab.codeLens(/\d+ %/, { above: 'baseline' }).find(60_000);
  await lab.page.waitForTimeout(3000);
  await lab.screenshot('slurm-3-running');
  // While runs train the lenses are drawn anew again and again, so these are said and not clicked.
  await lab.runCommand('LIF Lab: Stop All Runs');
  await until('all are stopped', 60_000, all('stopped'));
  await lab.treeRow(/stopped/).waitFor({ timeout: 60_000 });
  await lab.screenshot('slurm-4-stopped');
  await lab.runCommand('LIF Lab: Run Whole Study');
  await until('all are finished', 240_000, all('finished'));
  const result = lab.codeLens(/\d+\.\d+\s%/, { above: 'baseline' });
  await result.find(60_000);
  await lab.notification(/CPU-seconds that they were given/).waitFor({ timeout: 60_000 });
  await lab.screenshot('slurm-5-finished');

  await lab.runCommand('LIF Lab: Show Analyses');
  const view = await lab.webview('.page.analyses', 60_000);
  await lab.page.waitForTimeout(1000);
  await lab.screenshot('slurm-6-analyses');
  await view.getByRole('button', { name: /^Ask/ }).first().click();
  const answers = () =>
    folders().flatMap((run) => {
      const folder = join(lab.folder, '.lif/runs', run, 'analyses');
      try {
        return readdirSync(folder)
          .filter((n) => n.endsWith('.json'))
          .map((n) => JSON.parse(readFileSync(join(folder, n), 'utf8')));
      } catch {
        return [];
      }
    });
  await until(
    'four answers',
    120_000,
    async () => answers().filter(({ state }) => state === 'finished').length === 4 || undefined,
  );
  expect(answers().every(({ cluster }) => cluster.task)).toBe(true);
  await lab.page.waitForTimeout(3000);
  await lab.screenshot('slurm-7-answered');
});
