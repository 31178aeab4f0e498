/**
 * Installs native TensorFlow into the data folder: the packages with npm, then the library in the package's own way, and
 * where that is impossible (its binaries lie on one server, for some platforms) from TensorFlow's Python package, against
 * which the package's binding is compiled. What is in place already stays until the new one has computed something right.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { runTool, ToolError } from '../../../base/run-tool.ts';
import type { DownloadOptions } from '../../../datasets/library/download.ts';
import { dataFolder, makeDataFolder } from '../../../datasets/library/locations.ts';
import { withLock } from '../../../datasets/library/lock.ts';
import { type Installed, installedTensorFlow, leftoversIn, manifestOf } from '../installed.ts';
import { compileBinding } from './compile.ts';
import { cudaDevices } from './cuda.ts';
import packageList from './packages/package.json' with { type: 'json' };
import packageLock from './packages/package-lock.json' with { type: 'json' };
import { fetchWheel, indexOf, libraryFolder, takeTensorFlow, WHEEL } from './wheel.ts';

export interface InstallOptions extends DownloadOptions {
  /** The package for CUDA. */
  gpu?: boolean;
  /** A wheel or a folder of TensorFlow that is here. */
  from?: string | undefined;
  /** Address of a Python package index. */
  index?: string | undefined;
  /** Program and arguments that load the TensorFlow of a folder in a process of its own and print its version. */
  check: (folder: string, name: Installed['package']) => string[];
}

const GIGABYTE = 2 ** 30;
/** What an installation takes while it is made. */
const ROOM = 3 * GIGABYTE;
const MINUTE = 60_000;

/** Resolves when a network could be opened with it. Rejects with a UserError, and what was installed before is still there. */
export async function installTensorFlow(options: InstallOptions): Promise<Installed> {
  if (options.gpu && (await cudaDevices()).length === 0)
    throw new UserError(
      'nvidia-smi: finds no GPU with CUDA here, which @tensorflow/tfjs-node-gpu is for; leave out --gpu, or install the driver of the GPU first.',
    );
  // What is wrong with these is known before npm works for minutes.
  if (options.from === undefined) indexOf(options);
  else {
    if (platformName() !== WHEEL.platform) throw unusable();
    libraryFolder(options.from);
  }
  const data = dataFolder();
  makeDataFolder(data);
  const { bavail, bsize } = statfsSync(data);
  if (bavail * bsize < ROOM)
    throw new UserError(
      `${data}: TensorFlow needs ${ROOM / GIGABYTE} GiB while it is installed, and the disk has ${((bavail * bsize) / GIGABYTE).toFixed(1)} left; make room or set LIF_DATA.`,
    );
  return withLock(join(data, 'tensorflow.lock'), () => installAside(data, options), {
    signal: options.signal,
    onWait: (holder) => options.onNote?.(`waiting for ${holder}, which is installing TensorFlow too`),
  });
}

async function installAside(data: string, options: InstallOptions): Promise<Installed> {
  sweep(data);
  const aside = join(data, `tensorflow.new-${randomUUID()}`);
  mkdirSync(aside);
  try {
    const installed = await installInto(aside, data, options);
    writeFileSync(manifestOf(aside), `${JSON.stringify(installed, null, 2)}\n`);
    const [place, old] = [join(data, 'tensorflow'), `${aside}.old`];
    if (existsSync(place)) renameSync(place, old);
    renameSync(aside, place);
    rmSync(old, { recursive: true, force: true });
    return installed;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Takes away what installations left that were killed. What the last of them had moved aside to make room goes back. */
function sweep(data: string): void {
  const place = join(data, 'tensorflow');
  for (const leftover of leftoversIn(data)) {
    if (installedTensorFlow(leftover) && leftover.endsWith('.old') && !existsSync(place)) renameSync(leftover, place);
    else rmSync(leftover, { recursive: true, force: true });
  }
}

async function installInto(folder: string, data: string, options: InstallOptions): Promise<Installed> {
  const { gpu = false, from, onNote, signal } = options;
  const name: Installed['package'] = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const version = packageList.dependencies[name];
  writeFileSync(join(folder, 'package.json'), JSON.stringify(packageList));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(packageLock));
  onNote?.(`getting the packages of ${name} ${version} with npm`);
  await npm(folder, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], signal);

  const of = async (from: string): Promise<Installed> => {
    onNote?.('loading it and computing a convolution');
    return { package: name, version, tensorflow: await checked(folder, name, options), from };
  };
  if (from === undefined) {
    onNote?.(`getting the library in the way of ${name} itself`);
    try {
      await npm(folder, ['rebuild', name, '--foreground-scripts'], signal);
      return await of(`the package ${name}`);
    } catch (error) {
      signal?.throwIfAborted();
      if (gpu || platformName() !== WHEEL.platform) throw error;
      onNote?.(`that did not work: ${messageOf(error)}`);
    }
  }
  if (platformName() !== WHEEL.platform) throw unusable();
  const root = join(folder, 'node_modules', name);
  const libraries = join(root, 'deps/lib');
  rmSync(join(root, 'deps'), { recursive: true, force: true });
  rmSync(join(root, 'lib'), { recursive: true, force: true });
  mkdirSync(libraries, { recursive: true });
  if (from === undefined)
    onNote?.(`getting it from TensorFlow's Python package instead, ${Math.round(WHEEL.bytes / 1e6)} MB`);
  const wheel = from ?? (await fetchWheel(data, options));
  await takeTensorFlow(wheel, libraries, options);
  onNote?.('compiling the binding');
  await compileBinding(root, join(folder, 'node_modules/node-api-headers/include'), libraries, signal);
  const installed = await of(from ?? WHEEL.file);
  // Kept until here: whoever is interrupted need not fetch it again.
  if (from === undefined) rmSync(wheel, { force: true });
  return installed;
}

/** What npm says where it reaches no registry. */
const OFFLINE =
  /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

const platformName = (): string => `${process.platform}-${process.arch}`;

const unusable = (): UserError =>
  new UserError(`A TensorFlow of Python can be used on Linux with an x64 processor, not on ${platformName()}.`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function npm(folder: string, args: string[], signal: AbortSignal | undefined): Promise<void> {
  try {
    await runTool('npm', args, { cwd: folder, signal, timeoutMs: 15 * MINUTE });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.absent) throw new UserError('npm is not on the PATH: install Node 20 or newer with npm, and try again.');
    // Where the binary alone is out of reach there is another way.
    const remedy =
      args[0] === 'ci' && OFFLINE.test(error.reason)
        ? '; connect this machine, or name a registry that it reaches with "npm config set registry URL", and try again'
        : '';
    throw new UserError(`"npm ${args.join(' ')}" did not succeed because ${error.reason}${remedy}.`);
  }
}

/** The library's version, from a process that has computed with it. */
async function checked(folder: string, name: Installed['package'], options: InstallOptions): Promise<string> {
  const [program, ...args] = options.check(folder, name);
  try {
    return (await runTool(program!, args, { signal: options.signal, timeoutMs: 2 * MINUTE })).trim();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UserError(`The TensorFlow that was installed does not work: ${error.reason}.`);
  }
}
