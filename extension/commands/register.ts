import * as vscode from 'vscode';
import { Refusal } from '../../protocol/calls.ts';
import { COMMAND_IDS, type CommandId } from '../base/command-ids.ts';
import { type Choice, showError } from '../base/notify.ts';
import { t } from '../base/words.ts';
import { targetOf } from '../tree/target.ts';
import { Cancelled } from './cancelled.ts';
import { type Obstacle, obstacleOf, type Situation } from './obstacles.ts';
import { COMMANDS, type CommandContext } from './table.ts';

/** Registers every command. What fails is told once, in one sentence, to whoever asked for it. */
export function registerCommands(
  context: CommandContext,
  situation: () => Situation,
  log: (line: string) => void,
): vscode.Disposable {
  /** Whether it was done. */
  const run = async (id: CommandId, args: unknown[]): Promise<boolean> => {
    const obstacle = obstacleOf(COMMANDS[id], situation());
    if (obstacle !== undefined) {
      refuse(obstacle);
      return false;
    }
    try {
      await COMMANDS[id].run(context, targetOf(args));
      return true;
    } catch (error) {
      if (error instanceof Cancelled) return false;
      if (!(error instanceof Refusal)) log(`${id}: ${error instanceof Error ? error.stack : error}`);
      showError(error instanceof Error ? error.message : String(error), ...waysToData(error, id, args));
      return false;
    }
  };

  /** Ways to the data that are missing; once they are there, what was wanted is done. */
  const waysToData = (error: unknown, id: CommandId, args: unknown[]): Choice[] => {
    const dataset = error instanceof Refusal ? error.dataset : undefined;
    if (dataset === undefined) return [];
    const way = (title: string, command: CommandId): Choice => ({
      title,
      run: () => void run(command, [{ dataset }]).then((done) => done && run(id, args)),
    });
    return [way(t('Download and Run'), 'lifLab.downloadData'), way(t('Choose Folder…'), 'lifLab.importData')];
  };

  return vscode.Disposable.from(
    ...COMMAND_IDS.map((id) => vscode.commands.registerCommand(id, (...args: unknown[]) => run(id, args))),
  );
}

function refuse({ message, help }: Obstacle): void {
  showError(message, { title: help.title, run: () => void vscode.commands.executeCommand(help.command) });
}
