/** Settings and results against each other, as a picture: of the rows that are shown. */
import { html, nothing, render, type SVGTemplateResult, type TemplateResult } from 'lit';
import { type Column, meanRate, RESULT_COLUMNS } from '../../../protocol/comparison/columns.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { lineSign, type Parallel, parallelSvg } from '../../plot/parallel.ts';
import { type Quantity, quantityAxis } from '../../plot/quantity-axis.ts';
import {
  type Dot,
  dotSign,
  type KeyEntry,
  type Relation,
  type RelationLook,
  relationSvg,
} from '../../plot/relation.ts';
import { count } from '../../shared/format.ts';
import { pngOf } from '../../shared/png.ts';
import type { Session } from '../../shared/session.ts';
import { readTheme } from '../../shared/theme.ts';
import type { Row } from './rows.ts';

const HEIGHT = 300;
/** Axes of parallel coordinates beside the result: more are not read. */
const MAX_AXES = 8;

/** A result of one run, in the units of its column. */
const OF_RUN: Record<string, (run: RunSummary) => number | undefined> = {
  accuracy: ({ result }) => result && 100 * result.accuracy,
  loss: ({ result }) => result?.loss,
  spikes: ({ result }) => {
    const rate = meanRate(result?.spikeRates?.map((mean) => ({ mean, count: 1 })));
    return rate === undefined ? undefined : 100 * rate;
  },
  time: ({ seconds }) => seconds,
  last: ({ last }) => last?.test && 100 * last.test.accuracy,
  epoch: ({ result }) => result?.epoch,
};
const RESULTS = RESULT_COLUMNS.filter(({ id }) => Object.hasOwn(OF_RUN, id));

interface SeedDot extends Dot {
  text: string;
}

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
      session.update({ picture: value === 'scatter' || value === 'parallel' ? value : 'none' });
    };
    return html`<label class="also">
      <span>Picture</span>
      <select @change=${choose}>
        ${[
          ['none', '–'],
          ['scatter', 'Scatter'],
          ['parallel', 'Parallel coordinates'],
        ].map(
          ([value, label]) =>
            html`<option value=${value} .selected=${session.state.picture === value}>${label}</option>`,
        )}
      </select>
    </label>`;
  }

  render(rows: readonly Row[], all: readonly Column[], study: string): TemplateResult | typeof nothing {
    const { picture, pictureX, pictureY } = this.session.state;
    if (picture === 'none') return nothing;
    const settings = all.filter(({ setting }) => setting);
    const result = RESULTS.find(({ id }) => id === pictureY) ?? RESULTS[0]!;
    const scatter = picture === 'scatter';
    const against = [...settings, ...RESULTS].find(({ id }) => id === pictureX) ?? settings[0] ?? RESULTS[1]!;
    const drawn = scatter ? this.scatter(rows, against, result, study) : this.parallel(rows, settings, result, study);
    return html`<section class="relations" aria-label=${scatter ? 'Scatter' : 'Parallel coordinates'}>
      <div class="relations-head">
        ${scatter ? this.chooser('Over', [...settings, ...RESULTS], against, (id) => this.session.update({ pictureX: id })) : nothing}
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
          (entry, i) => html`<li @pointerenter=${() => (scatter ? undefined : this.point(i))}>
            <svg width="16" height="10" viewBox="0 0 16 10" aria-hidden="true">
              ${drawn.sign(entry.group, 8, 5)}
            </svg>${entry.name}
          </li>`,
        )}
      </ul>
      <p class="relation-reading" aria-live="polite">${this.pointed === undefined ? '' : drawn.texts[this.pointed]}</p>
    </section>`;
  }

  private scatter(rows: readonly Row[], x: Column, y: Column, study: string): Drawn {
    const dots: SeedDot[] = [];
    const means: Dot[] = [];
    let left = 0;
    for (const row of rows) {
      const own = row.results.flatMap((run): SeedDot[] => {
        const across = x.setting ? x.value(row) : OF_RUN[x.id]!(run);
        const up = OF_RUN[y.id]!(run);
        if (across === undefined || up === undefined || !Number.isFinite(up)) {
          left++;
          return [];
        }
        const text = `${nameOf(row)}, seed ${run.seed}: ${x.label} ${shown(across)}, ${y.label} ${shown(up)}${y.unit ? ` ${y.unit}` : ''}.`;
        return [{ group: row.index, x: across, y: up, text }];
      });
      dots.push(...own);
      if (x.setting && own.length > 1)
        means.push({ group: row.index, x: own[0]!.x, y: own.reduce((sum, dot) => sum + dot.y, 0) / own.length });
    }
    const label = (column: Column): string => `${column.label}${column.unit ? ` (${column.unit})` : ''}`;
    const width = this.width();
    const relation = (scheme: 'dark' | 'light'): Relation => ({
      title: `${label(y)} over ${label(x)}`,
      x: quantityAxis(
        label(x),
        dots.map((dot) => dot.x),
        width / 110,
      ),
      y: quantityAxis(
        label(y),
        dots.map((dot) => dot.y),
        6,
      ),
      dots,
      means,
      style: (group) => lineStyle(group, scheme),
    });
    return {
      key: keyOf(rows.filter(({ index }) => dots.some(({ group }) => group === index))),
      sign: (group, x, y) => dotSign(group, x, y, lineStyle(group, readTheme().scheme)),
      title: `${study}: ${label(y)} over ${label(x)}, one dot for each seed`,
      note: `${count(dots.length, 'dot')}, one for each seed that finished${left > 0 ? `; ${left} without a value are left out` : ''}`,
      texts: dots.map(({ text }) => text),
      svg: (look, scheme = readTheme().scheme) => relationSvg(relation(scheme), look),
    };
  }

  private parallel(rows: readonly Row[], settings: readonly Column[], result: Column, study: string): Drawn {
    const chosen = settings.filter(({ id }) => this.session.state.columns.includes(id));
    const wanted = (chosen.length > 0 ? chosen : settings).slice(0, MAX_AXES);
    const columns = [...wanted, result];
    const drawn = rows.filter((row) => result.value(row) !== undefined);
    const left = rows.length - drawn.length;
    const more = (chosen.length > 0 ? chosen : settings).length - wanted.length;
    const parallel = (scheme: 'dark' | 'light'): Parallel => ({
      axes: columns.map((column) =>
        quantityAxis(
          `${column.label.split('.').at(-1)}${column.unit ? ` (${column.unit})` : ''}`,
          drawn.map(column.value),
          5,
        ),
      ),
      lines: drawn.map((row) => ({ group: row.index, values: columns.map((column) => column.value(row)) })),
      style: (group) => lineStyle(group, scheme),
    });
    return {
      key: keyOf(drawn),
      sign: (group, x, y) => lineSign(x, y, lineStyle(group, readTheme().scheme)),
      title: `${study}: ${columns.map(({ label }) => label).join(', ')}, one line for each variant`,
      note: `means over the seeds${left > 0 ? `; ${count(left, 'row')} without a result left out` : ''}${more > 0 ? `; ${more} more settings differ: choose columns` : ''}`,
      texts: drawn.map(
        (row) => `${row.variant}: ${columns.map((c) => `${c.label} ${shown(c.value(row))}`).join(', ')}.`,
      ),
      svg: (look, scheme = readTheme().scheme) => parallelSvg(parallel(scheme), look),
    };
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

/** In the order of the file. */
function keyOf(rows: readonly Row[]): KeyEntry[] {
  return rows.map((row) => ({ group: row.index, name: nameOf(row) }));
}

function nameOf({ earlier, variant }: Row): string {
  return earlier ? `${variant} (earlier settings)` : variant;
}

interface Drawn {
  key: readonly KeyEntry[];
  /** What a variant is drawn with, around a place. */
  sign: (group: number, x: number, y: number) => SVGTemplateResult;
  title: string;
  note: string;
  /** Of each dot or line, for whoever reads them. */
  texts: readonly string[];
  svg: (look: RelationLook, scheme?: 'dark' | 'light') => TemplateResult;
}

function shown(value: Quantity | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : String(Number(value.toPrecision(4)));
}
