/** The commands that begin with `lif backend`. */
import type { Command } from '../../command.ts';
import { backendCheckCommand } from './check.ts';
import { backendInstallCommand } from './install.ts';

export const BACKEND_COMMANDS: Command[] = [backendInstallCommand, backendCheckCommand];
