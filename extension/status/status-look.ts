import type { RunSummary } from '../../protocol/runs.ts';
import { activity, count, progressText } from '../base/text.ts';
import { t } from '../base/words.ts';
import type { Health } from '../host/client.ts';
import { activeRuns } from '../model/studies.ts';

export interface StatusLook {
  text: string;
  accessibility: string;
  /** Plain text, one line each. */
  details: string[];
  command: 'lifLab.restartHost' | 'lifLab.runs.focus';
  severe: boolean;
}

/** @param problems one sentence for each store that cannot be read. */
export function statusLook(health: Health, problems: readonly string[], runs: readonly RunSummary[]): StatusLook {
  if (health.state === 'failed' || health.state === 'stopped') {
    const message = health.message || t('The LIF Lab query process is not running.');
    return {
      text: '$(error) LIF Lab',
      accessibility: `LIF Lab: ${message}`,
      details: [message, t('Runs that are training go on. Click to restart.')],
      command: 'lifLab.restartHost',
      severe: true,
    };
  }
  const active = activeRuns(runs);
  const waiting = health.state === 'waiting' || problems.length > 0;
  const icon = waiting ? '$(warning)' : active.some((run) => run.state === 'running') ? '$(sync~spin)' : '$(pulse)';
  const progress = active.length === 0 ? '' : `: ${activity(runs)}`;
  const sentences = [...(health.message === '' ? [] : [health.message]), ...problems];
  return {
    text: `${icon} LIF Lab${progress}`,
    accessibility:
      `LIF Lab${progress === '' ? `: ${t('nothing is running')}` : progress}. ${sentences.join(' ')}`.trim(),
    details: [
      ...sentences,
      ...active.slice(0, 10).map((run) => t('{0}, seed {1}: {2}', run.variant, run.seed, progressText(run.progress))),
      ...(active.length > 10 ? [t('and {0} more', active.length - 10)] : []),
      ...(active.length === 0 ? [t('Nothing is running · {0}', count(runs.length, 'run'))] : []),
    ],
    command: 'lifLab.runs.focus',
    severe: false,
  };
}
