/** Which checkpoint a question about one sample goes to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { defaultStep, serveProbes } from '../../../engine/jobs/probe.ts';
import { saveCheckpoint } from '../../../engine/runs/checkpoints.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { epochLine, safetensors, specOf, temporaryFolder } from '../runs/fixtures.ts';

test('that of the epoch that counts; the newest while there is none of it', () => {
  const [run] = createRuns(join(temporaryFolder(), '.lif'), [specOf()], {}) as [string];
  expect(() => defaultStep(run)).toThrow(/^\S+ has no checkpoint: .*run the variant again\.$/);
  for (const step of [10, 20]) saveCheckpoint(run, step, safetensors());
  expect(defaultStep(run)).toBe(20);
  const lines = [epochLine(10, 1, { validation: 0.7, test: 0.1 }), epochLine(20, 2, { validation: 0.6, test: 0.9 })];
  writeFileSync(join(run, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(defaultStep(run)).toBe(10);
});

test('a question that is none is answered with one sentence, and the next one is still heard', async () => {
  const [run] = createRuns(join(temporaryFolder(), '.lif'), [specOf()], {}) as [string];
  const question = { split: 'test', index: 0, traces: [] };
  const lines = [
    'what?',
    '[]',
    JSON.stringify({ ...question, index: -1 }),
    JSON.stringify({ ...question, traces: [{ layer: 0, neurons: ['a'] }] }),
    JSON.stringify({ ...question, '\u202esize': 1 }),
    JSON.stringify(question),
  ];
  const replies: string[] = [];
  await serveProbes(run, Readable.from(`${lines.join('\n')}\n`), (line) => replies.push(JSON.parse(line).refusal), 1);
  const example = '{"split": "test", "index": 0, "traces": []}';
  expect(replies).toEqual([
    `A question is a line of JSON such as ${example}; this is none.`,
    `The question is not understood, as a whole: Invalid input: expected object, received array; write one such as ${example}.`,
    `The question is not understood, field index: Too small: expected number to be >=0; write one such as ${example}.`,
    `The question is not understood, field traces.0.neurons.0: Invalid input: expected number, received string; write one such as ${example}.`,
    `The question is not understood, as a whole: Unrecognized key: "?size"; write one such as ${example}.`,
    expect.stringMatching(/ has no checkpoint: .*run the variant again\.$/),
  ]);
});
