import { html, nothing, type TemplateResult } from 'lit';
import type { SampleAnswer, SampleQuestion } from '../../../protocol/analyses/sample.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import { layerName } from '../../../protocol/layers.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import type { Place } from '../../plot/maps/raster.ts';
import { numberTable, tablesCsv } from '../../plot/number-table.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { icon } from '../../shared/icons.ts';
import { tablesControls } from '../../shared/menu.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import { readTheme } from '../../shared/theme.ts';
import type { View } from '../../shared/view.ts';
import { inputPicture } from './input.ts';
import { network } from './network.ts';
import { neuronsNote, neuronsOf } from './neurons.ts';
import { pickers } from './pickers.ts';
import { type Moment, momentOf, type ShownNetwork, sameInput } from './shown.ts';
import { sampleTables } from './tables.ts';

/** Steps a second while it plays. */
const PACE = 20;

/** One sample through one network, or through two beside each other, step by step. */
export class SampleView implements View {
  private readonly puller: Puller;
  private theme = readTheme();
  /** By place on the page and run: two checkpoints of one run may stand beside each other. */
  private readonly answers = new Map<string, SampleAnswer>();
  private problem: string | undefined;
  private playing: ReturnType<typeof setInterval> | undefined;
  private pointed: { name: string; place: Place } | undefined;

  constructor(private readonly session: Session<'sample'>) {
    this.puller = new Puller(
      () => this.pull(),
      () => session.invalidate(),
    );
    this.puller.request();
  }

  changed(): void {
    this.puller.request();
  }

  themeChanged(): void {
    this.theme = readTheme();
  }

  render(): TemplateResult {
    const { session } = this;
    const { comparison } = session;
    return html`<div class="page sample" aria-busy=${this.puller.busy}>
      ${header(session)} ${banners(session)}
      ${
        !comparison
          ? html`<p class="waiting">${session.pullProblem ? '' : 'Reading the runs…'}</p>`
          : comparison.rows.every(({ results }) => results.length === 0)
            ? emptyState(session)
            : this.body()
      }
    </div>`;
  }

  private stepOf(steps: number): number {
    return Math.max(0, Math.min(this.session.state.step, steps - 1));
  }

  /** The runs that are shown: of the chosen variants, with the chosen seed where they have it. */
  private get runs(): RunSummary[] {
    const { comparison, state } = this.session;
    const rows = comparison?.rows.filter(({ results }) => results.length > 0) ?? [];
    const first = rows.find(({ variant }) => variant === state.first) ?? rows[0];
    const second = rows.find(({ variant }) => variant === state.second);
    return [first, second].flatMap(
      (row) => row?.results.find(({ seed }) => seed === state.seed) ?? row?.results[0] ?? [],
    );
  }

  private get shown(): (ShownNetwork | undefined)[] {
    const rows = this.session.comparison?.rows ?? [];
    return this.runs.map((run, place) => {
      const answer = this.answers.get(`${place} ${run.id}`);
      const index = rows.findIndex(({ variant }) => variant === run.variant);
      const { colour } = lineStyle(Math.max(0, index), this.theme.scheme, this.theme.highContrast);
      return answer && { run, answer, colour };
    });
  }

  private questions(): SampleQuestion[] {
    const { split, index, label, layer, neurons, checkpoint, secondCheckpoint } = this.session.state;
    return this.runs.map((_, place) => {
      const wanted = place === 0 ? checkpoint : secondCheckpoint;
      return {
        split,
        index,
        ...(label >= 0 && { label }),
        ...(wanted > 0 && { checkpoint: wanted }),
        traces: [{ layer, neurons: neuronsOf(neurons) }],
      };
    });
  }

  private body(): TemplateResult {
    const { session, runs, shown } = this;
    const known = shown.filter((one) => one !== undefined);
    const asTable = session.state.asTable;
    return html`${pickers(
      session,
      runs,
      shown.map((one) => one?.answer),
      () => this.puller.request(),
    )}
      ${this.problem ? html`<p class="banner error" role="alert">${icon('cross')}<span>${this.problem}</span></p>` : nothing}
      ${
        known.length === 0
          ? html`<p class="waiting">${this.problem ? '' : 'Opening the network…'}</p>`
          : html`${this.note(known[0]!.answer)}${this.bar(known, known[0]!.answer.steps)}
              ${asTable ? html`<main>${sampleTables(known).map(numberTable)}</main>` : this.pictures(known)}`
      }`;
  }

  /** Why potentials are missing that were asked for. */
  private note({ layers }: SampleAnswer): TemplateResult {
    const { layer, neurons } = this.session.state;
    const one = layers[layer];
    const note = one && one.kind !== 'linear' ? neuronsNote(neurons, layerName(one.name, layer), one.neurons) : '';
    return html`<p class="muted" role="status">${note}</p>`;
  }

  /** Time, and what is to be seen of it. */
  private bar(known: readonly ShownNetwork[], steps: number): TemplateResult {
    const { session } = this;
    const step = this.stepOf(steps);
    return html`<div class="time" role="group" aria-label="Time">
      <button class="quiet" @click=${() => this.play(steps)}>${this.playing ? 'Pause' : 'Play'}</button>
      <button class="quiet" aria-label="Previous step" @click=${() => this.goTo((step + steps - 1) % steps)}>‹</button>
      <input
        type="range"
        min="0"
        max=${steps - 1}
        aria-label="Time step"
        aria-valuetext=${`step ${step + 1} of ${steps}`}
        .value=${String(step)}
        @input=${(event: Event) => this.goTo(Number((event.target as HTMLInputElement).value))}
      />
      <button class="quiet" aria-label="Next step" @click=${() => this.goTo((step + 1) % steps)}>›</button>
      <output>step ${step + 1} of ${steps}</output>
      ${tablesControls(session, {
        name: 'sample.csv',
        hint: 'the numbers of the pictures',
        csv: () => tablesCsv(sampleTables(known)),
      })}
    </div>`;
  }

  private pictures(known: readonly ShownNetwork[]): TemplateResult {
    const [first, second] = known as [ShownNetwork, ShownNetwork | undefined];
    const moment = this.moment(first.answer.steps);
    const differ = second !== undefined && !sameInput(first.answer, second.answer);
    return html`${inputPicture(first.answer, differ ? first.run.variant : '', moment)}
      ${differ ? inputPicture(second.answer, second.run.variant, momentOf(moment, second.answer.steps)) : nothing}
      <main class="networks">
        ${this.shown.map((one, place) =>
          one
            ? network(one, known, moment)
            : html`<section><h2>${this.runs[place]!.variant}</h2><p class="waiting">${this.problem ? '' : 'Opening the network…'}</p></section>`,
        )}
      </main>`;
  }

  private moment(steps: number): Moment {
    return {
      step: this.stepOf(steps),
      steps,
      chosen: this.session.state.step >= 0,
      theme: this.theme,
      choose: (step) => this.goTo(step),
      pointed: (name) => (this.pointed?.name === name ? this.pointed.place : undefined),
      point: (name, place) => {
        if (!place && this.pointed?.name !== name) return;
        this.pointed = place && { name, place };
        this.session.invalidate();
      },
    };
  }

  private goTo(step: number): void {
    this.session.keep({ step });
    this.session.invalidate();
  }

  private play(steps: number): void {
    if (this.playing) clearInterval(this.playing);
    this.playing = this.playing
      ? undefined
      : setInterval(() => {
          this.goTo((this.stepOf(steps) + 1) % steps);
        }, 1000 / PACE);
    this.session.invalidate();
  }

  /** Asks for what is shown; what is chosen while an answer is awaited is asked for next. */
  private async pull(): Promise<void> {
    const { session } = this;
    try {
      session.comparison = await session.channel.request('runs/compare', {});
      session.pullProblem = undefined;
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
      session.invalidate();
      return;
    }
    const questions = this.questions();
    const answers = await Promise.allSettled(
      this.runs.map(async ({ id: runId }, place) => {
        const answer = await session.channel.request('samples/probe', { runId, question: questions[place]! });
        this.answers.set(`${place} ${runId}`, answer);
        session.invalidate();
      }),
    );
    const failed = answers.find((one) => one.status === 'rejected');
    this.problem = failed && (failed.reason as Error).message;
    session.invalidate();
    if (JSON.stringify(this.questions()) !== JSON.stringify(questions)) this.puller.request();
  }
}
