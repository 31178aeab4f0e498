/** Answers of analyses, variants or runs side by side: which analysis, with which parameters, what is missing of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AnalysisId, AnalysisSummary } from '../../../protocol/analyses/analyses.ts';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';
import { numberTable, tablesCsv } from '../../plot/number-table.ts';
import { count, percentOrDash } from '../../shared/format.ts';
import { progressLine } from '../../shared/header.ts';
import { icon } from '../../shared/icons.ts';
import { tablesControls } from '../../shared/menu.ts';
import type { Session } from '../../shared/session.ts';
import { readTheme } from '../../shared/theme.ts';
import { Analyses, type Answered, runsOf, type Subject } from './analyses.ts';
import { type AnswersView, contextOf } from './context.ts';
import type { Panel } from './panel.ts';
import { PANEL_IDS, PANELS, type PanelId } from './panels.ts';
import { paramsText, parseParams, tellingParams } from './params.ts';

/** While something is under way. */
const POLL_MS = 1000;

export class AnswersPart {
  private readonly analyses: Analyses;
  private readonly memories = new Map<string, unknown>();
  private theme = readTheme();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param subjects whose answers are shown
   * @param request pulls anew, this part included
   */
  constructor(
    private readonly session: Session<AnswersView>,
    private readonly subjects: () => readonly Subject[],
    private readonly request: () => void,
  ) {
    this.analyses = new Analyses(session as unknown as Session);
  }

  themeChanged(): void {
    this.theme = readTheme();
  }

  /** Asks again by itself while something is under way. */
  async pull(): Promise<void> {
    clearTimeout(this.timer);
    await this.analyses.pull(this.subjects(), [this.id]);
    if (this.analyses.active) this.timer = setTimeout(this.request, POLL_MS);
  }

  private get id(): PanelId {
    return PANEL_IDS.find((id) => id === this.session.state.analysis) ?? PANEL_IDS[0]!;
  }

  /** What is typed for the next question; it comes back with the view. */
  private get typed(): string {
    return this.session.state.choices[`typed.${this.id}`] ?? '';
  }

  private type(text: string): void {
    this.session.keep({ choices: { ...this.session.state.choices, [`typed.${this.id}`]: text } });
  }

  /** The one that fits the id: the table of panels says that they belong together. */
  private get panel(): Panel<AnalysisId> {
    return PANELS[this.id] as unknown as Panel<AnalysisId>;
  }

  /** @param before what else stands in the toolbar */
  render(before: TemplateResult | typeof nothing = nothing): TemplateResult {
    const { session, id, panel } = this;
    const asked = this.analyses.asked(id);
    const params = asked.find((one) => JSON.stringify(one) === session.state.params[id]) ?? asked[0];
    const { answered, waiting, missing } = this.analyses.of(this.subjects(), id, params);
    const tables = answered.length > 0 ? panel.tables(answered) : [];
    return html`<div class="toolbar" role="toolbar" aria-label="Analyses">
        ${before}
        <div class="segments" role="radiogroup" aria-label="Analysis">
          ${PANEL_IDS.map(
            (one) => html`<label>
              <input type="radio" name="analysis" .checked=${one === id} @change=${() => this.show(one)} /><span
                >${PANELS[one].title}</span
              >
            </label>`,
          )}
        </div>
        ${
          tables.length > 0
            ? tablesControls(session, {
                name: `${id}.csv`,
                hint: 'the numbers of the picture',
                csv: () => tablesCsv(tables),
              })
            : nothing
        }
      </div>
      <h2 class="visually-hidden">${panel.title}</h2>
      <p class="about muted">${panel.about}</p>
      ${this.question(asked, params, waiting, missing)}
      ${answered.length > 0 ? this.answer(panel, answered, tables) : nothing}`;
  }

  private answer(
    panel: Panel<AnalysisId>,
    answered: Answered[],
    tables: ReturnType<typeof panel.tables>,
  ): TemplateResult {
    const parts = answered.filter(({ state }) => state !== 'finished').length;
    return html`${parts > 0 ? html`<p class="muted">${count(parts, 'answer')} not complete yet.</p>` : nothing}
      <div class="answers">
        ${this.session.state.asTable ? tables.map(numberTable) : panel.picture(answered, contextOf(this.session, this.theme, this.memories))}
      </div>`;
  }

  /** With which parameters, what is missing, how far it is. */
  private question(
    asked: Record<string, unknown>[],
    params: Record<string, unknown> | undefined,
    waiting: readonly AnalysisSummary[],
    missing: readonly RunSummary[],
  ): TemplateResult {
    const { session, id, panel } = this;
    const active = waiting.filter(({ state }) => isActive(state));
    const failed = waiting.filter(({ state }) => state === 'failed');
    const done = active.reduce((sum, { progress }) => sum + progress, 0) / Math.max(1, active.length);
    const pending = session.pending.has(`analyse:${id}`);
    const runs = count(missing.length, 'run');
    const others = missing.length === 1 ? 'the other run' : `the other ${runs}`;
    const label = `Analyse ${asked.length === 0 ? runs : others}`;
    const message = active.every(({ state }) => state === 'queued') ? active[0]?.message : undefined;
    return html`<div class="question">
        ${
          asked.length > 0
            ? html`<label class="also"
                ><span>With</span
                ><select
                  aria-label="Parameters of the answers shown"
                  title=${params ? paramsText(params) : ''}
                  @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}
                >
                  ${asked.map(
                    (one) =>
                      html`<option value=${JSON.stringify(one)} .selected=${one === params}>${paramsText(tellingParams(one, asked))}</option>`,
                  )}
                </select></label
              >`
            : nothing
        }
        ${missing.length > 0 ? this.askButton(label, missing, params ?? {}, pending) : nothing}
        <form class="ask-anew" @submit=${(event: Event) => this.askTyped(event)}>
          <input
            type="text"
            aria-label="Parameters of another question"
            placeholder=${panel.example}
            .value=${this.typed}
            @input=${(event: Event) => this.type((event.target as HTMLInputElement).value)}
          /><button class="quiet" ?disabled=${!session.trusted || pending} title=${session.trusted ? 'Ask all runs with these parameters' : UNTRUSTED}>
            Ask with these
          </button>
        </form>
        ${
          active.length > 0
            ? html`<span class="asking">${message ?? `${count(active.length, 'run')}, ${percentOrDash(done, 0)}\u202f%`}</span>
                <button class="quiet" ?disabled=${!session.trusted} @click=${() => this.analyses.stop(active, () => this.request())}>
                  ${icon('stop')}<span>Stop</span>
                </button>`
            : nothing
        }
      </div>
      ${active.length > 0 ? progressLine(done, 'Progress of the analysis') : nothing}
      ${[...new Set(failed.map(messageOf))].map((sentence) => {
        const names = this.namesOf(failed.filter((one) => messageOf(one) === sentence));
        return html`<p class="banner error">${icon('cross')}<span><strong>${names}</strong>: ${sentence}</span></p>`;
      })}`;
  }

  /** `baseline, seed 1`, or how many runs they are and the first of them. */
  private namesOf(answers: readonly AnalysisSummary[]): string {
    const { runId } = answers[0]!;
    const first = runsOf(this.subjects()).find(({ id }) => id === runId);
    const name = first ? `${first.variant}, seed ${first.seed}` : runId;
    return answers.length === 1 ? name : `${count(answers.length, 'run')} (${name}, and so on)`;
  }

  private askButton(label: string, runs: readonly RunSummary[], params: Record<string, unknown>, pending: boolean) {
    const { session } = this;
    return html`<vscode-button
      title=${session.trusted ? 'Runs in the background' : UNTRUSTED}
      ?disabled=${!session.trusted || pending}
      @click=${() => this.ask(runs, params)}
      >${icon('play')}${pending ? 'Starting…' : label}</vscode-button
    >`;
  }

  private ask(runs: readonly RunSummary[], params: Record<string, unknown>): void {
    this.analyses.ask(this.id, runs, params, () => this.request());
  }

  private askTyped(event: Event): void {
    event.preventDefault();
    const { session } = this;
    const runs = runsOf(this.subjects());
    try {
      this.ask(runs, parseParams(this.typed));
    } catch (error) {
      session.actionProblem = { message: (error as Error).message };
      session.invalidate();
    }
    // The newest question is shown.
    this.choose('');
  }

  private show(analysis: PanelId): void {
    this.session.update({ analysis });
    this.request();
  }

  private choose(params: string): void {
    this.session.update({ params: { ...this.session.state.params, [this.id]: params } });
  }
}

const messageOf = ({ message }: AnalysisSummary): string => message ?? 'It failed.';
