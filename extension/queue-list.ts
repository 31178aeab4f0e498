/** The queue as a list of VS Code that stays open: anew every second, with buttons on its lines and above them. */
import * as vscode from 'vscode';
import type { QueueMove, QueueState } from '../protocol/queue/queue.ts';
import { showError } from './base/notify.ts';
import { t } from './base/words.ts';
import { isPaused, type QueueAct, type QueueLine, queueLines, queueTitle } from './commands/queue-look.ts';

const REFRESH_MS = 1000;

type Item = vscode.QuickPickItem & { runId: string };
type MoveButton = vscode.QuickInputButton & { move: QueueMove };

export async function showQueue(
  read: () => Promise<QueueState[]>,
  act: (act: QueueAct) => Promise<void>,
): Promise<void> {
  const list = vscode.window.createQuickPick<Item>();
  const moves = moveButtons();
  const pause = { iconPath: new vscode.ThemeIcon('debug-pause'), tooltip: t('Pause the Queue…') };
  const proceed = { iconPath: new vscode.ThemeIcon('debug-continue'), tooltip: t('Continue the Queue') };
  let seen = '';
  const refresh = async (): Promise<void> => {
    const states = await read();
    const lines = queueLines(states);
    list.title = queueTitle(states);
    list.buttons = [isPaused(states) ? proceed : pause];
    // What did not change keeps the line that is chosen.
    if (JSON.stringify(lines) === seen) return;
    seen = JSON.stringify(lines);
    const active = list.activeItems[0]?.runId;
    list.items = lines.map((line) => itemOf(line, moves));
    list.activeItems = list.items.filter(({ runId }) => runId === active);
  };
  const told = (error: unknown): void => showError(error instanceof Error ? error.message : String(error));
  const done = (one: QueueAct): void => void act(one).then(refresh).catch(told);
  list.placeholder = t('Enter shows a run in the tree; the buttons of a line move it');
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.keepScrollPosition = true;
  await refresh();
  const timer = setInterval(() => void refresh().catch(() => {}), REFRESH_MS);
  const hidden = new Promise<void>((resolve) => list.onDidHide(resolve));
  list.onDidTriggerButton((button) => done({ kind: button === pause ? 'pause' : 'continue' }));
  list.onDidTriggerItemButton(({ item, button }) =>
    done({ kind: 'move', runId: item.runId, move: (button as MoveButton).move }),
  );
  list.onDidAccept(() => {
    const [item] = list.activeItems;
    list.hide();
    if (item) done({ kind: 'show', runId: item.runId });
  });
  list.show();
  await hidden;
  clearInterval(timer);
  list.dispose();
}

function itemOf({ runId, waits, label, description, detail }: QueueLine, buttons: MoveButton[]): Item {
  return { runId, label, description, detail, alwaysShow: false, ...(waits ? { buttons } : {}) };
}

function moveButtons(): MoveButton[] {
  const button = (move: QueueMove, icon: string, tooltip: string): MoveButton => ({
    move,
    tooltip,
    iconPath: new vscode.ThemeIcon(icon),
  });
  return [
    button('front', 'triangle-up', t('To the Front')),
    button('up', 'arrow-up', t('Up')),
    button('down', 'arrow-down', t('Down')),
    button('back', 'triangle-down', t('To the End')),
  ];
}
