/** A run as a PyTorch script with its weights and its test set beside it. */
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { engineVersion } from '../../base/version.ts';
import { encodeSafetensors } from '../../runs/safetensors.ts';
import type { OpenRun, TestScores } from '../network.ts';
import { npzParts } from '../npz.ts';
import { type Output, refuseExisting, writeParts } from '../output.ts';
import { testArrays } from './data.ts';
import { scriptOf } from './script.ts';
import { stateDict } from './weights.ts';

/** The files of an export: `model.py`, `model.safetensors`, `model.test.npz`. Throws a UserError where one must stay. */
export function pytorchFiles(output: Output): { script: string; weights: string; data: string } {
  if (!output.path.endsWith('.py')) throw new UserError('A PyTorch script has a name that ends in .py: -o model.py.');
  const stem = basename(output.path, '.py');
  const beside = (ending: string) => join(dirname(output.path), `${stem}${ending}`);
  const files = { script: output.path, weights: beside('.safetensors'), data: beside('.test.npz') };
  refuseExisting(Object.values(files), output);
  return files;
}

/** Throws a UserError. @returns the files, the script first */
export function writePytorch(run: OpenRun, scores: TestScores, output: Output): string[] {
  const files = pytorchFiles(output);
  const { summary, plan, parameters, epoch } = run;
  const percent = `${(100 * scores.meanAccuracy).toFixed(2)} % on ${scores.samples} test samples`;
  const script = scriptOf(plan, {
    about: [
      `${summary.study}: ${summary.variant}, seed ${summary.seed}, as LIF Lab ${engineVersion()} trained it.`,
      `Run ${summary.id}, the network after ${epoch}: ${percent}.`,
      'Needs PyTorch and NumPy. As a program it computes the test accuracy anew and compares every score with those of LIF Lab;',
      'load() gives the network with its weights to other programs.',
    ],
    weights: basename(files.weights),
    data: basename(files.data),
  });
  writeParts(files.data, npzParts(testArrays(run, scores)));
  const metadata = { format: 'pt' };
  writeParts(files.weights, [encodeSafetensors({ tensors: stateDict(plan, parameters), metadata })]);
  writeParts(files.script, [script]);
  return [files.script, files.weights, files.data];
}
