import * as vscode from 'vscode';
import { Refusal } from '../../protocol/calls.ts';
import { COMMAND_IDS, type CommandId } from '../base/command-ids.ts';
import { type Choice, showError } from '../base/notify.ts';
import { targetOf } from '../tree/target.ts';
import { type Obstacle, obstacleOf, type Situation } from './dispatch.ts';
import { Cancelled, COMMANDS, type CommandContext } from './table.ts';

/** Registers every command. What fails is told once, in one sentence, to whoever asked for it. */
export function registerCommands(
  context: CommandContext,
  situation: () => Situation,
  log: (line: string) => void,
): vscode.Disposable {
  const run = async (id: CommandId, args: unknown[]): Promise<void> => {
    const obstacle = obstacleOf(COMMANDS[id], situation());
    if (obstacle !== undefined) return refuse(obstacle);
    try {
      await COMMANDS[id].run(context, targetOf(args));
    } catch (error) {
      if (error instanceof Cancelled) return;
      if (!(error instanceof Refusal)) log(`${id}: ${error instanceof Error ? error.stack : error}`);
      showError(error instanceof Error ? error.message : String(error), ...helpFor(error));
    }
  };
  return vscode.Disposable.from(
    ...COMMAND_IDS.map((id) => vscode.commands.registerCommand(id, (...args: unknown[]) => run(id, args))),
  );
}

/** Ways to the data that are missing. */
function helpFor(error: unknown): Choice[] {
  const dataset = error instanceof Refusal ? error.dataset : undefined;
  if (dataset === undefined) return [];
  const choice = (title: string, command: CommandId): Choice => ({
    title,
    run: () => void vscode.commands.executeCommand(command, { dataset }),
  });
  return [choice('Download', 'lifLab.downloadData'), choice('Choose Folder…', 'lifLab.importData')];
}

function refuse({ message, help }: Obstacle): void {
  showError(message, { title: help.title, run: () => void vscode.commands.executeCommand(help.command) });
}
