/** Stores and checkpoints with random damage: read without an exception, and nothing damaged is taken for whole. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import { stream } from '../../../engine/base/random.ts';
import { parseParams } from '../../../engine/host/params.ts';
import { newestCheckpoint } from '../../../engine/runs/checkpoints.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { StoreReader } from '../../../engine/runs/store.ts';
import { epochLine, safetensors, specOf, temporaryFolder, trainLine } from './fixtures.ts';

const ROUNDS = Number(process.env.LIF_FUZZ ?? 300);
let folder: string;
let store: string;
let draw: (below: number) => number;
beforeEach(() => {
  store = temporaryFolder();
  folder = createRuns(store, [specOf()], {})[0]!;
  const lines = Array.from({ length: 20 }, (_, i) => trainLine(i, i / 20)).concat(epochLine(20, 1, { test: 0.5 }));
  writeFileSync(join(folder, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const numbers = stream(1, 'shuffle', 0);
  draw = (below) => numbers.below(below);
});

const PIECES = [
  'null',
  '1e999',
  '-1',
  '[]',
  '{}',
  '"\\ud800"',
  '[[[[',
  '"__proto__":{"a":1}',
  '\u0000',
  '9'.repeat(400),
];

function damaged(bytes: Buffer): Buffer {
  const offset = draw(bytes.length + 1);
  switch (draw(5)) {
    case 0:
      return bytes.subarray(0, offset);
    case 1:
      return Buffer.concat([
        bytes.subarray(0, offset),
        Buffer.from(PIECES[draw(PIECES.length)]!),
        bytes.subarray(offset),
      ]);
    case 2:
      return Buffer.concat([bytes.subarray(0, offset), bytes.subarray(offset + draw(40))]);
    case 3:
      return Buffer.concat([bytes, bytes.subarray(offset)]);
    default: {
      const flipped = Buffer.from(bytes);
      for (let i = draw(8); i >= 0; i--) flipped[draw(bytes.length)]! ^= 1 << draw(8);
      return flipped;
    }
  }
}

test('damaged stores', () => {
  const whole = ['run.json', 'status.json', 'metrics.jsonl'].map(
    (name) => [name, readFileSync(join(folder, name))] as const,
  );
  const reader = new StoreReader(store);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, bytes] of whole) {
      rmSync(join(folder, name), { recursive: true, force: true });
      const kind = draw(12);
      if (kind === 0) mkdirSync(join(folder, name));
      else if (kind === 1) symlinkSync('/dev/zero', join(folder, name));
      else if (kind > 2) writeFileSync(join(folder, name), kind > 6 ? bytes : damaged(bytes));
    }
    const { problem } = reader.refresh();
    const [run] = reader.summaries();
    expect({ round, problem, id: run?.id.length }, 'a summary of what could be saved').toMatchObject({ problem: '' });
    expect(
      Number.isFinite(run!.progress) && run!.progress >= 0 && run!.progress <= 1,
      `progress in round ${round}`,
    ).toBe(true);
    JSON.stringify(run);
  }
});

test('damaged checkpoints', () => {
  const place = join(folder, 'checkpoints');
  const bytes = safetensors(64);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of readdirSync(place)) rmSync(join(place, name));
    const changed = damaged(bytes);
    writeFileSync(join(place, '000000000001.safetensors'), changed);
    const { found } = newestCheckpoint(folder);
    if (found && !Buffer.from(found.bytes).equals(bytes))
      expect(changed.toString('latin1'), `round ${round}: damage that was not noticed`).toBe('');
  }
});

test('messages to the query process', () => {
  const values = [
    null,
    undefined,
    -1,
    1e308,
    '',
    'x'.repeat(5000),
    [],
    {},
    [[]],
    ['..'],
    [{}],
    'a\nb',
    '/a',
    true,
    Number.NaN,
  ];
  const fields = ['runIds', 'file', 'text', 'store', 'stores', 'metrics', 'maxPoints', 'runId', 'maxBytes', 'version'];
  const methods = [
    'runs/stop',
    'runs/delete',
    'runs/log',
    'runs/start',
    'runs/series',
    'stores/watch',
    'host/initialize',
  ] as const;
  for (let round = 0; round < ROUNDS; round++) {
    const entries = Array.from({ length: draw(5) }, () => [fields[draw(fields.length)]!, values[draw(values.length)]]);
    try {
      parseParams(
        methods[draw(methods.length)]!,
        draw(10) === 0 ? values[draw(values.length)] : Object.fromEntries(entries),
      );
    } catch (error) {
      expect(error, `round ${round}`).toBeInstanceOf(UserError);
    }
  }
});
