/** The commands that begin with `lif data`. */
import type { Command } from '../../command.ts';
import { dataCheckCommand } from './check.ts';
import { dataGetCommand } from './get.ts';
import { dataImportCommand } from './import.ts';
import { dataListCommand } from './list.ts';
import { dataShowCommand } from './show.ts';

export const DATA_COMMANDS: Command[] = [
  dataListCommand,
  dataGetCommand,
  dataCheckCommand,
  dataImportCommand,
  dataShowCommand,
];
