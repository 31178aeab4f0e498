/**
 * Commands of a Slurm that is none: tasks are processes of this machine, and nothing waits. `node slurm.mjs FOLDER COMMAND ARGS…`;
 * what is known of a task is in FOLDER. Where FOLDER holds `full`, tasks wait for Resources until that is gone.
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [folder, command, ...args] = process.argv.slice(2);
const file = (name) => join(folder, name);
const read = (name) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : undefined);
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const named = () =>
  readdirSync(folder).flatMap((name) => {
    const found = /^(\d+)_(\d+)\.json$/.exec(name);
    return found
      ? [{ id: `${found[1]}_${found[2]}`, array: found[1], index: found[2], ...JSON.parse(read(name)) }]
      : [];
  });

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Begins a task, beside this command; `after` is a process that has to end before. */
function begin(id, what, after) {
  const [array, index] = id.split('_');
  const out = openSync(what.output.replaceAll('%%', '%').replace('%a', index), 'a');
  const child = spawn(process.execPath, [process.argv[1], folder, 'attend', id, what.script, String(after ?? 0)], {
    detached: true,
    stdio: ['ignore', out, out],
    env: {
      ...process.env,
      SLURM_ARRAY_JOB_ID: array,
      SLURM_ARRAY_TASK_ID: index,
      SLURM_CPUS_PER_TASK: '1',
    },
  });
  child.unref();
  if (after !== undefined) writeFileSync(file(`${id}.again`), '');
  writeFileSync(file(`${id}.json`), JSON.stringify({ ...what, attendant: child.pid }));
}

async function attend(id, script, after) {
  while (Number(after) > 0 && isAlive(Number(after))) await delay(50);
  // What the attempt before it left says nothing of this one.
  for (const ending of ['code', 'pid', 'again']) rmSync(file(`${id}.${ending}`), { force: true });
  while (existsSync(file('full'))) await delay(50);
  const child = spawn('/bin/bash', [script], { stdio: 'inherit' });
  writeFileSync(file(`${id}.pid`), String(child.pid));
  child.once('exit', (code) => writeFileSync(file(`${id}.code`), String(code ?? 137)));
}

function stateOf({ id, attendant }) {
  if (existsSync(file(`${id}.again`))) return 'PENDING|BeginTime|';
  const code = read(`${id}.code`);
  if (existsSync(file(`${id}.cancelled`)) && !isAlive(attendant)) return 'CANCELLED|None|here';
  if (code !== undefined) return code === '0' ? 'COMPLETED|None|here' : 'FAILED|NonZeroExitCode|here';
  return existsSync(file(`${id}.pid`)) ? 'RUNNING|None|here' : 'PENDING|Resources|';
}

function signal(id, name) {
  const pid = Number(read(`${id}.pid`));
  if (pid > 0 && isAlive(pid)) process.kill(pid, name);
}

const commands = {
  sbatch() {
    if (args[0] === '--version') return console.log('slurm 0');
    const array = String(1 + Math.max(0, ...named().map((task) => Number(task.array))));
    const [first, last] = option('array').replace(/%.*/, '').split('-').map(Number);
    const what = { name: option('job-name'), output: option('output'), script: args.at(-1) };
    for (let i = first; i <= last; i++) begin(`${array}_${i}`, what);
    console.log(array);
  },
  squeue() {
    for (const task of named()) {
      if (option('name') === undefined) console.log(`${task.array}|${task.index}|${stateOf(task)}`);
      else if (option('name') === task.name) console.log(task.array);
    }
  },
  sacct() {
    console.error('Slurm accounting storage is disabled');
    process.exitCode = 1;
  },
  scancel() {
    for (const id of args) {
      writeFileSync(file(`${id}.cancelled`), '');
      if (read(`${id}.pid`) === undefined) process.kill(JSON.parse(read(`${id}.json`)).attendant, 'SIGTERM');
      else signal(id, 'SIGTERM');
    }
  },
  scontrol() {
    if (args[0] !== 'requeue') return console.log('MaxArraySize = 1001');
    const { attendant, ...what } = JSON.parse(read(`${args[1]}.json`));
    begin(args[1], what, attendant);
  },
  attend: () => attend(...args),
};

await commands[command]();
