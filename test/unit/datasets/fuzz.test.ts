import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stream } from '../../../engine/base/random.ts';
import { fuzzTargets, tryFile } from './fuzz.ts';
import { mutate } from './mutate.ts';

/** A few hundred files of each format; `node bench/fuzz-datasets.mjs` tries ten thousand. */
const COUNT = 300;

describe('mutated files load or are refused with one sentence', () => {
  for (const target of fuzzTargets(readFileSync))
    test(target.name, async () => {
      expect(await tryFile(target, target.good), 'the good file').toBe('loaded');
      let refused = 0;
      for (let i = 0; i < COUNT; i++) {
        const bytes = mutate(target.good, stream(7, `fuzz/${target.name}`, i));
        try {
          if ((await tryFile(target, bytes)) === 'refused') refused++;
        } catch (error) {
          throw new Error(`file ${i} neither loads nor is refused: ${error}`);
        }
      }
      target.end?.();
      // A cache that does not fit is no error but made again.
      if (target.name !== 'event cache') expect(refused, 'files refused').toBeGreaterThan(COUNT / 20);
    });
});
