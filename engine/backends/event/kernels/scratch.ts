/** Elements (f32) of the `work` that kernels of layers need. */
import {
  CONSTANTS,
  MAX_PANELWISE_COLUMNS,
  MAX_PANELWISE_RECURRENT,
  PANEL,
  SPARE_EVENTS,
  TABLE_ROWS,
} from './signatures/constants.ts';

const { RECURRENT_SAMPLES, STEPS_SAMPLES } = CONSTANTS;
const upTo = (unit: number, n: number): number => Math.ceil(n / unit) * unit;

/** Of lifBackward. */
export const BACKWARD_WORK = PANEL * (MAX_PANELWISE_COLUMNS + 5);

/** Of lifForwardRecurrent and lifBackwardRecurrent, for blocks of `samples`, below a layer of `next` neurons. */
export function recurrentWork(size: number, next: number, samples: number): number {
  const panels = Math.ceil(size / PANEL);
  // Tables of one panel, or a list of spikes for each sample with its ends before it.
  const forward = size <= PANEL ? TABLE_ROWS * size : samples * (2 + (size + SPARE_EVENTS) / 2);
  if (size > MAX_PANELWISE_RECURRENT) return forward;
  // Of each panel W⁺ and V transposed, and dL/dk by sample; zeros, h' and e of a panel, e by sample.
  const columns = Math.min(upTo(4, next), MAX_PANELWISE_COLUMNS) + size;
  return Math.max(forward, PANEL * (panels * (columns + RECURRENT_SAMPLES) + RECURRENT_SAMPLES + 3));
}

/** Of lifBackwardSteps, for a layer of `size` neurons below `next` and blocks of `samples`. */
export function stepsWork(size: number, next: number, samples: number): number {
  const own = upTo(PANEL, size);
  const above = upTo(PANEL, next);
  return 2 * PANEL + 4 * own + Math.min(STEPS_SAMPLES, samples) * (3 * own + above) + size * (own + above);
}
