import { html, nothing, type TemplateResult } from 'lit';
import type { SampleAnswer } from '../../../protocol/analyses/sample.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { XyLine } from '../../../protocol/drawing/xy.ts';
import { swatch } from '../../plot/swatch.ts';
import { xyChart } from '../../plot/xy.ts';
import type { Moment, ShownNetwork } from './shown.ts';
import { firedAt } from './trace.ts';

/** More lines than these are told apart by nobody. */
const MAX_LINES = 10;

/**
 * What speaks for each class, step by step, and the scores it comes to.
 * @param all networks that are shown: their charts have one axis
 */
export function scoresOverTime(
  { answer }: ShownNetwork,
  all: readonly ShownNetwork[],
  { step, theme }: Moment,
): TemplateResult {
  const { scores, label, decision, loss } = answer;
  const counts = answer.layers.at(-1)!.spikes !== undefined;
  const shown = classesShown(answer);
  const lines = shown.flatMap((c): XyLine[] => {
    const values = evidence(answer, c);
    if (!values) return [];
    const points = values.map((y, t) => ({ x: t + 1, y }));
    return [{ name: `class ${c}`, style: lineStyle(c, theme.scheme, theme.highContrast), points, dots: false }];
  });
  const right = decision === label;
  return html`<p class="decision ${right ? 'right' : 'wrong'}">
      Class ${label}, taken for <strong>${decision}: ${right ? 'right' : 'wrong'}</strong>
      <span class="muted">· loss ${loss.toPrecision(3)}</span>
    </p>
    ${
      lines.length > 0
        ? xyChart({
            title: counts ? 'Spikes of the readout so far' : 'Potentials of the readout',
            x: { name: 'time step' },
            y: { name: counts ? 'spikes' : 'u', include: extremes(all) },
            lines,
          })
        : nothing
    }
    <ul class="scores" aria-label=${`Scores, and ${counts ? 'spikes' : 'u'} at step ${step + 1}`}>
      ${shown.map((c) => {
        const now = evidence(answer, c)?.[step];
        return html`<li class=${c === decision ? 'decided' : ''}>
          ${swatch(lineStyle(c, theme.scheme, theme.highContrast))}class ${c}${c === label ? ' (true)' : ''}
          <span>${scores[c]!.toPrecision(3)}</span>
          ${now === undefined ? nothing : html`<span class="muted">now ${Number(now.toPrecision(3))}</span>`}
        </li>`;
      })}
    </ul>`;
}

/** What speaks for a class at every step [T]: spikes so far, or the potential. Undefined where the readout has no steps. */
export function evidence({ layers, steps }: SampleAnswer, c: number): readonly number[] | undefined {
  const last = layers.at(-1)!;
  return last.spikes ? counted(firedAt(last, c), steps) : last.traces.find(({ neuron }) => neuron === c)?.values;
}

/** The least and the greatest of what is drawn for any network. */
function extremes(all: readonly ShownNetwork[]): [number, number] {
  let [low, high] = [0, 0];
  for (const { answer } of all)
    for (const c of classesShown(answer))
      for (const value of evidence(answer, c) ?? [])
        if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

/** The true class and those with the highest scores. */
function classesShown({ scores, label }: SampleAnswer): number[] {
  const byScore = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  return [...new Set([label, ...byScore])].slice(0, MAX_LINES).sort((a, b) => a - b);
}

/** How many spikes there were up to each step [T]. */
function counted(fired: readonly number[], steps: number): number[] {
  const sums = new Array<number>(steps).fill(0);
  for (const t of fired) sums[t]!++;
  for (let t = 1; t < steps; t++) sums[t]! += sums[t - 1]!;
  return sums;
}
