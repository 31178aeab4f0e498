/** What besides the spec decides, or helps to find again, the bits of a run. */
import { dirname } from 'node:path';
import { BACKENDS } from '../backends/registry.ts';
import { sha256 } from '../base/hash.ts';
import { engineVersion } from '../base/version.ts';
import type { BackendId } from '../experiment/schema.ts';
import type { Provenance } from '../runs/format.ts';
import { gitState } from './git.ts';

/**
 * Provenance of runs of an experiment file with this text, by who computes them. The data set's part is known when it has
 * been opened.
 */
export async function provenanceOf(file: string, text: string): Promise<Record<BackendId, Partial<Provenance>>> {
  const common = {
    engineVersion: engineVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    fileHash: sha256(text),
    ...(await gitState(dirname(file))),
  };
  const each = Object.values(BACKENDS).map(({ id, provenance }) => [id, { ...common, ...provenance() }] as const);
  return Object.fromEntries(each) as Record<BackendId, Partial<Provenance>>;
}
