/** Trained networks to export, and Python where there is one. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { builtFile } from '../../../engine/base/paths.ts';
import { Lab } from '../fake/lab.ts';

export const PYTHON = process.env.LIF_PYTHON ?? 'python3';

/** Whether there are these packages. */
export function pythonHas(...packages: string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${packages.join(', ')}`]).status === 0;
}

/** A lab whose `study.lif.yaml` has trained variants of delayed XOR, given as they stand in the file. */
export async function trainedLab(
  variants: Record<string, string>,
  { name = 'S', readout, epochs }: { name?: string; readout: string; epochs: number },
): Promise<Lab> {
  const lab = await new Lab().open(builtFile('lif.mjs'));
  const lines = Object.entries(variants).map(([variant, changes]) => `  ${variant}: ${changes}`);
  lab.file(
    'study.lif.yaml',
    `name: ${name}\ndataset: { name: delayed-xor, steps: 40, trainSamples: 64, testSamples: 60 }
network: { hidden: [8], readout: { ${readout} } }
neuron: { threshold: 0.2, leak: { learnable: true, init: { low: 2, high: 5 } } }
training: { epochs: ${epochs}, batchSize: 16, learningRate: 0.01 }
variants:\n${lines.join('\n')}\n`,
  );
  expect(await lab.lif('run', 'study.lif.yaml', '--threads', '1')).toMatchObject({ code: 0 });
  return lab;
}
