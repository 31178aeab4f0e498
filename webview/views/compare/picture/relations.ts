/** Settings and results against each other, as a picture: of the rows that are shown. */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { Column } from '../../../../protocol/comparison/columns.ts';
import { pngOf } from '../../../shared/png.ts';
import type { Session } from '../../../shared/session.ts';
import type { Row } from '../rows.ts';
import { crossTable } from './cross.ts';
import { type Drawn, RESULTS } from './drawn.ts';
import { parallel } from './parallel.ts';
import { scatter } from './scatter.ts';

const HEIGHT = 300;
const PICTURES = { none: 'None', scatter: 'Scatter', parallel: 'Parallel coordinates', cross: 'Heat map' } as const;
type Picture = keyof typeof PICTURES;

/** Which picture there is, if any, and what it shows. */
export class Relations {
  private pointed: number | undefined;

  constructor(private readonly session: Session<'compare'>) {
    window.addEventListener('resize', () => {
      if (session.state.picture !== 'none') session.invalidate();
    });
  }

  select(): TemplateResult {
    const { session } = this;
    const choose = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      this.pointed = undefined;
      session.update({ picture: value in PICTURES ? (value as Picture) : 'none' });
    };
    return html`<label class="also">
      <span>Picture</span>
      <select @change=${choose}>
        ${Object.entries(PICTURES).map(
          ([value, label]) =>
            html`<option value=${value} .selected=${session.state.picture === value}>${label}</option>`,
        )}
      </select>
    </label>`;
  }

  render(rows: readonly Row[], all: readonly Column[], study: string): TemplateResult | typeof nothing {
    const { picture } = this.session.state;
    if (picture === 'none') return nothing;
    const settings = all.filter(({ setting }) => setting);
    const { drawn, choosers, result } = this.drawn(picture, rows, settings, study);
    if (!drawn) return html`<p class="muted">Settings across each other: at least two of them must differ.</p>`;
    const { sign } = drawn;
    return html`<section class="relations" aria-label=${PICTURES[picture]}>
      <div class="relations-head">
        ${choosers}
        ${this.chooser('Result', RESULTS, result, (id) => this.session.update({ pictureY: id }))}
        <span class="muted">${drawn.note}</span>
        <span class="toolbar-end">
          <button class="quiet" @click=${() => this.save(drawn)}>SVG</button>
          <button class="quiet" @click=${() => this.savePng(drawn)}>PNG</button>
        </span>
      </div>
      <div
        class="relation"
        tabindex="0"
        role="img"
        aria-label="${drawn.title}. Arrow keys go through what is drawn."
        @keydown=${(event: KeyboardEvent) => this.onKey(event, drawn.texts.length)}
        @pointerleave=${() => this.point(undefined)}
        @blur=${() => this.point(undefined)}
      >
        ${drawn.svg({ width: this.width(), height: HEIGHT, ink: 'currentColor', pointed: this.pointed, point: (i) => this.point(i) })}
      </div>
      <ul class="relation-key" aria-label="Variants">
        ${drawn.key.map(
          (entry, i) => html`<li @pointerenter=${() => (picture === 'parallel' ? this.point(i) : undefined)}>
            <svg width="16" height="10" viewBox="0 0 16 10" aria-hidden="true">
              ${sign?.(entry.group, 8, 5)}
            </svg>${entry.name}
          </li>`,
        )}
      </ul>
      <p class="relation-reading" aria-live="polite">${this.pointed === undefined ? '' : drawn.texts[this.pointed]}</p>
    </section>`;
  }

  /** What is drawn, and what of it can be chosen; nothing is where too few settings differ. */
  private drawn(
    picture: Exclude<Picture, 'none'>,
    rows: readonly Row[],
    settings: readonly Column[],
    study: string,
  ): { drawn: Drawn | undefined; choosers: TemplateResult | typeof nothing; result: Column } {
    const { session } = this;
    const { pictureX, pictureY, pictureZ, columns } = session.state;
    const result = RESULTS.find(({ id }) => id === pictureY) ?? RESULTS[0]!;
    const overX = (options: readonly Column[], now: Column) =>
      this.chooser('Over', options, now, (id) => session.update({ pictureX: id }));
    if (picture === 'parallel')
      return { drawn: parallel(rows, settings, columns, result, study), choosers: nothing, result };
    if (picture === 'scatter') {
      const options = [...settings, ...RESULTS];
      const x = options.find(({ id }) => id === pictureX) ?? settings[0] ?? RESULTS[1]!;
      return { drawn: scatter(rows, x, result, study, this.width()), choosers: overX(options, x), result };
    }
    const x = settings.find(({ id }) => id === pictureX) ?? settings[0];
    const others = settings.filter((one) => one !== x);
    const y = others.find(({ id }) => id === pictureZ) ?? others[0];
    if (!x || !y) return { drawn: undefined, choosers: nothing, result };
    const choosers = html`${overX(settings, x)}${this.chooser('and', others, y, (id) => session.update({ pictureZ: id }))}`;
    return { drawn: crossTable(rows, x, y, result, study), choosers, result };
  }

  private chooser(name: string, options: readonly Column[], now: Column, choose: (id: string) => void): TemplateResult {
    return html`<label class="also">
      <span>${name}</span>
      <select
        @change=${(event: Event) => {
          this.pointed = undefined;
          choose((event.target as HTMLSelectElement).value);
        }}
      >
        ${options.map(({ id, label }) => html`<option value=${id} .selected=${id === now.id}>${label}</option>`)}
      </select>
    </label>`;
  }

  private width(): number {
    return Math.max(240, Math.min(1100, document.body.clientWidth - 48));
  }

  private point(index: number | undefined): void {
    if (index === this.pointed) return;
    this.pointed = index;
    this.session.invalidate();
  }

  private onKey(event: KeyboardEvent, n: number): void {
    if (event.key === 'Escape') this.point(undefined);
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined || n === 0) return;
    event.preventDefault();
    this.point(((this.pointed ?? (step > 0 ? -1 : 0)) + step + n) % n);
  }

  /** Black on white, as a figure for a paper. */
  private text({ svg, title, key }: Drawn): string {
    const box = document.createElement('div');
    render(svg({ width: 640, height: 360, ink: '#222222', key }, 'light'), box);
    const root = box.querySelector('svg')!;
    const name = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    name.textContent = title;
    const paper = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    paper.setAttribute('d', `M0 0h640v${root.getAttribute('height')}H0Z`);
    paper.setAttribute('fill', '#ffffff');
    root.prepend(name, paper);
    // Lit's own marks are comments.
    return `${new XMLSerializer().serializeToString(root).replace(/<!--.*?-->/gs, '')}\n`;
  }

  private save(drawn: Drawn): void {
    this.session.export(this.session.exportName(`${this.session.state.picture}.svg`), this.text(drawn));
  }

  private savePng(drawn: Drawn): void {
    const { session } = this;
    const name = session.exportName(`${session.state.picture}.png`);
    session.act('export', async () => session.exportPicture(name, await pngOf(this.text(drawn))));
  }
}
