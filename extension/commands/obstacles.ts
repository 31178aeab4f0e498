import { UNTRUSTED } from '../../protocol/webview.ts';
import type { CommandId } from '../base/command-ids.ts';
import { t } from '../base/words.ts';
import type { Health } from '../host/client.ts';
import type { EditorCommand } from './table.ts';

/** What decides whether a command can run. */
export interface Situation {
  health: Health;
  trusted: boolean;
}

/** Why a command cannot run now, and the command that would help. */
export interface Obstacle {
  message: string;
  help: { title: string; command: CommandId | 'workbench.trust.manage' };
}

/** Undefined when the command can run. */
export function obstacleOf(command: EditorCommand, { health, trusted }: Situation): Obstacle | undefined {
  if (command.need === 'trust' && !trusted) {
    return {
      message: t(UNTRUSTED),
      help: { title: t('Manage Workspace Trust'), command: 'workbench.trust.manage' },
    };
  }
  if (command.need !== 'nothing' && (health.state === 'failed' || health.state === 'stopped')) {
    return {
      message: health.message || t('The LIF Lab query process is not running.'),
      help: { title: t('Restart'), command: 'lifLab.restartHost' },
    };
  }
  return undefined;
}
