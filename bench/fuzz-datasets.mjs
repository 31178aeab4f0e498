/**
 * Mutated files for every reader: `node bench/fuzz-datasets.mjs [--count 10000] [--format NAME] [--seed 1]`.
 * Every file must load or be refused with one sentence, within two seconds (half a minute where the HDF5 library has to be ended), without memory growing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadEngine } from './load-engine.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    format: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const { fuzzTargets, mutate, tryFile, stream } = await loadEngine(
  'test/unit/datasets/fuzz.ts',
  'test/unit/datasets/mutate.ts',
  'engine/base/random.ts',
);
const targets = fuzzTargets(readFileSync).filter((t) => !values.format || t.name === values.format);
let failures = 0;
for (const target of targets) {
  if ((await tryFile(target, target.good)) !== 'loaded') throw new Error(`${target.name}: the good file does not load`);
  const before = process.memoryUsage().rss;
  const outcomes = { loaded: 0, refused: 0 };
  let slowest = 0;
  const started = performance.now();
  for (let i = 0; i < Number(values.count); i++) {
    const bytes = mutate(target.good, stream(Number(values.seed), `fuzz/${target.name}`, i));
    const from = performance.now();
    try {
      outcomes[await tryFile(target, bytes)]++;
    } catch (error) {
      const kept = `fuzz-${target.name.replace(/\W/g, '-')}-${i}.bin`;
      writeFileSync(kept, bytes);
      if (failures++ < 20) console.log(`${target.name}, file ${i} (kept as ${kept}): ${error.stack ?? error}`);
    }
    const took = performance.now() - from;
    slowest = Math.max(slowest, took);
    if (took > (target.slowMs ?? 2000)) {
      failures++;
      console.log(`${target.name}, file ${i}: took ${(took / 1000).toFixed(1)} s`);
    }
  }
  target.end?.();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  console.log(
    `${target.name.padEnd(12)} ${values.count} files: ${outcomes.loaded} loaded, ${outcomes.refused} refused, slowest ${slowest.toFixed(0)} ms, memory ${grown >= 0 ? '+' : ''}${grown} MiB, ${seconds} s`,
  );
}
console.log(failures === 0 ? 'No failures.' : `${failures} failures.`);
process.exitCode = failures === 0 ? 0 : 1;
