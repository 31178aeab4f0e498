/**
 * The Python environment of the peers: `node bench/peers/setup.mjs` makes it in the cache folder beside downloaded data,
 * once for each requirements.txt, and prints the path of its Python, or one sentence and exit code 1 why there is none.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CPU_BUILDS = 'https://download.pytorch.org/whl/cpu';
const OLDEST = [3, 11];
const NAMES = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

const { python, missing } = setUp(fileURLToPath(new URL('requirements.txt', import.meta.url)), console.error);
console.log(python ?? missing);
process.exitCode = python ? 0 : 1;

/** Path of the Python in the environment, or one sentence why there is none. */
function setUp(requirements, say) {
  const text = readFileSync(requirements, 'utf8');
  const python = findPython();
  if (!python)
    return { missing: `No Python ${OLDEST.join('.')} or newer was found; install one or name it in LIF_PYTHON.` };
  const key = createHash('sha256').update(`${text}\n${python.version}`).digest('hex').slice(0, 12);
  const venv = join(cacheFolder(), 'peers', key);
  const inside = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  const ready = join(venv, 'ready');
  if (existsSync(ready)) return { python: inside };
  say(`Setting up the peers' Python packages in ${venv}; this takes some minutes.`);
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(venv, { recursive: true });
  const made = run(python.path, ['-m', 'venv', venv]);
  if (made.failed) return { missing: `${python.path} cannot make a virtual environment: ${made.failed}` };
  const pip = (...args) => run(inside, ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', ...args]);
  if (process.platform === 'linux' && process.arch === 'x64') {
    const torch = text.match(/^torch==.*$/m)[0];
    const build = pip('--index-url', CPU_BUILDS, '--retries', '0', '--timeout', '15', torch);
    if (build.failed) say('The index of CPU builds does not answer; taking the larger ordinary wheel of PyTorch.');
  }
  const installed = pip('-r', requirements);
  if (installed.failed) {
    rmSync(venv, { recursive: true, force: true });
    return { missing: `The peers' packages cannot be installed: ${installed.failed}` };
  }
  writeFileSync(ready, '');
  return { python: inside };
}

function findPython() {
  for (const path of process.env.LIF_PYTHON ? [process.env.LIF_PYTHON] : NAMES) {
    const { stdout, failed } = run(path, ['-c', 'import sys; print(*sys.version_info[:3], sys.executable)']);
    if (failed) continue;
    const [major, minor, patch, ...executable] = stdout.trim().split(' ');
    if (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])
      return { path: executable.join(' '), version: `${major}.${minor}.${patch}` };
  }
  return undefined;
}

/** `failed`: the last line that the command wrote, when it failed. */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return { stdout };
  const lines = (stderr ?? '').split('\n').filter((line) => line.trim());
  return { failed: (lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? String(error)).trim() };
}

/** As engine/datasets/library/locations.ts, but never below LIF_DATA, which is for data. */
function cacheFolder() {
  if (process.platform === 'win32')
    return join(process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'lif-lab', 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'lif-lab');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lif-lab');
}
