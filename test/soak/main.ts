/** `npm run soak`: many kills, a line for each variant; the exit code tells whether all bits were the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faults, SOAK_VARIANTS, soak } from './soak.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  console.error('--kills and --seed must be whole numbers, for instance: npm run soak -- --kills 50 --seed 1');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'lif-soak-'));
const each = Math.ceil(kills / SOAK_VARIANTS.length);
const results = await soak({ kills: each, seed, epochs: 24, folder, report: console.log });
const total = results.reduce((sum, result) => sum + result.kills, 0);
const runs = results.reduce((sum, result) => sum + result.runs, 0);
const wrong = results.filter((result) => faults(result).length > 0);
console.log(`${total} kills, ${runs} runs, ${wrong.length} variants with differences (seed ${seed}).`);
if (wrong.length === 0) rmSync(folder, { recursive: true });
else console.log(`The stores are kept in ${folder}.`);
process.exit(wrong.length === 0 ? 0 : 1);
