import { html, nothing, type TemplateResult } from 'lit';
import type { SampleAnswer, SampleQuestion } from '../../../protocol/analyses/sample.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { raster } from '../../plot/maps/raster.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import { readTheme } from '../../shared/theme.ts';
import type { View } from '../../shared/view.ts';
import { inputPicture } from './input.ts';
import { neuronsOf } from './neurons.ts';
import { pickers } from './pickers.ts';
import { scoresOverTime } from './scores.ts';
import { traceChart } from './trace.ts';

/** Steps a second while it plays. */
const PACE = 20;

/** One sample through one network, or through two beside each other, step by step. */
export class SampleView implements View {
  private readonly puller: Puller;
  private theme = readTheme();
  private readonly answers = new Map<string, SampleAnswer>();
  private problem: string | undefined;
  private playing: ReturnType<typeof setInterval> | undefined;
  private step = 0;

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

  private questionOf(): SampleQuestion {
    const { split, index, label, layer, neurons, checkpoint } = this.session.state;
    return {
      split,
      index,
      ...(label >= 0 && { label }),
      ...(checkpoint > 0 && this.runs.length === 1 && { checkpoint }),
      traces: [{ layer, neurons: neuronsOf(neurons) }],
    };
  }

  private body(): TemplateResult {
    const { session, runs } = this;
    const shown = runs.flatMap((run) => this.answers.get(run.id) ?? []);
    const steps = shown[0]?.steps ?? 1;
    this.step = Math.min(this.step, steps - 1);
    return html`${pickers(session, runs, shown[0], () => this.puller.request())}
      ${this.problem ? html`<p class="banner error"><span>${this.problem}</span></p>` : nothing}
      ${
        shown.length === 0
          ? html`<p class="waiting">${this.problem ? '' : 'Opening the network…'}</p>`
          : html`<div class="time" role="group" aria-label="Time">
                <button class="quiet" @click=${() => this.play(steps)}>${this.playing ? 'Pause' : 'Play'}</button>
                <input
                  type="range"
                  min="0"
                  max=${steps - 1}
                  aria-label="Time step"
                  .value=${String(this.step)}
                  @input=${(event: Event) => this.goTo(Number((event.target as HTMLInputElement).value))}
                />
                <output>step ${this.step + 1} of ${steps}</output>
              </div>
              ${inputPicture(shown[0]!, this.step, this.theme, (step) => this.goTo(step))}
              <main class="networks">
                ${runs.map((run) => this.network(run, this.answers.get(run.id)))}
              </main>`
      }`;
  }

  private network(run: RunSummary, answer: SampleAnswer | undefined): TemplateResult {
    if (!answer) return html`<section><h2>${run.variant}</h2><p class="waiting">Opening the network…</p></section>`;
    const rows = this.session.comparison!.rows;
    const index = rows.findIndex(({ variant }) => variant === run.variant);
    const { colour } = lineStyle(Math.max(0, index), this.theme.scheme, this.theme.highContrast);
    const { step } = this;
    return html`<section class="network">
      <h2>${run.variant} <span class="muted">seed ${run.seed}, after ${answer.checkpoint} weight updates</span></h2>
      ${scoresOverTime(answer, this.theme)}
      ${answer.layers.map((layer) =>
        layer.spikes
          ? html`<figure class="panel-figure">
              <figcaption>
                <h3>${layer.name}</h3>
                <span class="muted">${layer.spikes.items.length} spikes of ${layer.neurons} neurons</span>
              </figcaption>
              ${raster(
                { steps: answer.steps, rows: layer.neurons, ...layer.spikes, colour },
                `${layer.name}: ${layer.spikes.items.length} spikes of ${layer.neurons} neurons over ${answer.steps} steps`,
                step,
                (chosen) => this.goTo(chosen),
              )}
            </figure>`
          : nothing,
      )}
      ${answer.layers
        .slice(0, -1)
        .flatMap((layer) => layer.traces.map(({ neuron, values }) => traceChart(layer, neuron, values, step, colour)))}
    </section>`;
  }

  private goTo(step: number): void {
    this.step = step;
    this.session.invalidate();
  }

  private play(steps: number): void {
    if (this.playing) clearInterval(this.playing);
    this.playing = this.playing
      ? undefined
      : setInterval(() => {
          this.goTo((this.step + 1) % steps);
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
    const question = this.questionOf();
    try {
      await Promise.all(
        this.runs.map(async ({ id: runId }) => {
          this.answers.set(runId, await session.channel.request('samples/probe', { runId, question }));
          session.invalidate();
        }),
      );
      this.problem = undefined;
    } catch (error) {
      this.problem = (error as Error).message;
    }
    session.invalidate();
    if (JSON.stringify(this.questionOf()) !== JSON.stringify(question)) this.puller.request();
  }
}
