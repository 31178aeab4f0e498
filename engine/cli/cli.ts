/** The `lif` command: finds the command that is meant, runs it, and turns whatever happens into an exit code. */
import { UserError } from '../base/errors.ts';
import { engineVersion } from '../base/version.ts';
import { failureOf } from './answers/failure.ts';
import { answerDefinitions, usedBy } from './answers/json-schema.ts';
import { type Cli, type Command, commandHelp, parseInput } from './command.ts';
import { analyseCommand } from './commands/analyse.ts';
import { BACKEND_COMMANDS } from './commands/backend/commands.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { DATA_COMMANDS } from './commands/data/commands.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { exportCommand } from './commands/exchange/export.ts';
import { importNirCommand } from './commands/exchange/import-nir.ts';
import { executeCommand } from './commands/internal/execute.ts';
import { hostCommand } from './commands/internal/host.ts';
import { probeCommand } from './commands/internal/probe.ts';
import { rehearseCommand } from './commands/internal/rehearse.ts';
import { taskCommand } from './commands/internal/task.ts';
import { workCommand } from './commands/internal/work.ts';
import { listCommand } from './commands/list.ts';
import { mcpCommand } from './commands/mcp.ts';
import { queueCommand } from './commands/queue.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { showCommand } from './commands/show.ts';
import { stopCommand } from './commands/stop.ts';
import { validateCommand } from './commands/validate.ts';
import { waitCommand } from './commands/wait.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { printJson, printLines, say } from './output.ts';
import { ignoreHangUps } from './signals.ts';

export const COMMANDS: readonly Command[] = [
  runCommand,
  listCommand,
  showCommand,
  waitCommand,
  eventsCommand,
  stopCommand,
  resumeCommand,
  queueCommand,
  compareCommand,
  checkCommand,
  analyseCommand,
  reportCommand,
  exportCommand,
  importNirCommand,
  validateCommand,
  ...DATA_COMMANDS,
  ...BACKEND_COMMANDS,
  doctorCommand,
  mcpCommand,
  executeCommand,
  workCommand,
  taskCommand,
  hostCommand,
  probeCommand,
  rehearseCommand,
];

/** Resolves to one of EXIT_CODES. With --json standard output is one document, also when the input was wrong. */
export async function runCli(cli: Cli, args: string[]): Promise<number> {
  ignoreHangUps();
  try {
    return await runArguments(cli, args);
  } catch (error) {
    if (error instanceof UserError) {
      say(error.message);
      return failed(error, 2, args);
    }
    say(`lif failed unexpectedly: ${error instanceof Error ? error.stack : error}`);
    return failed(error instanceof Error ? error : new Error(String(error)), 1, args);
  }
}

function failed(error: Error, code: number, args: readonly string[]): number {
  try {
    if (args.includes('--json')) printJson(failureOf(error, code));
  } catch {
    // Standard output takes nothing, which is what has been said already.
  }
  return code;
}

/** Runs what the arguments ask for. Resolves to the exit code; rejects with a UserError when they are wrong. */
export async function runArguments(cli: Cli, args: string[]): Promise<number> {
  const { name, rest } = splitName(args);
  if (name === undefined || name === '--help' || name === '-h') return help(rest);
  if (name === 'help') return help(rest);
  if (name === '--version') {
    printLines([engineVersion()]);
    return 0;
  }
  const asked = rest.includes('--help') || rest.includes('-h');
  if (isGroup(name)) {
    help([name]);
    return asked ? 0 : 2;
  }
  const command = find(name);
  return asked
    ? help([...name.split(' '), ...rest.filter((word) => word === '--json')])
    : command.run(cli, parseInput(command, rest));
}

/** Commands of a group have names of two words. */
function splitName(args: string[]): { name: string | undefined; rest: string[] } {
  const [first, second, ...rest] = args;
  return first !== undefined && isGroup(first) && second !== undefined && !second.startsWith('-')
    ? { name: `${first} ${second}`, rest }
    : { name: first, rest: args.slice(1) };
}

const membersOf = (group: string): Command[] =>
  COMMANDS.filter(({ name, internal }) => !internal && name.startsWith(`${group} `));
const isGroup = (word: string): boolean => membersOf(word).length > 0;

function find(name: string): Command {
  const command = COMMANDS.find((c) => c.name === name);
  if (command) return command;
  const group = name.split(' ')[0]!;
  const members = membersOf(group).map((member) => member.name.slice(group.length + 1));
  if (members.length > 0) throw new UserError(`There is no "lif ${name}"; there are ${members.join(', ')}.`);
  const names = COMMANDS.filter((c) => !c.internal).map((c) => c.name);
  throw new UserError(`There is no command "${name}"; there are ${names.join(', ')} (see: lif --help).`);
}

/** All that `lif --help` tells, for programs. */
function overview() {
  const commands = COMMANDS.filter(({ internal }) => !internal).map(({ name, usage, summary, example, options }) => {
    return { name, usage, summary, example, options: Object.keys(options), json: 'json' in options };
  });
  return {
    commands,
    exitCodes: EXIT_CODES,
    answers: 'schemas/answers.schema.json; of one command: lif help COMMAND --json',
  };
}

/** One command with the schema of its answer; references in it are to the definitions beside it. */
function described({ name, usage, summary, example, options }: Command) {
  const { [name]: answer, ...others } = answerDefinitions();
  return { name, usage, summary, example, options, ...(answer && { answer, definitions: usedBy(answer, others) }) };
}

/** Help on all commands, on those of a group, or on the one that the words name. */
function help(words: string[]): number {
  const { name } = splitName(words.filter((word) => !word.startsWith('-')));
  if (words.includes('--json')) {
    printJson(name === undefined ? overview() : described(find(name)));
    return 0;
  }
  const group = name !== undefined && isGroup(name);
  if (name !== undefined && !group) {
    printLines(commandHelp(find(name)).trimEnd().split('\n'));
    return 0;
  }
  const shown = group ? membersOf(name) : COMMANDS.filter((command) => !command.internal);
  const usages = shown.map((command) => `  lif ${command.name} ${command.usage}`.trimEnd());
  const width = Math.max(...usages.map((usage) => usage.length));
  const lines = shown.map((command, i) => `${usages[i]!.padEnd(width)}  ${command.summary}`);
  printLines([
    'LIF Lab: find out what each part of a spiking neuron does.',
    '',
    ...lines,
    '',
    'lif COMMAND --help tells more. Example: lif run examples/delayed-xor.lif.yaml',
    '',
    'Exit codes:',
    ...EXIT_CODES.map(({ code, meaning }) => `${String(code).padStart(5)}  ${meaning}`),
    '',
    'With --json a command prints one JSON document, described by schemas/answers.schema.json (lif help --json prints all of this as',
    'JSON). Where the input was wrong it is {"error": {"code", "message", …}}; progress and remarks go to standard error.',
  ]);
  return 0;
}
