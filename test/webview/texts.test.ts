import { describe, expect, test } from 'vitest';
import { RESULT_COLUMNS } from '../../protocol/comparison/columns.ts';
import { epochNote, fallNote } from '../../protocol/comparison/epochs.ts';
import { isBetter } from '../../protocol/comparison/table.ts';
import { lineStyle } from '../../protocol/drawing/palette.ts';
import { csvField } from '../../protocol/text/csv.ts';
import { restoreState, type ViewTarget, viewStateOf } from '../../protocol/views.ts';
import { duration, loss, percentOrDash, points, spread } from '../../webview/shared/format.ts';
import { describeGroup } from '../../webview/shared/study/progress.ts';
import { nextSort, rowsOf, sortRows } from '../../webview/views/compare/rows.ts';
import { FakeStudy, XOR } from './study.ts';
import { THEMES } from './themes.ts';

test('numbers read as people write them', () => {
  expect([percentOrDash(0.7746, 2), percentOrDash(undefined), percentOrDash(Number.NaN)]).toEqual([
    '77.46',
    '–',
    'NaN',
  ]);
  expect([loss(Math.LN2), loss(12.345), loss(1e-5), loss(0)]).toEqual(['0.693', '12.35', '1.0e−5', '0.000']);
  expect([points(0.0123), points(-0.2), points(0.00001)]).toEqual(['+1.2', '−20.0', '±0.0']);
  expect([8.23, 42.4, 59.7, 185, 7620].map((s) => duration(s).replaceAll('\u202f', ' '))).toEqual([
    '8.2 s',
    '42 s',
    '1 min 00 s',
    '3 min 05 s',
    '2 h 07 min',
  ]);
  expect(spread({ mean: 0.5, count: 1 }, loss)).toBe('0.500');
  expect(spread({ mean: 0.5, deviation: 0.01, count: 3 }, loss)).toBe('0.500 ± 0.010');
});

test('fields of a CSV file are quoted when they must be, and no spreadsheet takes them for a formula', () => {
  expect(['plain', 'a,b', 'say "so"', '=HYPERLINK("x")', '-1.5'].map(csvField)).toEqual([
    'plain',
    '"a,b"',
    '"say ""so"""',
    `"'=HYPERLINK(""x"")"`,
    '-1.5',
  ]);
});

/** Contrast of two colours by WCAG 2. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe('line styles', () => {
  test.each(['dark', 'light'] as const)('stand out from the background, %s', (scheme) => {
    const background = THEMES[scheme].variables['editor-background'];
    for (let i = 0; i < 8; i++) {
      const { colour } = lineStyle(i, scheme);
      expect(contrast(colour, background), `${colour} on ${background}`).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(['dark', 'light'] as const)('are different for 40 variants, %s', (scheme) => {
    for (const dashed of [false, true]) {
      const all = Array.from({ length: 40 }, (_, i) => JSON.stringify(lineStyle(i, scheme, dashed)));
      expect(new Set(all).size, `different styles, ${dashed ? 'high contrast' : 'normal'}`).toBe(40);
    }
  });

  test('neighbours differ in dash too in high contrast', () => {
    for (let i = 0; i < 20; i++)
      expect(lineStyle(i, 'dark', true).dash).not.toEqual(lineStyle(i + 1, 'dark', true).dash);
  });
});

describe('what a view keeps', () => {
  const target: ViewTarget<'curves'> = { file: '/a/b.lif.yaml', study: 'b', view: 'curves' };

  test('comes back as it was', () => {
    const state = { ...viewStateOf('curves', {}), hiddenVariants: ['x'], smoothing: 0.4, zoomY: { loss: [1, 5] } };
    expect(restoreState(JSON.parse(JSON.stringify({ version: 2, target, state })), target)).toEqual(state);
  });

  test.each([
    ['nothing', undefined],
    ['another version', { version: 3, target, state: { smoothing: 0.4 } }],
    ['another file', { version: 2, target: { ...target, file: '/c' }, state: { smoothing: 0.4 } }],
    [
      'nonsense',
      { version: 2, target, state: { smoothing: 'x', zoom: [5, 1], zoomY: 3, hiddenVariants: [1], split: 'y' } },
    ],
    ['nothing but a version', { version: 2, target, state: null }],
  ])('is replaced by the defaults when it is %s', (_, saved) => {
    expect(restoreState(saved, target)).toEqual(viewStateOf('curves', {}));
  });
});

describe('rows of the comparison', () => {
  test('bold is what the seeds say is better, and nothing else', () => {
    const bold = (seeds: number): string[] => {
      const variants = XOR.filter(({ name }) => name !== 'without leakage');
      return rowsOf(new FakeStudy({ seeds, variants }).comparison(), undefined).flatMap((row) =>
        isBetter(row) ? [row.variant] : [],
      );
    };
    expect(bold(3), 'three seeds decide nothing').toEqual([]);
    expect(bold(8)).toEqual(['without reset', 'with recurrence']);
  });

  test('every number names its epoch, the last one stands beside it, and a fall is said', () => {
    const study = new FakeStudy({ seeds: 2 });
    const { runs } = study.comparison().rows[0]!;
    for (const [i, run] of runs.entries()) {
      run.result = { ...run.result!, accuracy: 0.904, epoch: 13 + i, chosenBy: 'best validation' };
      run.last = { epoch: 60, test: { loss: 1, accuracy: 0.498 } };
    }
    expect(epochNote(runs).replaceAll('\u202f', ' ')).toBe('at epochs 13–14 (best validation) · last 49.8 %');
    expect(fallNote(runs)).toBe('2 of 2 seeds fell by up to 41 points after the best epoch');
    const [, moved] = runs;
    const stayed = { ...moved!, last: { epoch: moved!.result!.epoch, test: { loss: 0, accuracy: 0.904 } } };
    expect(epochNote([moved!, stayed]).replaceAll('\u202f', ' '), 'the mean of both').toMatch(/last 70\.1 %$/);
    runs[0]!.last = { epoch: 13, test: runs[0]!.result! };
    expect(epochNote(runs.slice(0, 1))).toBe('at epoch 13 (best validation)');
    expect(fallNote(runs.slice(0, 1))).toBe('');
  });

  test('rows without a value are last in either direction', () => {
    const comparison = new FakeStudy().comparison();
    delete comparison.rows[0]!.loss;
    const rows = rowsOf(comparison, undefined);
    for (const descending of [true, false]) {
      expect(sortRows(rows, [{ column: 'loss', descending }], RESULT_COLUMNS).at(-1)!.variant).toBe('baseline');
    }
  });

  test('three clicks on a column go round; with Shift beside the columns before it', () => {
    const [loss, accuracy] = ['loss', 'accuracy'].map((id) => RESULT_COLUMNS.find((column) => column.id === id)!);
    const first = nextSort([], loss!, false);
    const second = nextSort(first, loss!, false);
    expect([first, second, nextSort(second, loss!, false)]).toEqual([
      [{ column: 'loss', descending: false }],
      [{ column: 'loss', descending: true }],
      [],
    ]);
    const both = nextSort(first, accuracy!, true);
    expect(both).toEqual([...first, { column: 'accuracy', descending: true }]);
    expect(nextSort(both, loss!, true), 'turned in its place').toEqual([...second, both[1]]);
    expect(nextSort(nextSort(both, accuracy!, true), accuracy!, true), 'and out again').toEqual(first);
    expect(nextSort(both, loss!, false), 'one click without Shift sorts by that column alone').toEqual(first);
  });
});

test('a group of runs is described by what is still going on', () => {
  const study = new FakeStudy({ seeds: 3, epochs: 100 });
  const describeAll = (): string => describeGroup(study.comparison().rows[0]!.runs).replaceAll('\u202f', ' ');
  expect(describeAll()).toBe('3 seeds');
  Object.assign(study.find('baseline', 2), { state: 'running', done: 50 });
  expect(describeAll()).toBe('83 % of 3 seeds');
  Object.assign(study.find('baseline', 2), { state: 'failed' });
  expect(describeAll()).toBe('1 of 3 seeds failed');
  expect(describeGroup([])).toBe('not run yet');
});
