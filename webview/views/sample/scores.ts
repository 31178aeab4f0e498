import { html, type TemplateResult } from 'lit';
import type { SampleAnswer } from '../../../protocol/analyses/sample.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { XyLine } from '../../../protocol/drawing/xy.ts';
import { xyChart } from '../../plot/xy.ts';
import type { Theme } from '../../shared/theme.ts';
import { firedAt } from './trace.ts';

/** More lines than these are told apart by nobody. */
const MAX_LINES = 10;

/** What speaks for each class, step by step, and the scores it comes to. */
export function scoresOverTime(answer: SampleAnswer, theme: Theme): TemplateResult {
  const { scores, label, decision, loss } = answer;
  const last = answer.layers.at(-1)!;
  const shown = classesShown(answer);
  const lines = shown.flatMap((c): XyLine[] => {
    const values = last.spikes
      ? counted(firedAt(last, c), answer.steps)
      : last.traces.find(({ neuron }) => neuron === c)?.values;
    if (!values) return [];
    const points = values.map((y, t) => ({ x: t + 1, y }));
    return [{ name: `class ${c}`, style: lineStyle(c, theme.scheme, theme.highContrast), points, dots: false }];
  });
  const right = decision === label;
  return html`<p class="decision ${right ? 'right' : 'wrong'}">
      Class ${label}, taken for <strong>${decision}</strong>${right ? ': right' : ': wrong'}
      <span class="muted">loss ${loss.toPrecision(3)}</span>
    </p>
    ${
      lines.length > 0
        ? xyChart({
            title: last.spikes ? 'Spikes of the readout so far' : 'Potentials of the readout',
            x: { name: 'time step' },
            y: { name: last.spikes ? 'spikes' : 'u' },
            lines,
          })
        : ''
    }
    <ul class="scores">
      ${shown.map((c) => {
        const { colour } = lineStyle(c, theme.scheme, theme.highContrast);
        return html`<li>
          <span class="swatch" .style=${`background:${colour}`}></span>class ${c}${c === label ? ' (true)' : ''}
          <span class="muted">${scores[c]!.toPrecision(3)}</span>
        </li>`;
      })}
    </ul>`;
}

/** The true class and those with the highest scores. */
function classesShown({ scores, label }: SampleAnswer): number[] {
  const byScore = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  return [...new Set([label, ...byScore])].slice(0, MAX_LINES).sort((a, b) => a - b);
}

/** How many spikes there were up to each step [T]. */
function counted(fired: readonly number[], steps: number): number[] {
  return Array.from({ length: steps }, (_, t) => fired.filter((spikeStep) => spikeStep <= t).length);
}
