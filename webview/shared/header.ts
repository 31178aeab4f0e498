import '@vscode-elements/elements/dist/vscode-button/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import { isActive, isResumable, type RunSummary } from '../../protocol/runs.ts';
import { VIEW_IDS, VIEWS, type ViewId } from '../../protocol/views.ts';
import { UNTRUSTED } from '../../protocol/webview.ts';
import { baseName, count, percentOrDash } from './format.ts';
import { icon, VIEW_ICONS } from './icons.ts';
import type { Session } from './session.ts';
import { allRuns, describeStudy, groupState } from './study/progress.ts';

/** Title, where the study comes from, how it stands, and what can be done with all of it. */
export function header(session: Session): TemplateResult {
  const { comparison, target } = session;
  const runs = comparison ? allRuns(comparison) : [];
  const { progress } = groupState(runs);
  const active = runs.some((run) => isActive(run.state));
  return html`<header class="top">
    <div class="titles">
      <h1 title=${target.file}>${comparison?.study ?? target.study}</h1>
      <p class="meta">
        <button class="link" @click=${() => session.openFile()} title="Open ${target.file}">
          ${baseName(target.file)}
        </button>
        ${
          comparison
            ? html`<span>${count(comparison.rows.length, 'variant')}</span>${
                active ? html`<span class="strong">${percentOrDash(progress, 0)}&#x202f;%</span>` : nothing
              }${
                runs.length > 0
                  ? html`<span class="study-state" title=${describeStudy(comparison)}>${describeStudy(comparison)}</span>`
                  : nothing
              }`
            : nothing
        }
      </p>
    </div>
    <nav class="views" aria-label="Views of this study">
      ${VIEW_IDS.map((view) => viewButton(session, view))}
    </nav>
    <div class="actions">${studyActions(session)}</div>
    ${active ? progressLine(progress, 'Progress of the whole study') : nothing}
  </header>`;
}

function viewButton(session: Session, view: ViewId): TemplateResult {
  const here = session.target.view === view;
  return html`<button title=${VIEWS[view].title} aria-current=${here ? 'page' : nothing} @click=${() => (here ? undefined : session.openView(view))}>
    ${icon(VIEW_ICONS[VIEWS[view].icon])}<span>${VIEWS[view].title}</span>
  </button>`;
}

function studyActions(session: Session): TemplateResult {
  const runs = session.comparison ? allRuns(session.comparison) : [];
  const active = runs.filter((run) => isActive(run.state));
  const resumable = active.length === 0 ? runs.filter((run) => isResumable(run.state)) : [];
  return html`${
    resumable.length > 0
      ? html`<vscode-button
          secondary
          title=${session.trusted ? 'Go on from the last checkpoint' : UNTRUSTED}
          ?disabled=${!session.trusted}
          @click=${() => session.resume(resumable)}
          >${icon('resume')}Resume ${resumable.length > 1 ? resumable.length : ''}</vscode-button
        >`
      : nothing
  }${
    active.length > 0
      ? html`<vscode-button
          secondary
          title=${session.trusted ? 'A stopped run can be resumed' : UNTRUSTED}
          ?disabled=${!session.trusted}
          @click=${() => session.stop(active)}
          >${icon('stop')}Stop${active.length > 1 ? ' all' : ''}</vscode-button
        >`
      : nothing
  }${runs.length > 0 || (!session.comparison && session.pullProblem) || session.comparison?.outdated.length ? runAll(session, runs) : nothing}`;
}

/** Trains what is missing or outdated; when nothing is, the extension asks whether all of it is meant again. */
function runAll(session: Session, runs: readonly RunSummary[]): TemplateResult | typeof nothing {
  if (runs.some((run) => isActive(run.state))) return nothing;
  const starting = session.pending.has('start');
  const complete = runs.length > 0 && runs.every((run) => run.state === 'finished') && missingRuns(session) === 0;
  const hint = complete ? 'Everything is finished; train all of it again' : 'Train what is missing or outdated';
  return html`<vscode-button
    ?secondary=${complete}
    title=${session.trusted ? hint : UNTRUSTED}
    ?disabled=${!session.trusted || starting}
    @click=${() => session.start()}
    >${icon('play')}${starting ? 'Starting…' : complete ? 'Run again…' : 'Run all'}</vscode-button
  >`;
}

/** Seeds of the file without a run under its settings. */
function missingRuns({ comparison }: Session): number {
  const { rows = [], seeds = [] } = comparison ?? {};
  return rows.reduce((sum, row) => sum + seeds.length - row.runs.length, 0);
}

export function progressLine(progress: number, label: string): TemplateResult {
  return html`<div
    class="progress"
    role="progressbar"
    aria-label=${label}
    aria-valuenow=${Math.round(100 * progress)}
    aria-valuemin="0"
    aria-valuemax="100"
  >
    <div .style=${`width:${(100 * progress).toFixed(1)}%`}></div>
  </div>`;
}

/** Sentences about what does not work right now, each with a way on. */
export function banners(session: Session): TemplateResult {
  const { pullProblem, actionProblem, health, notice } = session;
  return html`<div class="banners" aria-live="polite">
    ${session.trusted ? nothing : html`<p class="banner info">${icon('info')}<span>${UNTRUSTED}</span></p>`}
    ${health ? html`<p class="banner warning">${icon('warning')}<span>${health}</span></p>` : nothing}
    ${[pullProblem, actionProblem].map((problem) =>
      problem
        ? html`<p class="banner error">
            ${icon('cross')}<span>${problem.message}</span>
            ${problem.dataset ? dataButtons(session, problem.dataset) : nothing}
            ${problem.retry ? html`<button class="link" @click=${problem.retry}>Try again</button>` : nothing}
            ${
              problem === actionProblem
                ? html`<button class="quiet" aria-label="Dismiss" @click=${() => session.dismissAction()}>
                    ${icon('close')}
                  </button>`
                : nothing
            }
          </p>`
        : nothing,
    )}
    ${
      session.comparison?.unread
        ? html`<p class="banner info unread">${icon('info')}<span>${count(session.comparison.unread, 'run')} of the store ${session.comparison.unread === 1 ? 'is' : 'are'} still being read: more may come to what is shown.</span></p>`
        : nothing
    }
    ${notice ? html`<p class="banner info">${icon('info')}<span>${notice}</span></p>` : nothing}
  </div>`;
}

function dataButtons(session: Session, dataset: string): TemplateResult {
  return html`<button class="link" @click=${() => session.getData(dataset, 'download')}>Download ${dataset} and run</button>
    <button class="link" @click=${() => session.getData(dataset, 'import')}>Choose folder…</button>`;
}

/** Before the first run: what will be here, and the button that makes it so. */
export function emptyState(session: Session): TemplateResult {
  const n = session.comparison?.rows.length ?? 0;
  const starting = session.pending.has('start');
  return html`<section class="empty">
    <svg viewBox="0 0 320 120" aria-hidden="true">
      <path class="axis" d="M8 108H312" />
      <path class="threshold" d="M8 34H312" />
      <path
        class="trace"
        d="M8 104c14-2 20-30 30-34s12 10 22 8 16-44 24-44V104c12 0 16-30 30-36s16 14 26 10 18-44 26-44V104c10 0 14-16 26-20s22 4 32-6 16-44 24-44V104c14 0 22-18 36-20s16 8 26 4"
      />
      <path class="spikes" d="M84 30V12M166 30V12M248 30V12" />
    </svg>
    <h2>Nothing has run yet</h2>
    <p>
      ${
        n > 0
          ? html`Run ${n === 1 ? 'the one variant' : `the ${n} variants`} of this study, and ${VIEWS[session.target.view].promise}`
          : 'This file names no variants yet.'
      }
    </p>
    <vscode-button
      title=${session.trusted ? nothing : UNTRUSTED}
      ?disabled=${!session.trusted || starting || n === 0}
      @click=${() => session.start()}
      >${icon('play')}${starting ? 'Starting…' : 'Run all'}</vscode-button
    >
    ${session.trusted ? nothing : html`<p class="muted">${UNTRUSTED}</p>`}
  </section>`;
}
