import { html, nothing, type TemplateResult } from 'lit';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { duration, loss, percentOrDash } from '../../shared/format.ts';
import { progressLine } from '../../shared/header.ts';
import { icon, stateIcon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';
import { describeGroup } from '../../shared/study/progress.ts';
import { runAction } from '../../shared/study/run-action.ts';
import type { Logs } from './logs.ts';
import { noteLine, starButton } from './notes.ts';
import type { Row } from './rows.ts';

/** More runs than these are not listed. */
const MAX_RUNS = 200;

export interface RunActions {
  toggleLog: (runId: string) => void;
  /** Beside others below the table. */
  isChosen: (run: RunSummary) => boolean;
  choose: (run: RunSummary) => void;
}

/** The runs behind one row. */
export function details(session: Session, row: Row, logs: Logs, actions: RunActions): TemplateResult {
  if (row.runs.length === 0) {
    return html`<p class="muted">No runs with the settings now in the file.</p>`;
  }
  const runs = [...row.runs].sort((a, b) => a.seed - b.seed);
  return html`<table class="seeds">
    <caption class="visually-hidden">
      Runs of ${row.variant}
    </caption>
    <thead>
      <tr>
        <th scope="col">Seed</th>
        <th scope="col">State</th>
        <th scope="col" class="num">Accuracy %</th>
        <th scope="col" class="num">Loss</th>
        <th scope="col" class="num">At epoch</th>
        <th scope="col" class="num">Last %</th>
        <th scope="col" class="num">Spikes %</th>
        <th scope="col" class="num">Time</th>
        <th scope="col" class="num wide">Samples/s</th>
        <th scope="col"><span class="visually-hidden">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${runs.slice(0, MAX_RUNS).map((run) => runRows(session, run, logs, actions))}
      ${
        runs.length > MAX_RUNS
          ? html`<tr>
            <td colspan="10" class="muted">and ${runs.length - MAX_RUNS} more runs; the export has all seeds</td>
          </tr>`
          : nothing
      }
    </tbody>
  </table>`;
}

function runRows(
  session: Session,
  run: RunSummary,
  logs: Logs,
  { toggleLog, isChosen, choose }: RunActions,
): TemplateResult {
  const open = logs.has(run.id);
  const score = run.result ?? run.test ?? run.validation;
  const remarks = [...(run.message ? [run.message] : []), ...(run.dataRemarks ?? []), ...run.damage];
  return html`<tr>
      <th scope="row">
        <label class="choose-run" title="Put it beside others below the table">
          <input
            type="checkbox"
            aria-label="Compare seed ${run.seed} of ${run.variant} with others"
            .checked=${isChosen(run)}
            @change=${() => choose(run)}
          />${run.seed}
        </label>
      </th>
      <td>
        <span class="state-cell">${stateIcon(run.state)}<span>${runState(run)}</span></span>
        ${isActive(run.state) ? progressLine(run.progress, `Progress of seed ${run.seed}`) : nothing}
      </td>
      <td class="num">${percentOrDash(score?.accuracy, 2)}</td>
      <td class="num">${loss(score?.loss)}</td>
      <td class="num">${run.result ? run.result.epoch : run.epoch}</td>
      <td class="num">${run.last?.test && run.last.epoch !== run.result?.epoch ? percentOrDash(run.last.test.accuracy, 2) : ''}</td>
      <td class="num">${run.result?.spikeRates?.map((rate) => percentOrDash(rate)).join(' / ') ?? '–'}</td>
      <td class="num">${duration(run.seconds)}</td>
      <td class="num wide">${run.samplesPerSecond > 0 ? Math.round(run.samplesPerSecond).toLocaleString('en') : '–'}</td>
      <td>
        <div class="run-actions">
          ${starButton(session, [run], `seed ${run.seed}`)}
          ${runAction(session, [run], { what: `seed ${run.seed}`, withLabel: true })}
          <button
            class="quiet"
            aria-label="Log of seed ${run.seed}"
            aria-expanded=${open ? 'true' : 'false'}
            @click=${() => toggleLog(run.id)}
          >
            Log
          </button>
        </div>
      </td>
    </tr>
    <tr class="note-row"><td colspan="10">${run.tags ? html`<span class="muted">${run.tags.join(', ')}</span>` : nothing}${noteLine(session, run)}</td></tr>
    ${remarks.map(
      (text) => html`<tr class="remark">
        <td colspan="10">${icon('warning')}<span>${text}</span></td>
      </tr>`,
    )}
    ${
      open
        ? html`<tr class="log">
          <td colspan="10">
            <pre tabindex="0" aria-label="End of the log of seed ${run.seed}">${logs.get(run.id) ?? 'Reading the log…'}</pre>
          </td>
        </tr>`
        : nothing
    }`;
}

function runState(run: RunSummary): string {
  const line = describeGroup([run]);
  return run.state === 'finished' ? 'finished' : line;
}
