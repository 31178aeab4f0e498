import type { ResolutionResult, ResolutionScore } from '../../../protocol/analyses/resolution.ts';
import { percent } from '../../../protocol/format.ts';
import { short, table } from '../text.ts';

/** A row for each length of a step: as trained, with rescaled leaks, and what the input became. */
export function lines({ split, trainedAt, values, rows, rescaling }: ResolutionResult): string[] {
  const header = ['ms', 'steps', 'accuracy %', 'leak rescaled %', 'loss', 'rescaled', 'input spikes', 'occupied'];
  return [
    `${split}: the first ${rows[0]?.samples ?? 0} samples, trained with ${trainedAt} ms, ${values}`,
    ...(rescaling === 'changes nothing' ? ['no leak between 0 and 1: rescaling it changes nothing'] : []),
    '',
    ...table(
      header,
      rows.map(({ dt, steps, asIs, rescaled, inputSpikes, occupied }) => [
        dt === trainedAt ? `${dt} (trained)` : String(dt),
        String(steps),
        percent(asIs.accuracy),
        percent(rescaled.accuracy),
        lossOf(asIs),
        lossOf(rescaled),
        inputSpikes.toFixed(1),
        occupied.toFixed(1),
      ]),
      [0, 1, 2, 3, 4, 5, 6, 7],
    ),
  ];
}

const lossOf = ({ loss }: ResolutionScore): string => (loss === null ? 'not finite' : short(loss));

/** In a table over runs. */
export const columns = {
  header: ['accuracy % at ms', 'with the leak rescaled', 'samples'],
  row: ({ rows }: ResolutionResult) => [
    rows.map(({ dt, asIs }) => `${dt}: ${percent(asIs.accuracy)}`).join(', '),
    rows.map(({ rescaled }) => percent(rescaled.accuracy)).join(', '),
    String(rows[0]?.samples ?? 0),
  ],
};
