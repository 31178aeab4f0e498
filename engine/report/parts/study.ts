/** What one study says: accuracies with their spread, verdicts, expectations, advice, curves. */

import { epochNote, fallNote } from '../../../protocol/comparison/epochs.ts';
import { changesText, isBetter, noteOf } from '../../../protocol/comparison/table.ts';
import { intervalText, points } from '../../../protocol/comparison/verdicts.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { XyChart, XyLine } from '../../../protocol/drawing/xy.ts';
import { byVariant } from '../../../protocol/figures/answers.ts';
import { loss, percent, spread } from '../../../protocol/format.ts';
import type { Series } from '../../../protocol/metrics.ts';
import type { ComparisonRow } from '../../../protocol/runs.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { printedAccuracy } from '../../claims/table6.ts';
import { accuraciesOf } from '../../claims/verdicts.ts';
import { type Block, type Cell, type Figure, heading, paragraph, type Table } from '../document.ts';
import { seedsDrawing } from '../drawings/maps.ts';
import { keyDrawing, xyDrawing } from '../drawings/xy.ts';
import type { Reported } from '../gather.ts';

/** Rows of a drawing and lines of a chart, at most: the table has all. */
export const MAX_DRAWN = 40;

export function studyBlocks(study: Reported): Block[] {
  const { experiment, comparison, claims, advice } = study;
  const trained = comparison.rows.some(({ results }) => results.length > 0);
  return [
    ...(experiment.description ? [paragraph(experiment.description)] : []),
    accuracyTable(study),
    besideTable(study),
    ...(trained
      ? [seedsFigure(study)]
      : [paragraph({ strong: 'No run of this study has finished with these settings.' })]),
    verdicts(comparison.rows),
    ...missing(study),
    ...(claims.length > 0
      ? [
          heading(4, 'Expectations'),
          {
            kind: 'table' as const,
            caption:
              'What the file expects, judged over the seeds by the sign-flip test at 5 %, Holm-corrected over these lines',
            head: ['expectation', 'outcome', 'why'],
            rows: claims.map(({ text, outcome, sentence }) => [text, outcome, sentence]),
            words: [0, 1, 2],
          },
        ]
      : []),
    ...(advice.length > 0
      ? [
          heading(4, 'What these results suggest'),
          {
            kind: 'list' as const,
            items: advice.map(({ sentence, paper }) => [
              `${sentence} `,
              { emphasis: `The paper, section ${paper.section}: “${paper.text}”` },
            ]),
          },
        ]
      : []),
    ...(trained ? [curvesFigure(study)] : []),
  ];
}

function accuracyTable({ experiment, comparison }: Reported): Table {
  const [baseline] = experiment.variants;
  const printed = experiment.variants.map(({ settings }) => printedAccuracy(settings, baseline!.settings));
  const withPaper = printed.some((value) => value !== undefined);
  const rows = comparison.rows.map((row, i): Cell[] => {
    const { paired } = row.verdict ?? {};
    const accuracy = spread(row.accuracy, (value) => percent(value, 2));
    return [
      row.variant,
      isBetter(row) ? { text: accuracy, strong: true } : accuracy,
      ...(withPaper ? [printed[i] === undefined ? '–' : percent(printed[i], 2)] : []),
      `${row.results.length} of ${comparison.seeds.length}`,
      paired ? points(paired.mean, 2) : '–',
      paired?.interval ? intervalText(paired.interval, 2) : '–',
      row.testInterval ? `${percent(row.testInterval.low, 1)} to ${percent(row.testInterval.high, 1)}` : '–',
    ];
  });
  return {
    kind: 'table',
    caption: `${noteOf(comparison.rows)}${withPaper ? ' “Paper”: as printed in Table 6, whose settings may be others.' : ''}`,
    head: [
      ...['variant', 'accuracy (%)'],
      ...(withPaper ? ['paper (%)'] : []),
      ...['seeds', 'difference (pp)', '95 % interval (pp)', 'test set 95 % (%)'],
    ],
    rows,
    words: [0],
  };
}

/** What would make the table of accuracies wider than a page. */
function besideTable({ comparison }: Reported): Table {
  return {
    kind: 'table',
    caption: 'What the variants change, and what came out beside the accuracy',
    head: ['variant', 'changes', 'loss', 'spike rates (%)', 'epochs'],
    rows: comparison.rows.map(({ variant, changes, loss: losses, spikeRates, results }) => [
      variant,
      changesText(changes) || '–',
      spread(losses, loss),
      spikeRates?.map((rate) => percent(rate.mean, 1)).join(' / ') ?? '–',
      [epochNote(results), fallNote(results)].filter((note) => note !== '').join('; ') || '–',
    ]),
    words: [0, 1, 4],
  };
}

function seedsFigure({ experiment, comparison }: Reported): Figure {
  const [baseline] = experiment.variants;
  const rows = comparison.rows.slice(0, MAX_DRAWN).map((row, i) => ({
    name: row.variant,
    values: accuraciesOf(row).map(({ value }) => value),
    mean: row.accuracy?.mean,
    printed: printedAccuracy(experiment.variants[i]!.settings, baseline!.settings),
  }));
  const paper = rows.some(({ printed }) => printed !== undefined) ? ' Cross: the paper’s Table 6.' : '';
  const more = comparison.rows.length > rows.length ? ` The first ${rows.length} variants.` : '';
  return {
    kind: 'figure',
    drawings: [seedsDrawing(rows)],
    caption: `Test accuracy: a dot for each seed, a line at the mean.${paper}${more}`,
  };
}

function verdicts(rows: readonly ComparisonRow[]): Block {
  const judged = rows.filter(({ verdict }) => verdict && verdict.kind !== 'baseline');
  return {
    kind: 'list',
    items: judged.map(({ variant, verdict }) => [
      { strong: variant },
      ` against ${verdict!.against}: ${verdict!.sentence}.`,
    ]),
  };
}

/** Seeds that are not in the means, by what became of them. */
function missing({ comparison }: Reported): Block[] {
  const notes = comparison.rows.flatMap(({ variant, runs, results }) => {
    const absent = comparison.seeds.length - results.length;
    if (absent === 0) return [];
    const states = runs.filter(({ state }) => state !== 'finished').map(({ seed, state }) => `seed ${seed} ${state}`);
    return [
      `${variant}: ${absent} of ${comparison.seeds.length} seeds have no result${states.length > 0 ? ` (${states.slice(0, 20).join(', ')})` : ''}`,
    ];
  });
  return notes.length === 0
    ? []
    : [paragraph({ strong: 'Not in these numbers. ' }, `${notes.slice(0, MAX_DRAWN).join('; ')}.`)];
}

function curvesFigure({ curves, experiment }: Reported): Figure {
  const shown = curves.filter(({ index }) => index < MAX_DRAWN);
  const variants = byVariant(shown);
  const lines = (pick: (curve: Reported['curves'][number]) => Series): XyLine[] =>
    variants.map(({ name, index, runs }) => {
      const points = overSeeds(runs.map(pick));
      // What was looked at once is no line.
      return { name, style: lineStyle(index, 'light'), dots: points.length === 1, points };
    });
  const charts: XyChart[] = [
    {
      title: 'Test accuracy',
      x: { name: 'epoch' },
      y: { name: 'accuracy in %', percent: true },
      lines: lines(({ accuracy }) => accuracy),
    },
    { title: 'Test loss', x: { name: 'epoch' }, y: { name: 'loss' }, lines: lines((curve) => curve.loss) },
  ];
  const key = keyDrawing(variants.map(({ name, index }) => ({ name, style: lineStyle(index, 'light') })));
  const more = experiment.variants.length > MAX_DRAWN ? ` The first ${MAX_DRAWN} variants.` : '';
  return {
    kind: 'figure',
    drawings: [...charts.map(xyDrawing), key],
    caption: `Over the epochs: mean over the seeds, band from the least to the greatest.${more}`,
  };
}

/** Means at the epochs that any seed has, over those that have it. */
function overSeeds(series: readonly Series[]): XyLine['points'] {
  const byEpoch = new Map<number, number[]>();
  for (const { x, y } of series)
    x.forEach((epoch, i) => {
      const value = y[i];
      if (value !== null && value !== undefined) byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value]);
    });
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([x, values]) => ({ x, y: meanOf(values), low: Math.min(...values), high: Math.max(...values) }));
}
