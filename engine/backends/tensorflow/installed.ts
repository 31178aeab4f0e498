/** Which native TensorFlow is installed on this machine, and where: the folder `tensorflow` of the data folder. */
import { readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { readSmall } from '../../base/files.ts';
import { dataFolder } from '../../datasets/library/locations.ts';

const MANIFEST = 'lif-lab.json';

const installedSchema = z.object({
  /** Which package computes, and its version. */
  package: z.enum(['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu']),
  version: z.string().max(40),
  /** Version of the library behind it. */
  tensorflow: z.string().max(40),
  /** Where that library came from, for people. */
  from: z.string().max(4096),
});
export type Installed = z.output<typeof installedSchema>;

/**
 * What LIF_TENSORFLOW says; in VS Code the setting `LIF Lab.tensorFlow` sets it. native, javascript, or the absolute path of an
 * installation, for instance one that many machines share; nothing: native where it is installed.
 */
export const saidOfTensorFlow = (): string => process.env.LIF_TENSORFLOW ?? '';

export function tensorFlowFolder(): string {
  const said = saidOfTensorFlow();
  return isAbsolute(said) ? said : join(dataFolder(), 'tensorflow');
}

export const manifestOf = (folder: string): string => join(folder, MANIFEST);

/** What an installation that went well has left. */
export function installedTensorFlow(folder = tensorFlowFolder()): Installed | undefined {
  const content = readSmall(manifestOf(folder), 16_384);
  if (!('text' in content)) return undefined;
  try {
    return installedSchema.parse(JSON.parse(content.text));
  } catch {
    return undefined;
  }
}

/** Folders of installations in a data folder that have not come to their end, or never will. */
export function leftoversIn(data: string): string[] {
  try {
    const names = readdirSync(data).filter((name) => /^tensorflow\.new-[0-9a-f-]{36}(\.old)?$/.test(name));
    return names.map((name) => join(data, name));
  } catch {
    return [];
  }
}

/** "tfjs-node 4.22.0 with TensorFlow 2.21.0" */
export const nameOf = (installed: Installed): string =>
  `${installed.package.replace('@tensorflow/', '')} ${installed.version} with TensorFlow ${installed.tensorflow}`;
