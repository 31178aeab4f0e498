/** MNIST files of noise: few pixels that are not black, and labels that nothing in the pictures tells. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stream } from '../../../engine/base/random.ts';

export function randomPictures(folder: string, samples: number): void {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [
    ['train', samples],
    ['t10k', 50],
  ] as const) {
    const rng = stream(1, part, 0);
    const pixels = Uint8Array.from({ length: count * 784 }, () => (rng.uniform() < 0.1 ? 256 * rng.uniform() : 0));
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), Buffer.concat([header(0x803, count, 28, 28), pixels]));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), Buffer.concat([header(0x801, count), labels]));
  }
}

function header(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((n, i) => void bytes.writeUInt32BE(n, 4 * i));
  return bytes;
}
