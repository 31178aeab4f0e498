import type { EvaluateResult } from '../../../protocol/analyses/evaluate.ts';
import { percent } from '../../../protocol/format.ts';
import { short, table } from '../text.ts';

/** Accuracy and loss, and a row for each class with the one it is taken for most often. */
export function lines({ split, samples, accuracy, loss, perClass, confusion }: EvaluateResult): string[] {
  const header = ['class', 'samples', 'accuracy %', 'loss', 'taken most often for'];
  const rows = perClass.map((one, label) => {
    const others = confusion[label]!.map((n, c) => ({ n, c })).filter(({ n, c }) => c !== label && n > 0);
    const worst = others.reduce((a, b) => (b.n > a.n ? b : a), { n: 0, c: -1 });
    return [
      String(label),
      String(one.samples),
      one.accuracy === null ? '–' : percent(one.accuracy),
      one.loss === null ? '–' : short(one.loss),
      worst.n === 0 ? '–' : `${worst.c} (${worst.n})`,
    ];
  });
  return [
    `${split}: ${percent(accuracy)} %, loss ${short(loss)}, ${samples} samples`,
    '',
    ...table(header, rows, [0, 1, 2, 3]),
  ];
}

/** In a table over runs. */
export const columns = {
  header: ['accuracy %', 'loss', 'samples'],
  row: ({ accuracy, loss, samples }: EvaluateResult) => [percent(accuracy), short(loss), String(samples)],
};
