import { describe, expect, test } from 'vitest';
import { obstacleOf } from '../../../extension/commands/obstacles.ts';
import { COMMANDS } from '../../../extension/commands/table.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';

/** Commands that start a process or write into a store. */
const RUN_OR_WRITE = [
  'firstExperiment',
  'runAll',
  'runAllAgain',
  'addSeeds',
  'runVariant',
  'stopAll',
  'stopVariant',
  'writeReport',
  'stop',
  'resume',
  'trainFurther',
  'queueFront',
  'queueBack',
  'pauseQueue',
  'continueQueue',
  'delete',
  'experimentFromRun',
  'downloadData',
  'importData',
  'previewData',
  'checkData',
  'installTensorFlow',
];

describe('what a command needs', () => {
  const ready = { health: { state: 'ready', message: '' }, trusted: true } as const;
  const restricted = { ...ready, trusted: false };
  const broken = { health: { state: 'failed', message: 'It is gone.' }, trusted: true } as const;
  const refused = (situation: Parameters<typeof obstacleOf>[1]): string[] =>
    Object.entries(COMMANDS).flatMap(([id, command]) => (obstacleOf(command, situation) ? [id.slice(7)] : []));

  test('whatever runs or writes needs trust, and says so; looking does not', () => {
    expect(refused(ready)).toEqual([]);
    expect(refused(restricted)).toEqual(RUN_OR_WRITE);
    expect(obstacleOf(COMMANDS['lifLab.runAll'], restricted)).toEqual({
      message: UNTRUSTED,
      help: { title: 'Manage Workspace Trust', command: 'workbench.trust.manage' },
    });
  });

  test('without the query process, what needs it offers to restart it', () => {
    expect(refused(broken)).toEqual(expect.arrayContaining([...RUN_OR_WRITE, 'reproduceRun', 'revealData', 'refresh']));
    expect(obstacleOf(COMMANDS['lifLab.stop'], broken)).toEqual({
      message: 'It is gone.',
      help: { title: 'Restart', command: 'lifLab.restartHost' },
    });
  });
});
