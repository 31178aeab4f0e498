/** The findings of axe in a view. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { type FakeHost, settle } from './harness.ts';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe calls serious or critical, one line each. */
export async function violations(host: FakeHost): Promise<string[]> {
  await settle(host);
  await host.page.evaluate(axe);
  // Of what is well only counts are kept, and nothing of it leaves the page: tables have thousands of cells.
  const found = await host.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return found
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} – ${n.failureSummary?.replace(/\s+/g, ' ')}`));
}
