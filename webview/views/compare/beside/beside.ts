/** What is chosen, side by side: how it differs, its curves, the answers of its networks. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SettingsTable } from '../../../../protocol/comparison/settings.ts';
import { lineStyle } from '../../../../protocol/drawing/palette.ts';
import type { StateOf } from '../../../../protocol/views.ts';
import type { Subject } from '../../../parts/answers/analyses.ts';
import { AnswersPart } from '../../../parts/answers/part.ts';
import type { Together } from '../../../parts/curves/inputs.ts';
import { CurvesPart } from '../../../parts/curves/part.ts';
import type { Session } from '../../../shared/session.ts';
import { readTheme } from '../../../shared/theme.ts';
import { type Side, sidesTable } from './sides.ts';

type Shown = StateOf<'compare'>['beside'];
const SHOWN: readonly (readonly [Shown, string])[] = [
  ['differences', 'Differences'],
  ['curves', 'Curves'],
  ['analyses', 'Analyses'],
];

export class Beside {
  private sides: readonly Side[] = [];
  private readonly curves: CurvesPart;
  private readonly answers: AnswersPart;
  private theme = readTheme();

  constructor(
    private readonly session: Session<'compare'>,
    private readonly request: () => void,
  ) {
    this.curves = new CurvesPart(session);
    this.answers = new AnswersPart(session, () => this.subjects(), request);
  }

  themeChanged(): void {
    this.theme = readTheme();
    this.curves.themeChanged();
    this.answers.themeChanged();
  }

  changed(runIds: readonly string[]): void {
    this.curves.markStale(runIds);
  }

  /** What the part that is shown needs. */
  async pull(sides: readonly Side[]): Promise<void> {
    this.sides = sides;
    if (sides.length === 0) return;
    const { beside } = this.session.state;
    if (beside === 'curves') await this.curves.pull(this.together());
    if (beside === 'analyses') await this.answers.pull();
  }

  render(sides: readonly Side[], table: SettingsTable | undefined): TemplateResult | typeof nothing {
    this.sides = sides;
    if (sides.length === 0) return nothing;
    const { session } = this;
    const { beside } = session.state;
    const name =
      sides.length > 3 ? `${sides.length} beside each other` : sides.map(({ label }) => label).join(' beside ');
    const chooser = html`<div class="segments" role="radiogroup" aria-label="Beside each other">
      ${SHOWN.map(
        ([id, text]) => html`<label>
          <input type="radio" name="beside" .checked=${id === beside} @change=${() => this.show(id)} /><span>${text}</span>
        </label>`,
      )}
    </div>`;
    return html`<section class="sides answers-part" aria-label="What is chosen, side by side">
      <div class="sides-head">
        <h2>${name}</h2>
        <button class="link" @click=${() => session.update({ chosen: [] })}>Close</button>
      </div>
      ${
        beside === 'curves'
          ? this.curves.render(this.together(), chooser)
          : beside === 'analyses'
            ? this.answers.render(chooser)
            : html`<div class="toolbar" role="toolbar" aria-label="Differences">${chooser}</div>
                ${sidesTable(sides, table, (runIds) => session.compareRuns(runIds))}`
      }
    </section>`;
  }

  afterRender(): void {
    if (this.sides.length > 0 && this.session.state.beside === 'curves') this.curves.afterRender();
  }

  private show(beside: Shown): void {
    this.session.update({ beside });
    this.request();
  }

  /** Those of one variant have its colour, and differ in dash. */
  private together(): Together[] {
    const { scheme, highContrast } = this.theme;
    return placed(this.sides).map(({ side, place }) => ({
      name: side.label,
      style: lineStyle(place, scheme, highContrast),
      runs: side.row.runs,
    }));
  }

  private subjects(): Subject[] {
    return placed(this.sides).map(({ side, place }) => ({ name: side.label, index: place, results: side.row.results }));
  }
}

/** Of the palette: a turn further for each that has the same variant. */
const TURN = 8;

function placed(sides: readonly Side[]): { side: Side; place: number }[] {
  const seen = new Map<number, number>();
  return sides.map((side) => {
    const nth = seen.get(side.index) ?? 0;
    seen.set(side.index, nth + 1);
    return { side, place: side.index + nth * TURN };
  });
}
