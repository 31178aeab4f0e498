/** The `lif` command: finds the command that is meant, runs it, and turns whatever happens into an exit code. */
import { UserError } from '../base/errors.ts';
import { engineVersion } from '../base/version.ts';
import { type Cli, type Command, commandHelp, parseInput } from './command.ts';
import { analyseCommand } from './commands/analyse.ts';
import { compareCommand } from './commands/compare.ts';
import { executeCommand } from './commands/execute.ts';
import { hostCommand } from './commands/host.ts';
import { listCommand } from './commands/list.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { showCommand } from './commands/show.ts';
import { stopCommand } from './commands/stop.ts';
import { validateCommand } from './commands/validate.ts';
import { workCommand } from './commands/work.ts';
import { printLines, say } from './output.ts';

const COMMANDS: Command[] = [
  runCommand,
  listCommand,
  showCommand,
  stopCommand,
  resumeCommand,
  compareCommand,
  analyseCommand,
  validateCommand,
  executeCommand,
  workCommand,
  hostCommand,
];

/** 0: all went well. 1: something failed. 2: the input was wrong. 128 + n: ended by signal n (130 after Ctrl-C). */
export async function runCli(cli: Cli, args: string[]): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') return help(rest[0]);
    if (name === '--version') {
      printLines([engineVersion()]);
      return 0;
    }
    // It has commands of its own, and readers of data formats that nothing else needs.
    if (name === 'data') return await (await import('./data.ts')).runDataCommand(rest);
    const command = find(name);
    if (rest.includes('--help') || rest.includes('-h')) return help(name);
    return await command.run(cli, parseInput(command, rest));
  } catch (error) {
    if (error instanceof UserError) {
      say(error.message);
      return 2;
    }
    say(`lif failed unexpectedly: ${error instanceof Error ? error.stack : error}`);
    return 1;
  }
}

function find(name: string): Command {
  const command = COMMANDS.find((c) => c.name === name);
  if (command) return command;
  const names = [...COMMANDS.filter((c) => !c.internal).map((c) => c.name), 'data'];
  throw new UserError(`There is no command "${name}"; there are ${names.join(', ')} (see: lif --help).`);
}

function help(name: string | undefined): number {
  if (name !== undefined && !name.startsWith('-') && name !== 'data') {
    printLines(commandHelp(find(name)).trimEnd().split('\n'));
    return 0;
  }
  const data = { name: 'data', usage: 'COMMAND', summary: 'Lists, fetches, checks and shows data sets.' };
  const shown = [...COMMANDS.filter((command) => !command.internal), data];
  const usages = shown.map((command) => `  lif ${command.name} ${command.usage}`.trimEnd());
  const width = Math.max(...usages.map((usage) => usage.length));
  const lines = shown.map((command, i) => `${usages[i]!.padEnd(width)}  ${command.summary}`);
  printLines([
    'LIF Lab: find out what each part of a spiking neuron does.',
    '',
    ...lines,
    '',
    'lif COMMAND --help tells more. Example: lif run examples/delayed-xor.lif.yaml',
  ]);
  return 0;
}
