/** What there is on this machine for LIF Lab, and what to do about what is not. */
import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { availableInstructions, chosenInstructions, kernelRemarks } from '../backends/event/kernels/native.ts';
import { compilerWords } from '../backends/tensorflow/install/compile.ts';
import { cudaDevices } from '../backends/tensorflow/install/cuda.ts';
import {
  installedTensorFlow,
  leftoversIn,
  nameOf,
  saidOfTensorFlow,
  tensorFlowFolder,
} from '../backends/tensorflow/installed.ts';
import { absence, chosenTensorFlow, describeTensorFlow, SAYS } from '../backends/tensorflow/tensorflow.ts';
import { obstacle, standing } from '../base/folders.ts';
import { holderOf, isAlive } from '../base/lock.ts';
import { runTool, ToolError } from '../base/run-tool.ts';
import { engineVersion } from '../base/version.ts';
import { CATALOGUE } from '../datasets/library/catalogue.ts';
import { dataFolder } from '../datasets/library/locations.ts';
import { glance } from '../datasets/library/obtain.ts';

export interface DoctorFinding {
  what: string;
  found: string;
  /** Nothing that was asked for is missing. */
  well: boolean;
  /** What to do where something is missing, or could be better. */
  advice?: string;
}

const GIGABYTE = 2 ** 30;
const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(1)} GiB`;

/** @param check program and arguments that compute with the TensorFlow of a folder, in a process of its own */
export async function examine(check: (folder: string, name: string) => string[]): Promise<DoctorFinding[]> {
  const native = await nativeTensorFlow(check);
  return [
    { what: 'LIF Lab', found: engineVersion(), well: true },
    processor(),
    instructions(),
    node(),
    memory(),
    disk(),
    ...leftovers(),
    native,
    { what: 'TensorFlow in JavaScript', found: describeTensorFlow('javascript'), well: true },
    chosen(native),
    await compiler(),
    await gpu(),
    ...(await datasets()),
  ];
}

function processor(): DoctorFinding {
  const name = cpus()[0]?.model.trim() ?? process.arch;
  const cores = availableParallelism();
  return { what: 'processor', found: `${name}, ${cores} ${cores === 1 ? 'thread' : 'threads'}`, well: true };
}

const WITHOUT_KERNELS = `there are no kernels compiled for ${process.platform} ${process.arch} here; those in WebAssembly give the same results, and take two to three times as long`;

function instructions(): DoctorFinding {
  const remarks = kernelRemarks();
  const none = availableInstructions().every((set) => set === 'wasm');
  const advice = remarks.length > 0 ? remarks.join(' ') : none ? WITHOUT_KERNELS : undefined;
  return {
    what: 'kernels of the event engine',
    found: chosenInstructions(),
    well: remarks.length === 0,
    ...(advice !== undefined && { advice }),
  };
}

function node(): DoctorFinding {
  const old = Number(process.versions.node.split('.')[0]) < 20;
  const electron = process.versions.electron ? ` (Electron ${process.versions.electron})` : '';
  const found = `${process.version}${electron}`;
  return { what: 'Node', found, well: !old, ...(old && { advice: 'install Node 20 or newer' }) };
}

function memory(): DoctorFinding {
  const well = freemem() > GIGABYTE;
  const found = `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`;
  return { what: 'memory', found, well, ...(!well && { advice: 'close other programs before a large study' }) };
}

function disk(): DoctorFinding {
  const folder = dataFolder();
  const why = obstacle(folder);
  if (why !== undefined)
    return {
      what: 'data folder',
      found: `${folder}, which cannot be written because ${why}`,
      well: false,
      advice: 'set LIF_DATA to a folder that can be written',
    };
  const { bavail, bsize } = statfsSync(standing(folder).place);
  const free = bavail * bsize;
  const well = free > 5 * GIGABYTE;
  const advice = 'make room, or set LIF_DATA to a folder on a larger disk';
  return { what: 'data folder', found: `${folder}, ${gigabytes(free)} free`, well, ...(!well && { advice }) };
}

/** What installations left that were killed. */
function leftovers(): DoctorFinding[] {
  const data = dataFolder();
  const found = leftoversIn(data);
  const owner = holderOf(join(data, 'tensorflow.lock'));
  if (found.length === 0 || (owner && isAlive(owner) !== false)) return [];
  const advice =
    'the next "lif backend install tfjs" removes what an installation left that was broken off, or remove it';
  return [{ what: 'leftovers', found: found.join(', '), well: true, advice }];
}

async function nativeTensorFlow(check: (folder: string, name: string) => string[]): Promise<DoctorFinding> {
  const what = 'native TensorFlow';
  const installed = installedTensorFlow();
  const advice = 'for backend: tfjs, run "lif backend install tfjs"';
  if (!installed) return { what, found: 'not installed', well: true, advice };
  const [program, ...args] = check(tensorFlowFolder(), installed.package);
  const trouble = await complaint(program!, args);
  if (trouble !== undefined)
    return { what, found: `${nameOf(installed)} does not work: ${trouble}`, well: false, advice };
  return { what, found: `${nameOf(installed)}, from ${installed.from}`, well: true };
}

/** Which TensorFlow `backend: tfjs` takes, and how to say another. */
function chosen(native: DoctorFinding): DoctorFinding {
  const which = chosenTensorFlow();
  const broken =
    which === 'native' && !native.well ? `${describeTensorFlow(which)}, with which runs will fail` : undefined;
  const trouble = absence(which) ?? broken;
  const said = saidOfTensorFlow() === '' ? '' : ', as LIF_TENSORFLOW says';
  return {
    what: 'TensorFlow of backend: tfjs',
    found: trouble ?? `${describeTensorFlow(which)}${said}`,
    well: trouble === undefined,
    advice: `to choose, set ${SAYS} to native, javascript or the path of an installation`,
  };
}

async function compiler(): Promise<DoctorFinding> {
  const [program, ...args] = compilerWords();
  const [line] = (await linesOf(program, [...args, '--version'])) ?? [];
  return {
    what: 'C++ compiler',
    found: line ?? `no ${program}`,
    well: true,
    ...(line === undefined && {
      advice: 'needed only where TensorFlow brings no binary, or to build LIF Lab from its sources: install g++',
    }),
  };
}

async function gpu(): Promise<DoctorFinding> {
  const devices = await cudaDevices();
  return {
    what: 'GPU',
    found: devices.join('; ') || 'none with CUDA',
    well: true,
    ...(devices.length > 0 && { advice: 'for backend: tfjs on it, run "lif backend install tfjs --gpu"' }),
  };
}

async function datasets(): Promise<DoctorFinding[]> {
  return Promise.all(
    CATALOGUE.filter(({ generated }) => !generated).map(async (entry) => {
      const { problem, remarks } = await glance(entry);
      const what = `data set ${entry.name}`;
      if (problem !== undefined)
        return { what, found: 'not here', well: true, advice: `to use it, run "lif data get ${entry.name}"` };
      const well = remarks.length === 0;
      return { what, found: well ? 'ready' : 'incomplete', well, ...(!well && { advice: remarks.join(' ') }) };
    }),
  );
}

/** Lines that a program prints; undefined when there is none or it fails. */
async function linesOf(program: string, args: string[]): Promise<string[] | undefined> {
  try {
    return (await runTool(program, args, { timeoutMs: 10_000 })).trim().split('\n');
  } catch {
    return undefined;
  }
}

async function complaint(program: string, args: string[]): Promise<string | undefined> {
  try {
    await runTool(program, args, { timeoutMs: 60_000 });
    return undefined;
  } catch (error) {
    return error instanceof ToolError ? error.reason : String(error);
  }
}
