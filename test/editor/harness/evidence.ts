import fs from 'node:fs';
import { afterEach } from 'vitest';
import type { Workbench } from './workbench.ts';

/** Keeps a picture and the logs of each test that fails, in `test-results/editor/`. */
export function keepEvidence(workbench: () => Workbench | undefined): void {
  afterEach(async ({ task }) => {
    const lab = workbench();
    if (!lab || task.result?.state !== 'fail') return;
    const picture = await lab.screenshot(`failed-${task.name}`);
    fs.writeFileSync(picture.replace(/png$/, 'log'), `${lab.complaints.join('\n')}\n${lab.log()}`);
    process.stderr.write(`what it looked like: ${picture}\n`);
  });
}
