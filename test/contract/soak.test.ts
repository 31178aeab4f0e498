/** A handful of the kills that `npm run soak` does by the dozen: the built engine, killed at random moments. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { soak } from '../soak/soak.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lif-soak-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  { variant: 'with recurrence, dropout, AdamW, clipped', kills: 3 },
  { variant: 'gru', kills: 2 },
])('$variant: killed $kills times and resumed, not a bit differs', async ({ variant, kills }) => {
  const [result] = await soak({ variants: [variant], kills, seed: 2, epochs: 24, folder });
  expect(result).toMatchObject({ variant, kills, differences: [] });
  expect(result!.runs, 'runs that were killed and finished').toBeGreaterThan(0);
  expect(result!.leftovers, 'files that killed processes left behind').toEqual([]);
});
