import type { ValueHint } from '../../../protocol/experiment.ts';
import { duration, thousands } from '../../../protocol/format.ts';
import { t } from '../../base/words.ts';

/** What is shown behind a value, and what it says under the pointer; undefined where there is nothing to say yet. */
export function hintText(hint: ValueHint): { label: string; tooltip: string } | undefined {
  switch (hint.kind) {
    case 'parameters':
      return {
        label: t('{0} parameters', thousands(hint.parameters)),
        tooltip: t('Numbers that are trained: weights, biases, and leaks where they are learned'),
      };
    case 'duration':
      return {
        label: `= ${number(hint.milliseconds)} ms`,
        tooltip: t('A sample: {0} steps of {1} ms', hint.steps, number(hint.milliseconds / hint.steps)),
      };
    case 'constant': {
      const time = hint.milliseconds === undefined ? '' : ` = ${number(hint.milliseconds)} ms`;
      return {
        label: `τ = ${t('{0} steps', number(hint.steps))}${time}`,
        tooltip: t('Time constant −1 / ln k: after it, e⁻¹ (37 %) of the potential is left'),
      };
    }
    case 'epochs':
      return hint.outlook && outlookText(hint.outlook);
  }
}

function outlookText({ perRun, missing, seconds }: NonNullable<Extract<ValueHint, { kind: 'epochs' }>['outlook']>) {
  const each = t('≈ {0} a run', duration(perRun));
  return {
    label: missing === 0 ? each : `${each}, ${t('{0} for what is missing', duration(seconds))}`,
    tooltip: t(
      'By the runs of this file that were trained; {0} missing. Early stopping and analyses are not counted.',
      missing,
    ),
  };
}

/** Three digits: `9.49`, `300`. */
function number(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
