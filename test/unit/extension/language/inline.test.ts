import { expect, test } from 'vitest';
import { filled } from '../../../../extension/base/words.ts';
import { hintText } from '../../../../extension/language/inline/hint-text.ts';
import { marksOf } from '../../../../extension/language/inline/marks.ts';
import { drawnOf, metricOf, pictureOf } from '../../../../extension/language/inline/picture.ts';
import type { ValueHint } from '../../../../protocol/experiment.ts';
import { outline, run, running } from '../support.ts';

test('hints are short, and none where nothing is known', () => {
  const position = { line: 0, column: 0 };
  const labels = (
    [
      { kind: 'parameters', parameters: 46470 },
      { kind: 'duration', steps: 30, milliseconds: 150 },
      { kind: 'constant', steps: 9.4912 },
      { kind: 'constant', steps: 9.4912, milliseconds: 47.456 },
      { kind: 'epochs', epochs: 3 },
      { kind: 'epochs', epochs: 3, outlook: { perRun: 61, missing: 0, seconds: 0 } },
      { kind: 'epochs', epochs: 3, outlook: { perRun: 61, missing: 4, seconds: 122 } },
    ] as const
  ).map((hint) => hintText({ position, ...hint } as ValueHint)?.label);
  expect(labels).toEqual([
    '46,470 parameters',
    '= 150 ms',
    'τ = 9.49 steps',
    'τ = 9.49 steps = 47.5 ms',
    undefined,
    '≈ 1 min 01 s a run',
    '≈ 1 min 01 s a run, 2 min 02 s for what is missing',
  ]);
});

test('marks stand at variants that run, wait or failed last', () => {
  const states = [
    running('1', 0.5, { variant: 'a' }),
    run('2', { variant: 'a', state: 'queued' }),
    run('3', { variant: 'b', state: 'queued' }),
    run('4', { variant: 'c', state: 'failed', createdAt: 5 }),
    run('5', { variant: 'd', state: 'failed', createdAt: 5 }),
    run('6', { variant: 'd', createdAt: 6 }),
  ];
  const lines = Object.entries(marksOf(outline(['a', 'b', 'c', 'd', 'e']), states)).map(([mark, ranges]) => [
    mark,
    ranges.map(({ start }) => start.line),
  ]);
  expect(Object.fromEntries(lines)).toEqual({ running: [10], queued: [11], failed: [12] });
});

test('the picture has the variant beside the reference, each seed a line, and what is in names stays text', () => {
  const score = { loss: 1, accuracy: 0.5 };
  const row = (variant: string, ids: string[]) => ({
    variant,
    runs: ids.map((id) => run(id, { variant, validation: score, test: score })),
  });
  const rows = [row('base', ['1']), row('other', ['2']), row('<b> & "c"', ['3', '4'])];
  const drawn = drawnOf(rows, '<b> & "c"');
  expect(drawn.map(({ variant, index }) => [variant, index])).toEqual([
    ['base', 0],
    ['<b> & "c"', 2],
  ]);
  const metric = metricOf(drawn);
  expect(metric).toBe('validation.accuracy');
  const series = ['1', '3', '4'].map((runId) => ({ runId, metric, x: [1, 2], y: [0.25, 0.75], total: 2 }));
  const svg = pictureOf(drawn, metric, series, 'dark');
  expect(svg.match(/<path /g)).toHaveLength(3);
  expect(svg).toContain('&#60;b&#62; &#38; &#34;c&#34;');
  expect(svg).not.toContain('<b>');
  expect(drawnOf([{ variant: 'base', runs: [running('1', 0)] }], 'base')).toEqual([]);
});

test('sentences take their values by number', () => {
  expect(filled('{1} of {0}, {2}', [3, 'a'])).toBe('a of 3, {2}');
});
