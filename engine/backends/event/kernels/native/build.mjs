/**
 * Compiles the native kernels where there is a C++ compiler: kernels.cpp once for each set of instructions, and the
 * bridge to Node. Without one nothing is lost but speed: the WebAssembly kernels do the same.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { include_dir as headers } from 'node-api-headers';
import { CROSS, HERE, linking, setsOf } from './targets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

/** Never fuse a product with a sum: WebAssembly does not, and the bits must be the same. */
const FLAGS = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fno-exceptions',
  '-fno-rtti',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-fvisibility=hidden',
];
/**
 * Compiles into `folder` unless what lies there is from the same sources and compiler.
 * @param {string} folder
 * @param {string} name what the addon is called
 * @param {string} [target] platform and processor; others than this machine's need LIF_CROSS, a compiler for them with its
 *   arguments, such as `zig c++`
 * @returns {Promise<string | undefined>} one sentence why there are no native kernels, or undefined when there are
 */
export async function buildNative(folder, name, target = HERE) {
  const file = join(folder, name);
  const keyFile = `${file}.key`;
  const sets = setsOf(target);
  const cross = target !== HERE;
  if (!sets || (cross ? !CROSS[target] : process.platform === 'win32'))
    return without(file, `not supported on ${target.replace('-', ' ')}`);
  const compiler = await findCompiler(cross ? target : undefined);
  if (!compiler)
    return without(
      file,
      cross
        ? `no compiler for ${target} (name one in LIF_CROSS, such as "zig c++")`
        : 'no C++ compiler was found (install g++ or clang++, or name one in CXX)',
    );
  const key = keyOf(here, /\.(cpp|h|mjs)$/, `${target} ${compiler.version}`);
  if (existsSync(file) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) return undefined;
  const kept = keptBuild(key, name);
  if (copyBuild(kept, file)) {
    writeFileSync(keyFile, key);
    return undefined;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'lif-native-'));
  try {
    const compile = async (
      /** @type {string} */ source,
      /** @type {string} */ object,
      /** @type {string[]} */ flags,
    ) => {
      const out = join(scratch, object);
      await compiler.run([...FLAGS, ...flags, '-I', here, '-c', join(here, source), '-o', out]);
      return out;
    };
    const windows = target.startsWith('win32');
    const objects = await Promise.all([
      compile('addon.cpp', 'addon.o', ['-I', headers, ...(windows ? ['-DNAPI_EXTERN='] : [])]),
      ...(windows ? [compile('windows.cpp', 'windows.o', [])] : []),
      ...Object.entries(sets).map(([set, flags]) => compile('kernels.cpp', `${set}.o`, [...flags, `-DISA=${set}`])),
    ]);
    await Promise.all(objects.slice(-Object.keys(sets).length).map(expectPrivate));
    const { before, after } = linking(target, cross);
    const built = join(folder, `${name}.${process.pid}.new`);
    await compiler.run([...before, '-o', built, ...objects, ...after]);
    // A process that runs goes on with the file that it has open.
    renameSync(built, file);
    writeFileSync(keyFile, key);
    copyBuild(file, kept);
    return undefined;
  } catch (error) {
    const said = /** @type {{ stderr?: string }} */ (error).stderr || String(error);
    return without(
      file,
      `${compiler.name} does not compile them: ${said.split('\n').find((line) => /error/i.test(line)) ?? said}`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Where this user's last build from the same sources and compiler is kept: compiling takes minutes, and other checkouts
 * want the same.
 * @param {string} key @param {string} name
 */
function keptBuild(key, name) {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'lif-lab', 'native', `${key.slice(0, 16)}-${name}`);
}

/** Copies an addon, whole or not at all; whether it did: a build does without. @param {string} from @param {string} to */
function copyBuild(from, to) {
  try {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, `${to}.${process.pid}.new`);
    renameSync(`${to}.${process.pid}.new`, to);
    return true;
  } catch {
    return false;
  }
}

/**
 * Compiles a program over the headers of this folder, as the kernels are compiled for one set of instructions.
 * @param {string} source
 * @param {string} out
 * @param {string} set such as `avx2`
 */
export async function compileProgram(source, out, set) {
  const compiler = await findCompiler();
  const flags = setsOf(HERE)?.[set];
  if (!compiler || !flags) throw new Error(`Nothing can be compiled for ${set} here.`);
  await compiler.run([...FLAGS, ...flags, '-I', here, source, '-o', out]);
}

/**
 * What is compiled for one processor must not replace what is compiled for another: an object shows the linker its table
 * of kernels and nothing else. (Checked where there is nm, as there is beside any gcc.)
 * @param {string} object
 */
async function expectPrivate(object) {
  /** @type {string} */
  let symbols;
  try {
    ({ stdout: symbols } = await run('nm', ['-g', '--defined-only', object]));
  } catch {
    return;
  }
  const seen = symbols.split('\n').flatMap((line) => line.split(/\s+/).slice(2));
  const shared = seen.filter((name) => !/^_?kernels_/.test(name));
  if (shared.length > 0) throw new Error(`${object} shares ${shared[0]} with the kernels for other processors.`);
}

/** @param {string} file @param {string} why */
function without(file, why) {
  rmSync(file, { force: true });
  return `Without native kernels: ${why}; the WebAssembly kernels give the same results, only slower.`;
}

/**
 * The compiler for this machine, or for a target that is another.
 * @param {string} [target]
 */
async function findCompiler(target) {
  const named = target === undefined ? process.env.CXX : process.env.LIF_CROSS;
  const commands = named ? [named] : target === undefined ? ['c++', 'g++', 'clang++'] : [];
  for (const name of commands) {
    // A command with its arguments, as make takes it, or a path, which may have spaces.
    const [program, ...args] = existsSync(name) ? [name] : name.trim().split(/\s+/);
    const chosen = target === undefined ? [] : ['-target', CROSS[target]];
    const call = (/** @type {string[]} */ more) => run(program, [...args, ...more]);
    try {
      const { stdout } = await call(['--version']);
      return { name, version: stdout, run: (/** @type {string[]} */ more) => call([...chosen, ...more]) };
    } catch {}
  }
  return undefined;
}

/**
 * A hash of the sources of a folder and of what else decides what comes of them.
 * @param {string} folder @param {RegExp} sources @param {string} rest
 */
export function keyOf(folder, sources, rest) {
  const hash = createHash('sha256').update(rest);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (sources.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
