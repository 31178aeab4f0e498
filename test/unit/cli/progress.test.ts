import { basename } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ProgressDisplay, progressBlock, progressLine } from '../../../engine/cli/progress.ts';
import { widthOf } from '../../../engine/cli/text.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { StoreReader } from '../../../engine/runs/store.ts';
import { writeStatus } from '../../../engine/runs/write.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import type { RunWarning } from '../../../protocol/warnings.ts';
import { specOf, statusOf, temporaryFolder } from '../runs/fixtures.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const SCREEN = { columns: 120, rows: 40, colour: false };

function runOf(change: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'r',
    variant: 'without reset',
    seed: 1,
    state: 'running',
    epoch: 12,
    epochs: 80,
    progress: 0.25,
    seconds: 30,
    samplesPerSecond: 41_234.5,
    train: { loss: 0.42131, accuracy: 0.9 },
    test: { loss: 0.5, accuracy: 0.956 },
    damage: [],
    ...change,
  } as RunSummary;
}

test('all there is to say on a wide screen', () => {
  expect(progressLine(runOf(), 16, { ...SCREEN, columns: 200 })).toBe(
    'without reset s1  running      ██░░░░░░░░  12/80  loss 0.4213  train 90.00 %  held out 95.60 %  41,235/s  1 min 30 s left',
  );
});

test('a run that ended shows its result and how long it took', () => {
  const run = runOf({
    state: 'finished',
    progress: 1,
    samplesPerSecond: 0,
    result: {
      accuracy: 0.99,
      loss: 0,
      epoch: 3,
      chosenBy: 'best validation',
      train: { accuracy: 0.98, loss: 0.05 },
      test: { accuracy: 0.99, loss: 0 },
    },
    last: { epoch: 80, test: { accuracy: 0.5, loss: 0.7 } },
  });
  expect(progressLine(run, 16, { ...SCREEN, columns: 200 })).toMatch(
    /finished .*loss 0\.0500 {2}train 98\.00 % {2}held out 99\.00 % at epoch 3 {2}last 50\.00 % {2}30 s$/,
  );
});

test.each([200, 100, 80, 60, 40, 20, 10, 3, 1])('a screen of %i columns is never overrun', (columns) => {
  const variant = 'a variant with a very long name 学习学习学习学习';
  for (const line of progressBlock([runOf({ variant }), runOf()], { ...SCREEN, columns }))
    expect({ line, width: widthOf(line) <= columns }).toEqual({ line, width: true });
});

test('more runs than lines: those that train stay in sight, the others are counted', () => {
  const states = ['finished', 'finished', 'running', 'queued', 'queued', 'queued'] as const;
  const runs = states.map((state, i) => runOf({ id: `r${i}`, seed: i, state }));
  const lines = progressBlock(runs, { ...SCREEN, rows: 4 });
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain('without reset s2  running');
  expect(lines[2]).toBe('… and 2 finished, 2 queued');
});

test('names cannot move the cursor', () => {
  expect(progressLine(runOf({ variant: '\x1b[2J\r' }), 8, SCREEN)).toMatch(/^\?\[2J\? s1 /);
});

/** A display over a store with one run, and what it wrote. */
function display(isTTY: boolean) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const store = temporaryFolder();
  const [folder] = createRuns(store, [specOf()], {});
  const written: string[] = [];
  const output = { isTTY, columns: 100, rows: 20, write: (text: string) => written.push(text) };
  const shown = new ProgressDisplay(new StoreReader(store), [basename(folder!)], output);
  const set = (change: Parameters<typeof statusOf>[0]) => {
    writeStatus(folder!, statusOf(change));
    vi.advanceTimersByTime(300);
  };
  return { shown, set, take: () => written.splice(0).join('').replaceAll('\x1b', '<ESC>') };
}

test('piped: one line for each change of state, nothing for each look', () => {
  const { shown, set, take } = display(false);
  expect(take()).toBe('');
  set({ epoch: 0 });
  expect(take()).toMatch(/^baseline s1 +running .*0\/5.*\n$/);
  for (const epoch of [1, 2, 3]) set({ epoch });
  expect(take()).toBe('');
  set({ state: 'failed', message: 'It broke.' });
  expect(take()).toMatch(/^baseline s1 +failed .*It broke\.\n$/);
  shown.close();
  expect(take()).toBe('');
});

test('on a terminal: the block is redrawn in place, and only when it changed', () => {
  vi.stubEnv('NO_COLOR', '');
  vi.stubEnv('TERM', 'xterm');
  const { shown, set, take } = display(true);
  expect(take()).toMatch(/^baseline s1 {2}<ESC>\[90mqueued /);
  set({ epoch: 1 });
  expect(take()).toMatch(/^<ESC>\[1A\r<ESC>\[Jbaseline s1 {2}<ESC>\[36mrunning /);
  vi.advanceTimersByTime(1000);
  expect(take()).toBe('');
  shown.say('Stopping.');
  expect(take()).toMatch(/^<ESC>\[1A\r<ESC>\[JStopping\.\nbaseline s1 /);
  shown.close();
});

test('NO_COLOR is respected', () => {
  vi.stubEnv('NO_COLOR', '1');
  const { shown, take } = display(true);
  expect(take()).not.toContain('<ESC>[90m');
  shown.close();
});

test('a warning is told of as soon as it is seen, and once', () => {
  vi.useFakeTimers();
  const sentence = 'layer 1 of 2 fired 0 of 5,120,000 times (0.00 %); lower neuron.threshold (1000).';
  const warning = {
    cause: 'silent',
    since: 0.1,
    until: 0.1,
    lasts: true,
    layer: 1,
    field: 'neuron.threshold',
    sentence,
  };
  const silent = runOf({ warnings: [warning as RunWarning] });
  const reader = { refresh: () => {}, summary: () => silent } as unknown as StoreReader;
  let written = '';
  const display = new ProgressDisplay(reader, ['r'], { write: (text) => (written += text) });
  vi.advanceTimersByTime(2000);
  display.close();
  expect(written.match(/without reset, seed 1, since epoch 0.1: layer 1 of 2 fired 0 of 5,120,000/g)).toHaveLength(1);
});
