/** A clean and an adversarial input side by side, step by step. */
import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { AttackExample, AttackKindResult, AttackResult } from '../../../../protocol/analyses/attack.ts';
import { colourScale, heatmap } from '../../../plot/maps/heatmap.ts';
import type { Answered } from '../analyses.ts';
import type { PanelContext } from '../panel.ts';
import { changedSteps, type Frame, frameOf, type Mark, stepWords } from './frames.ts';

interface At {
  /** Of the examples of all runs. */
  example: number;
  /** Undefined until one is chosen: the first in which anything changes. */
  step: number | undefined;
}

export function pairOf(
  shown: readonly { answer: Answered<'attack'>; own: AttackKindResult }[],
  context: PanelContext,
): TemplateResult | typeof nothing {
  const all = shown.flatMap(({ answer, own }) => own.examples.map((example) => ({ answer, example })));
  if (all.length === 0) return nothing;
  const chosen = context.memory<At>('attack-pair', () => ({ example: 0, step: undefined }));
  const { answer, example } = all[Math.min(chosen.example, all.length - 1)]!;
  const { result } = answer;
  const step = Math.min(chosen.step ?? changedSteps(example, result)[0] ?? 0, result.steps - 1);
  const set = (change: Partial<At>): void => {
    Object.assign(chosen, change);
    context.invalidate();
  };
  const title = (of: (typeof all)[number]): string =>
    `${of.answer.name}, seed ${of.answer.run.seed}: sample ${of.example.index}, ${of.example.label} taken for ${of.example.taken}`;
  return html`<section class="attack-pair" aria-label="One input before and after">
    <div class="pair-bar">
      <label class="also"
        ><span>Input</span
        ><select aria-label="Which input" @change=${(event: Event) => set({ example: Number((event.target as HTMLSelectElement).value), step: undefined })}>
          ${all.map((of, i) => html`<option value=${i} .selected=${i === Math.min(chosen.example, all.length - 1)}>${title(of)}</option>`)}
        </select></label
      >
      ${example.adversarial.length > 0 ? nothing : stepBar(example, result, step, (next) => set({ step: next }))}
    </div>
    ${example.adversarial.length > 0 ? shades(example, result, context) : events(example, result, step)}
  </section>`;
}

/** Moves through time: the slider by steps, the buttons to where something changes. */
function stepBar(example: AttackExample, result: AttackResult, step: number, showStep: (step: number) => void) {
  const changed = changedSteps(example, result);
  const before = changed.findLast((one) => one < step);
  const after = changed.find((one) => one > step);
  const button = (name: string, direction: 'left' | 'right', to: number | undefined) => html`<button
    class="quiet"
    aria-label=${name}
    title=${name}
    ?disabled=${to === undefined}
    @click=${() => to !== undefined && showStep(to)}
  >
    ${direction === 'left' ? '‹' : '›'}
  </button>`;
  return html`${button('Previous step with a change', 'left', before)}
    <input
      type="range"
      min="0"
      max=${result.steps - 1}
      .value=${String(step)}
      aria-label="Step"
      aria-valuetext=${stepWords(example, result, step)}
      @input=${(event: Event) => showStep(Number((event.target as HTMLInputElement).value))}
    />
    ${button('Next step with a change', 'right', after)}
    <span class="muted" aria-live="polite">${stepWords(example, result, step)}</span>`;
}

function events(example: AttackExample, result: AttackResult, step: number): TemplateResult {
  const frame = frameOf(example, result, step);
  const cursor = result.picture ? undefined : step;
  const before = frame.marks
    .filter(({ state }) => state !== 'added')
    .map((mark) => ({ ...mark, state: 'kept' as const }));
  const where = result.picture ? `step ${step}` : 'channels over time';
  return html`<div class="side-by-side">
      ${raster(`clean: ${example.label}`, `Clean input, ${where}`, { ...frame, marks: before }, cursor)}
      ${raster(`adversarial: taken for ${example.taken}`, `Adversarial input, ${where}`, frame, cursor)}
    </div>
    <ul class="legend-row pair-legend">
      ${(['kept', 'added', 'removed'] as const).map(
        (state) => html`<li>
          <svg width="14" height="14" viewBox="-1 -1 3 3" aria-hidden="true">${glyph({ column: 0, row: 0, state })}</svg>
          ${state === 'removed' ? 'taken' : state}
        </li>`,
      )}
    </ul>`;
}

function raster(
  title: string,
  label: string,
  { columns, rows, marks }: Frame,
  cursor: number | undefined,
): TemplateResult {
  return html`<figure class="panel-figure">
    <figcaption><h3>${title}</h3></figcaption>
    <svg
      class="pair-raster"
      viewBox=${`0 0 ${columns} ${rows}`}
      preserveAspectRatio=${cursor === undefined ? 'xMidYMid meet' : 'none'}
      role="img"
      aria-label=${label}
    >
      ${cursor === undefined ? nothing : svg`<rect class="cursor" x=${cursor} y="0" width="1" height=${rows}/>`}
      ${marks.map(glyph)}
    </svg>
  </figure>`;
}

/** Told apart by shape, too: full, full with a bar across, hollow. */
function glyph({ column, row, state }: Mark): SVGTemplateResult {
  if (state === 'kept') return svg`<rect class="kept" x=${column} y=${row} width="1" height="1"/>`;
  if (state === 'removed')
    return svg`<rect class="removed" x=${column + 0.12} y=${row + 0.12} width="0.76" height="0.76"/>`;
  return svg`<g class="added"><rect x=${column} y=${row} width="1" height="1"/><path d=${`M${column + 0.1} ${row + 0.5}h0.8`}/></g>`;
}

/** Currents as pictures, and how they differ. */
function shades(example: AttackExample, result: AttackResult, { theme }: PanelContext): TemplateResult {
  const { clean, adversarial } = example;
  const picture = result.picture ?? { planes: 1, height: 1, width: clean.length };
  const size = picture.height * picture.width;
  // The mean over the planes; rows from below, as heat maps have them.
  const values = (of: (i: number) => number): number[] =>
    Array.from({ length: size }, (_, i) => {
      const row = picture.height - 1 - Math.floor(i / picture.width);
      const pixel = row * picture.width + (i % picture.width);
      let sum = 0;
      for (let p = 0; p < picture.planes; p++) sum += of(p * size + pixel);
      return sum / picture.planes;
    });
  const before = values((i) => clean[i]!);
  const after = values((i) => adversarial[i]!);
  const change = values((i) => adversarial[i]! - clean[i]!);
  const all = [...before, ...after];
  const range = [Math.min(...all), Math.max(...all)] as const;
  const largest = Math.max(1e-9, ...change.map(Math.abs));
  const one = (title: string, data: number[], of: readonly [number, number], map: 'sequential' | 'diverging') =>
    html`<figure class="panel-figure">
      <figcaption><h3>${title}</h3></figcaption>
      ${heatmap(
        { rows: picture.height, columns: picture.width, values: data, range: of, map, scheme: theme.scheme },
        {
          label: `${title}, as a picture`,
          xAxis: { from: '0', to: String(picture.width - 1), name: 'column' },
          yAxis: { from: String(picture.height - 1), to: '0', name: 'row' },
          pointed: undefined,
          point: () => {},
          describe: () => '',
        },
      )}
    </figure>`;
  return html`${colourScale({ range, map: 'sequential', scheme: theme.scheme }, 'input', (v) => v.toPrecision(3))}
    <div class="side-by-side">
      ${one(`clean: ${example.label}`, before, range, 'sequential')}
      ${one(`adversarial: taken for ${example.taken}`, after, range, 'sequential')}
      ${one('change', change, [-largest, largest], 'diverging')}
    </div>`;
}
