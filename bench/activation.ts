/**
 * What the extension costs an editor that opens a folder with a study: the milliseconds that VS Code itself lists for loading its
 * code and for activate(), under "Developer: Show Running Extensions". Each turn is the window opened anew.
 */
import { freshPackage } from '../scripts/editor/fresh-package.mjs';
import { launchWorkbench } from '../test/editor/harness/workbench.ts';

const TURNS = 7;
const STUDY = `name: Two variants
dataset: { name: delayed-xor, steps: 24 }
network: { hidden: [16], readout: { kind: leaky-integrator, window: 9 } }
variants: { baseline: {}, without reset: { neuron: { reset: none } } }
`;

freshPackage();
const lab = await launchWorkbench({ files: { 'two.lif.yaml': STUDY } });
try {
  const turns: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    if (turn > 0) await lab.page.reload();
    await lab.page.locator('.monaco-workbench').waitFor();
    // The panes are there once the extension is.
    await lab.page.locator('[id="workbench.view.extension.lifLab"], [aria-label^="LIF Lab"]').first().waitFor();
    await lab.page.waitForTimeout(5000);
    await lab.runCommand('Developer: Show Running Extensions');
    const row = lab.page.locator('.runtime-extensions-editor .extension', { hasText: 'LIF Lab' });
    const time = row.locator('.activation-time', { hasText: /\d+\s*ms/ });
    const text = await time.innerText({ timeout: 60_000 });
    const ms = Number(/(\d+)\s*ms/.exec(text)![1]);
    turns.push(ms);
    console.log(`turn ${turn + 1}: ${text.replace(/\s+/g, ' ')}`);
  }
  const sorted = turns.toSorted((a, b) => a - b);
  console.log(`median ${sorted[TURNS >> 1]} ms, ${sorted[0]} to ${sorted.at(-1)} ms; loading and activate() together`);
} finally {
  await lab.close();
}
