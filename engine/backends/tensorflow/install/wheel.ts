/**
 * TensorFlow's libraries and C headers out of its Python package, for machines that the binaries of tfjs-node do not reach.
 * Nothing of Python is needed: a wheel is a zip, and what is taken from it does not depend on the version of Python.
 */
import { constants, copyFileSync, cpSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { withoutSecret, withSecret } from '../../../datasets/library/address.ts';
import { download } from '../../../datasets/library/download.ts';
import { unpack } from '../../../datasets/library/unpack.ts';
import type { InstallOptions } from './install.ts';

/** The wheel that was tried with the binding of tfjs-node 4.22.0. */
export const WHEEL = {
  project: 'tensorflow-cpu',
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  md5: 'cfb192afdaa1eea651ec1c262022f666',
  bytes: 273_829_956,
  platform: 'linux-x64',
} as const;

export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** What the binding includes lies below these. */
const HEADERS = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'];

const PYPI = 'https://pypi.org/simple';
const UNPACK_LIMIT = 4 * 2 ** 30;

/** What is taken of `tensorflow/` in a wheel, and of the folder of that name in an environment of Python. */
const wanted = (path: string): boolean =>
  LIBRARIES.includes(path) || (path.endsWith('.h') && HEADERS.some((folder) => path.startsWith(`include/${folder}/`)));

/** Fetches the wheel from a Python package index into `folder`; resolves to its path. */
export async function fetchWheel(folder: string, options: InstallOptions): Promise<string> {
  const page = `${indexOf(options)}/${WHEEL.project}/`;
  const file = join(folder, WHEEL.file);
  const { md5, bytes } = WHEEL;
  await download({ urls: [await addressOf(page, options)], md5, bytes }, file, options);
  return file;
}

/** Address of the index that is asked, which may hold a password. Throws a UserError when it is none. */
export function indexOf({ index = process.env.PIP_INDEX_URL || PYPI }: Pick<InstallOptions, 'index'>): string {
  if (!URL.canParse(index) || !/^https?:$/.test(new URL(index).protocol))
    throw new UserError(
      'The address of the Python package index (--index or PIP_INDEX_URL) is none of http or https; correct it.',
    );
  return index.replace(/\/+$/, '');
}

/** Where the index keeps the wheel: its page for a project is a list of links. */
export async function addressOf(address: string, { signal }: InstallOptions): Promise<string> {
  const { url: page, headers } = withoutSecret(address);
  const patience = AbortSignal.timeout(30_000);
  let text: string;
  try {
    const response = await fetch(page, { headers, signal: signal ? AbortSignal.any([signal, patience]) : patience });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    text = await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new UserError(
      `${page}: cannot be read because ${why}; name a Python package index that can be reached with --index, or a TensorFlow that is on this machine with --from.`,
    );
  }
  const escaped = WHEEL.file.replaceAll('.', '\\.');
  const href = new RegExp(`href="([^"#]*/${escaped})[#"]`).exec(text)?.[1];
  if (href === undefined) throw new UserError(`${page}: has no ${WHEEL.file}; name another index with --index.`);
  const found = new URL(href.replaceAll('&amp;', '&'), page);
  // A password is for the server that it was given for.
  return found.origin === new URL(page).origin && found.username === '' ? withSecret(found, address) : found.href;
}

/**
 * Takes libraries and headers from a wheel, from a folder `tensorflow` of an environment of Python, or from the environment,
 * and lays them into `target` as `include/` and the libraries.
 */
export async function takeTensorFlow(source: string, target: string, options: InstallOptions): Promise<void> {
  const folder = libraryFolder(source);
  if (folder === undefined) return takeWheel(source, target, options);
  for (const headers of HEADERS) {
    const from = join(folder, 'include', headers);
    if (existsSync(from)) cpSync(from, join(target, 'include', headers), { recursive: true, dereference: true });
  }
  for (const library of LIBRARIES) {
    options.signal?.throwIfAborted();
    options.onNote?.(`copying ${library}`);
    copyFileSync(join(folder, library), join(target, library), constants.COPYFILE_FICLONE);
  }
}

/** The folder of the libraries; undefined for a file, which is a wheel. Throws a UserError where neither is. */
export function libraryFolder(source: string): string | undefined {
  const info = statSync(source, { throwIfNoEntry: false });
  if (!info) throw new UserError(`${source}: there is no such file; name a wheel or a folder of TensorFlow.`);
  if (info.isFile()) return undefined;
  const folder = [source, join(source, 'tensorflow')].find((path) => existsSync(join(path, LIBRARIES[0]!)));
  if (folder === undefined)
    throw new UserError(`${source}: has no ${LIBRARIES[0]}; name the folder "tensorflow" below site-packages.`);
  return folder;
}

async function takeWheel(wheel: string, target: string, { signal, onProgress }: InstallOptions): Promise<void> {
  const names = await unpack(wheel, target, {
    limit: UNPACK_LIMIT,
    remedy: `take the wheel ${WHEEL.file}`,
    only: (name) => name.startsWith('tensorflow/') && wanted(name.slice('tensorflow/'.length)),
    signal,
    ...(onProgress && { onProgress }),
  });
  const absent = LIBRARIES.find((library) => !names.includes(`tensorflow/${library}`));
  if (absent) throw new UserError(`${wheel}: has no ${absent}; take the wheel ${WHEEL.file}.`);
  for (const name of [...LIBRARIES, 'include']) renameSync(join(target, 'tensorflow', name), join(target, name));
  rmSync(join(target, 'tensorflow'), { recursive: true });
}
