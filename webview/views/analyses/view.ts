import { html, type TemplateResult } from 'lit';
import { runsOf, type Subject } from '../../parts/answers/analyses.ts';
import { AnswersPart } from '../../parts/answers/part.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import type { View } from '../../shared/view.ts';

/** What the analyses found, one tab each, variants side by side. */
export class AnalysesView implements View {
  private readonly answers: AnswersPart;
  private readonly puller: Puller;

  constructor(private readonly session: Session<'analyses'>) {
    this.answers = new AnswersPart(
      session,
      () => this.subjects(),
      () => this.puller.request(),
    );
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
    this.answers.themeChanged();
  }

  render(): TemplateResult {
    const { session } = this;
    return html`<div class="page analyses" aria-busy=${this.puller.busy}>
      ${header(session)} ${banners(session)}
      ${
        !session.comparison
          ? html`<p class="waiting">${session.pullProblem ? '' : 'Reading the runs…'}</p>`
          : runsOf(this.subjects()).length === 0
            ? emptyState(session)
            : html`<main class="answers-part">${this.answers.render()}</main>`
      }
    </div>`;
  }

  /** All variants, with the runs that count: the newest finished one of every seed. */
  private subjects(): Subject[] {
    const rows = this.session.comparison?.rows ?? [];
    return rows.map(({ variant, results }, index) => ({ name: variant, index, results }));
  }

  private async pull(): Promise<void> {
    const { session } = this;
    try {
      session.comparison = await session.channel.request('runs/compare', {});
      await this.answers.pull();
      session.pullProblem = undefined;
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }
}
