/** What a command of `lif` is, how its options are read and how its help looks. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../base/errors.ts';
import type { JobOptions } from '../executors/executor.ts';
import { EXECUTORS, type ExecutorId } from '../executors/place.ts';
import type { CheckpointChoice } from '../runs/checkpoints.ts';
import type { Trainer } from '../training/trainer.ts';
import { findStore } from './stores.ts';

/** What the commands need from the world around them. */
export interface Cli {
  /** Program and first arguments that start `lif` again. */
  lif: string[];
  loadTrainer(): Promise<Trainer>;
}

export interface Option {
  type: 'string' | 'boolean';
  multiple?: boolean;
  /** One letter: `-o`. */
  short?: string;
  /** Name of the value in the help. */
  value?: string;
  help: string;
}

export interface Command {
  name: string;
  /** Positional arguments in the help. */
  usage: string;
  summary: string;
  example: string;
  options: Record<string, Option>;
  /** How many positional arguments: at least and at most. */
  positionals: [number, number];
  /** Started by lif itself; not in the help. */
  internal?: boolean;
  /** Resolves to the exit code. */
  run(cli: Cli, input: Input): Promise<number>;
}

export const storeOption: Option = {
  type: 'string',
  value: 'DIR',
  help: 'folder of the run store (default: the nearest .lif, that of the repository, or .lif here)',
};
export const jsonOption: Option = { type: 'boolean', help: 'print one JSON document instead of text' };
export const testOption: Option = {
  type: 'boolean',
  help: 'with --json: scores of the test set also where there is a validation set to choose by',
};
export const setOption: Option = {
  type: 'string',
  multiple: true,
  value: 'PATH=VALUE',
  help: 'a setting, e.g. training.epochs=5',
};
export const threadsOption: Option = {
  type: 'string',
  value: 'N',
  help: 'threads of each run (default: the cores are shared out)',
};

export const executorOption: Option = {
  type: 'string',
  value: EXECUTORS.join('|'),
  help: 'where: in processes of this machine, or on a Slurm cluster (default: as the file says)',
};

export const checkpointOption: Option = {
  type: 'string',
  value: 'SECONDS',
  help: 'time between two checkpoints (default: 10)',
};

/** What a timer of Node can wait for. */
export const MAX_SECONDS = 2_000_000;

export const maxSecondsOption: Option = {
  type: 'string',
  value: 'SECONDS',
  help: 'each run stops after a last checkpoint when it has trained this long, and can be resumed; exit code 4 says that one did',
};

/** Which network of a run. */
export const networkOption: Option = {
  type: 'string',
  value: 'best|last|STEP',
  help: 'of the epoch that counts in tables, the newest, or after this many weight updates (default: best)',
};

/** The arguments of one call. */
export class Input {
  constructor(
    readonly positionals: string[],
    private readonly values: Record<string, string | boolean | (string | boolean)[] | undefined>,
  ) {}

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
  }

  /** A whole number in [low, high]. */
  integer(name: string, low: number, high: number): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : parseInteger(value, name, low, high);
  }

  integers(name: string, low: number, high: number): number[] {
    return this.texts(name).map((value) => parseInteger(value, name, low, high));
  }

  /** What is handed on to the processes that train. */
  get training(): JobOptions {
    const threads = this.integer('threads', 1, 1024);
    const checkpointSeconds = this.integer('checkpoint-every', 0, 86_400);
    const maxSeconds = this.integer('max-seconds', 1, MAX_SECONDS);
    return {
      ...(threads !== undefined && { threads }),
      ...(checkpointSeconds !== undefined && { checkpointSeconds }),
      ...(maxSeconds !== undefined && { maxSeconds }),
    };
  }

  /** What `executorOption` names. */
  get executor(): ExecutorId | undefined {
    const text = this.text('executor');
    const executor = EXECUTORS.find((id) => id === text);
    if (text !== undefined && !executor)
      throw new UserError(`--executor must be ${EXECUTORS.join(' or ')}, not "${text}".`);
    return executor;
  }

  /** The length of a step. */
  seconds(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const seconds = Number(text);
    if (text.trim() !== '' && seconds >= 1e-9 && seconds <= 1e3) return seconds;
    throw new UserError(`--${name} must be the seconds of a step, from 1e-9 to 1000, not "${text}".`);
  }

  /** What `networkOption` names. */
  get checkpoint(): CheckpointChoice {
    const text = this.text('checkpoint') ?? 'best';
    if (text === 'best' || text === 'last') return text;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new UserError(`--checkpoint must be best, last or a number of weight updates, not "${text}".`);
  }

  /** Absolute path of the store. */
  get store(): string {
    const named = this.text('store');
    return named === undefined ? findStore(process.cwd()) : resolve(named);
  }
}

function parseInteger(value: string, name: string, low: number, high: number): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < low || number > high)
    throw new UserError(`--${name} must be a whole number from ${low} to ${high}, not "${value}".`);
  return number;
}

/** Reads the arguments after the command's name. */
export function parseInput(command: Command, args: string[]): Input {
  try {
    const options = Object.fromEntries(
      Object.entries(command.options).map(([name, { type, multiple, short }]) => [
        name,
        { type, multiple: multiple ?? false, ...(short && { short }) },
      ]),
    );
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const [least, most] = command.positionals;
    if (positionals.length < least) throw new Error(`${command.usage} is missing`);
    if (positionals.length > most) throw new Error(`"${positionals[most]}" is one argument too many`);
    return new Input(positionals, values);
  } catch (error) {
    const problem = (error as Error).message.split('\n')[0]!.replace(/\.? To specify a positional.*|\.$/, '');
    throw new UserError(`${problem}; see: lif ${command.name} --help`);
  }
}

export function commandHelp(command: Command): string {
  const options = { ...command.options, help: { type: 'boolean', help: 'this text' } as Option };
  const rows = Object.entries(options).map(([name, { value, multiple, short, help }]) => [
    `  ${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    multiple ? `${help}; may be given more than once` : help,
  ]);
  const width = Math.max(...rows.map(([left]) => left!.length));
  return [
    `${command.summary}`,
    '',
    `Usage: ${['lif', command.name, command.usage, '[options]'].filter(Boolean).join(' ')}`,
    '',
    ...rows.map(([left, right]) => `${left!.padEnd(width)}  ${right}`),
    '',
    `Example: ${command.example}`,
    '',
  ].join('\n');
}
