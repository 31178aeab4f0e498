/** Which checkpoint a question about one sample goes to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultStep } from '../../../engine/jobs/probe.ts';
import { saveCheckpoint } from '../../../engine/runs/checkpoints.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { epochLine, safetensors, specOf, temporaryFolder } from '../runs/fixtures.ts';

test('that of the epoch that counts; the newest while there is none of it', () => {
  const [run] = createRuns(join(temporaryFolder(), '.lif'), [specOf()], {}) as [string];
  expect(() => defaultStep(run)).toThrow(/^\S+ has no checkpoint to look into yet\.$/);
  for (const step of [10, 20]) saveCheckpoint(run, step, safetensors());
  expect(defaultStep(run)).toBe(20);
  const lines = [epochLine(10, 1, { validation: 0.7, test: 0.1 }), epochLine(20, 2, { validation: 0.6, test: 0.9 })];
  writeFileSync(join(run, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(defaultStep(run)).toBe(10);
});
