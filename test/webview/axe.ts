/** The findings of axe in a view. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { type FakeHost, inThemes, settle } from './harness.ts';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe calls serious or critical, one line each: all of its rules in the theme of the page, and in the others those of
 * colours, which alone can differ.
 */
export async function violations(host: FakeHost): Promise<string[]> {
  await settle(host);
  await host.page.evaluate(axe);
  const found: string[] = [];
  let options: RunOptions = {};
  await inThemes(host, async (theme) => {
    // Of what is well only counts are kept, and nothing of it leaves the page: tables have thousands of cells.
    const results = await host.page.evaluate(async (more) => {
      const { axe } = window as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } };
      return (await axe.run({ resultTypes: ['violations'], ...more })).violations;
    }, options);
    options = { runOnly: ['color-contrast', 'link-in-text-block'] };
    for (const { id, impact, nodes } of results) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      const line = (n: (typeof nodes)[number]) => `${n.target.join(' ')} – ${n.failureSummary?.replace(/\s+/g, ' ')}`;
      found.push(...nodes.map((n) => `${theme}: ${id}: ${line(n)}`));
    }
  });
  return found;
}
