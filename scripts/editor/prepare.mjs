// Makes a VS Code ready that needs neither Electron nor a display: code-server, which is VS Code built as a server, and
// a Chromium to look at it with. Idempotent: what is there is left alone, what was interrupted is taken up again.
//
//   node scripts/editor/prepare.mjs [--version 4.139.1] [--chromium-only]
//
// It lives in a cache folder outside node_modules ($LIF_EDITOR_CACHE, or this platform's cache folder), so that
// `npm ci` does not throw it away.
//
// code-server's own install script builds every native addon it ships with. A test needs three or four of them:
// argon2 is loaded at start although nobody logs in, spdlog writes what output channels show, the watchdog ends an
// extension host whose server died, and node-pty is the terminal. Left alone are kerberos (proxy log-in), deviceid
// (telemetry), sqlite3 (chat), and @parcel/watcher, which comes built from the registry.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMain } from './cli.mjs';

/** Raise this when the recipe changes, so that older preparations are redone. */
const RECIPE = 1;
const RIPGREP = '1.18.0';

/**
 * The code-server versions we know how to prepare. `built` maps each addon that must be compiled to the file that its
 * build leaves behind.
 * @type {Record<string, { vscode: string, node: number, arguments: string[], asar: boolean, ripgrep: boolean, top: Record<string, string>, inner: Record<string, string>, spare: string[] }>}
 */
const VERSIONS = {
  '4.100.3': {
    vscode: '1.100.3',
    node: 20,
    arguments: [],
    asar: true,
    ripgrep: true, // its own ripgrep comes from GitHub; file search and `workspaceContains` are dead without one
    top: { argon2: 'lib/binding/napi-v3/argon2.node' },
    inner: {
      '@vscode/spdlog': 'build/Release/spdlog.node',
      'native-watchdog': 'build/Release/watchdog.node',
      'node-pty': 'build/Release/pty.node',
    },
    spare: ['node-pty'],
  },
  '4.139.1': {
    vscode: '1.139.1',
    node: 24,
    arguments: ['--vscode-option', 'enable-smoke-test-driver'],
    asar: false,
    ripgrep: false,
    top: {},
    inner: {
      '@vscode/spdlog': 'build/Release/spdlog.node',
      '@vscode/native-watchdog': 'build/Release/watchdog.node',
    },
    spare: [],
  },
};

export const DEFAULT_VERSION = '4.100.3';
export const KNOWN_VERSIONS = Object.keys(VERSIONS);

/** An error whose message is one sentence that says what to do; no stack trace helps with it. */
export class PrepareError extends Error {}

/** @param {string} version */
export function cacheFolder(version) {
  const root = process.env.LIF_EDITOR_CACHE || path.join(platformCache(), 'lif-lab', 'editor');
  return path.join(path.resolve(root), version);
}

function platformCache() {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return process.env.LOCALAPPDATA || path.join(os.homedir(), 'AppData', 'Local');
  return process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
}

/** The path of a Chromium or a relative of it, or undefined. `LIF_CHROMIUM` overrides the search. */
export function findChromium() {
  const wanted = process.env.LIF_CHROMIUM;
  if (wanted) return fs.existsSync(wanted) ? wanted : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge', 'chrome'];
  for (const name of names) {
    const found = onPath(name);
    if (found) return found;
  }
  const applications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  );
  const programs = [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA].flatMap(
    (root) => (root ? [path.join(root, 'Google/Chrome/Application/chrome.exe')] : []),
  );
  return [...applications, ...programs, ...downloadedByPlaywright()].find((file) => fs.existsSync(file));
}

function downloadedByPlaywright() {
  const root = process.env.PLAYWRIGHT_BROWSERS_PATH || path.join(platformCache(), 'ms-playwright');
  const folders = fs.existsSync(root) ? fs.readdirSync(root).filter((name) => /^chromium-\d+$/.test(name)) : [];
  const places = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-win/chrome.exe',
  ];
  return folders
    .sort()
    .reverse()
    .flatMap((folder) => places.map((place) => path.join(root, folder, place)));
}

/** @param {string} name */
function onPath(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (folder && fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

/**
 * What the operating system must bring: `needs` says which of it is missing, by the name Debian gives the package.
 * @type {{ package: string, for: 'look' | 'build', there: () => boolean }[]}
 */
const SYSTEM = [
  { package: 'chromium', for: 'look', there: () => findChromium() !== undefined },
  { package: 'fonts-dejavu-core', for: 'look', there: hasFonts },
  { package: 'g++', for: 'build', there: () => ['c++', 'g++', 'clang++'].some((name) => onPath(name)) },
  { package: 'make', for: 'build', there: () => onPath('make') !== undefined },
  { package: 'python3', for: 'build', there: () => ['python3', 'python'].some((name) => onPath(name)) },
];

function hasFonts() {
  if (process.platform !== 'linux') return true;
  const roots = ['/usr/share/fonts', '/usr/local/share/fonts', path.join(os.homedir(), '.fonts')];
  return roots.some(
    (root) =>
      fs.existsSync(root) && fs.readdirSync(root, { recursive: true }).some((f) => /\.(ttf|otf)$/i.test(String(f))),
  );
}

/**
 * Installs the missing system packages where that is ours to do (Debian and its relatives, as root), and otherwise says
 * which to install.
 * @param {('look' | 'build')[]} purposes
 * @param {(line: string) => void} log
 */
async function prepareSystem(purposes, log) {
  const missing = SYSTEM.filter((item) => purposes.includes(item.for) && !item.there()).map((item) => item.package);
  if (missing.length === 0) return;
  const wanted = missing.join(', ');
  if (process.platform === 'darwin') {
    throw new PrepareError(
      `Install Google Chrome and the command line tools (xcode-select --install): missing ${wanted}.`,
    );
  }
  if (process.platform === 'win32') {
    throw new PrepareError(`The editor tests do not run on Windows itself: run them in WSL (missing: ${wanted}).`);
  }
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!onPath('apt-get')) {
    throw new PrepareError(`Install what the editor needs with your package manager (by Debian's names): ${wanted}.`);
  }
  if (process.getuid?.() !== 0) throw new PrepareError(`Install what the editor needs: sudo ${command}`);
  log(`installing ${wanted}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const lock = '-oDPkg::Lock::Timeout=300';
  await run('apt-get', [lock, '-qq', 'update'], { env }).catch(() => {}); // the lists at hand may still do
  await run('apt-get', [lock, '-qq', ...command.split(' ').slice(1)], { env });
  const still = SYSTEM.filter((item) => missing.includes(item.package) && !item.there()).map((item) => item.package);
  if (still.length > 0) throw new PrepareError(`apt-get installed ${wanted}, yet ${still.join(', ')} cannot be found.`);
}

/**
 * A Chromium, installed first where that is possible.
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<string>} its path
 */
export async function prepareChromium({ log = say } = {}) {
  if (process.env.LIF_CHROMIUM && !findChromium()) {
    throw new PrepareError(`LIF_CHROMIUM names ${process.env.LIF_CHROMIUM}, which does not exist.`);
  }
  await prepareSystem(['look'], log);
  return /** @type {string} */ (findChromium());
}

/**
 * Everything that an editor under test needs. What has to be installed by hand is said all at once.
 * @param {{ version?: string, log?: (line: string) => void }} [options]
 */
export async function prepareEditor({ version = DEFAULT_VERSION, log = say } = {}) {
  const ready = VERSIONS[version] && readyIn(cacheFolder(version), version);
  await prepareSystem(ready ? ['look'] : ['look', 'build'], log);
  const chromium = await prepareChromium({ log });
  return { chromium, codeServer: await prepareCodeServer({ version, log }) };
}

/**
 * code-server, ready to start.
 * @param {{ version?: string, log?: (line: string) => void }} [options]
 * @returns {Promise<import('./prepare.mjs').CodeServer>}
 */
export async function prepareCodeServer({ version = DEFAULT_VERSION, log = say } = {}) {
  const recipe = VERSIONS[version];
  if (!recipe)
    throw new PrepareError(`code-server ${version} is not known here: choose ${KNOWN_VERSIONS.join(' or ')}.`);
  if (process.platform === 'win32') {
    throw new PrepareError('code-server does not run on Windows itself: run the editor tests in WSL.');
  }
  const folder = cacheFolder(version);
  const ready = readyIn(folder, version);
  if (ready) return ready;

  fs.mkdirSync(folder, { recursive: true });
  const unlock = await lock(path.join(folder, 'lock'), log);
  try {
    return readyIn(folder, version) ?? (await build(folder, version, log));
  } finally {
    unlock();
  }
}

/** @param {string} folder @param {string} version */
function readyIn(folder, version) {
  try {
    const stamp = JSON.parse(fs.readFileSync(path.join(folder, 'ready.json'), 'utf8'));
    const fits = stamp.recipe === RECIPE && stamp.version === version && stamp.system === system();
    return fits && fs.existsSync(stamp.node) ? described(folder, version, stamp.node) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} folder @param {string} version @param {string} node */
function described(folder, version, node) {
  const { vscode, arguments: args } = VERSIONS[version];
  const entry = path.join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  return { version, vscode, folder, node, entry, arguments: [...args] };
}

function system() {
  return `${process.platform}-${process.arch}`;
}

/** @param {string} folder @param {string} version @param {(line: string) => void} log */
async function build(folder, version, log) {
  const recipe = VERSIONS[version];
  const started = Date.now();
  const ownNode = Number(process.versions.node.split('.')[0]) === recipe.node;
  const nodePackage = `node-${system()}`;
  log(`preparing code-server ${version} (VS Code ${recipe.vscode}) in ${folder}; this is done once`);

  /** @type {Record<string, string>} */
  const dependencies = { 'code-server': version };
  if (recipe.ripgrep) dependencies[`@vscode/ripgrep-${system()}`] = RIPGREP;
  if (!ownNode) dependencies[nodePackage] = String(recipe.node);
  const inner = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const node = ownNode ? process.execPath : path.join(folder, 'node_modules', nodePackage, 'bin', 'node');
  const npm = npmRunner(node);

  const fetchAll = async () => {
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, undefined, 2));
    log('downloading code-server');
    await npm.onThisNode(['install', '--ignore-scripts', '--no-package-lock'], folder);
    log('downloading what its VS Code depends on');
    await npm.onThisNode(['install', '--ignore-scripts', '--omit=dev'], inner);
  };
  // Whichever fails first is told; the other is left to end by itself, what it did is kept.
  await Promise.all([prepareSystem(['build'], log), fetchAll()]);

  log(`compiling ${[...Object.keys(recipe.top), ...Object.keys(recipe.inner)].join(', ')}`);
  await Promise.all([
    compile(npm, folder, recipe.top, recipe.spare, log),
    compile(npm, inner, recipe.inner, recipe.spare, log),
  ]);
  if (recipe.asar) link('node_modules', path.join(inner, 'node_modules.asar'));
  if (recipe.ripgrep) {
    const rg = path.join(folder, 'node_modules', '@vscode', `ripgrep-${system()}`, 'bin', 'rg');
    const bin = path.join(inner, 'node_modules', '@vscode', 'ripgrep', 'bin');
    fs.mkdirSync(bin, { recursive: true });
    link(path.relative(bin, rg), path.join(bin, 'rg'));
  }

  log('checking that what was compiled loads');
  const needed = Object.keys(recipe.inner).filter((name) => !recipe.spare.includes(name));
  await run(node, ['--eval', "require('argon2')"], { cwd: folder });
  await run(node, ['--eval', needed.map((name) => `require('${name}')`).join(';')], { cwd: inner });
  const stamp = { recipe: RECIPE, version, system: system(), node, prepared: new Date().toISOString() };
  fs.writeFileSync(path.join(folder, 'ready.json.new'), `${JSON.stringify(stamp, undefined, 2)}\n`);
  fs.renameSync(path.join(folder, 'ready.json.new'), path.join(folder, 'ready.json'));
  log(`code-server ${version} is ready after ${Math.round((Date.now() - started) / 1000)} s`);
  return described(folder, version, node);
}

/**
 * Compiles the addons of one npm tree, one after the other (each build uses all cores by itself).
 * @param {ReturnType<typeof npmRunner>} npm
 * @param {string} tree
 * @param {Record<string, string>} addons
 * @param {string[]} spare those that an editor starts without
 * @param {(line: string) => void} log
 */
async function compile(npm, tree, addons, spare, log) {
  for (const [name, product] of Object.entries(addons)) {
    const mark = path.join(tree, 'node_modules', name, '.compiled');
    if (fs.existsSync(mark)) continue;
    // A failing script is no failure as long as the addon is there: node-pty's last step looks for Windows files.
    const failure = await npm.onItsNode(['rebuild', name, '--ignore-scripts=false'], tree).then(
      () => undefined,
      (error) => error,
    );
    if (fs.existsSync(path.join(tree, 'node_modules', name, product))) fs.writeFileSync(mark, '');
    else if (spare.includes(name)) log(`${name} could not be compiled; the editor works without it`);
    else throw failure ?? new PrepareError(`npm rebuild ${name} in ${tree} left no ${product} behind.`);
  }
}

/**
 * npm, run by this Node for downloads and by code-server's Node for compiling.
 * @param {string} node
 */
function npmRunner(node) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  for (const [key, value] of Object.entries(process.env)) {
    // What an `npm run` around us said about its own package is not meant for this one.
    if (/^(npm_(package|lifecycle|command|execpath|node_execpath)|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$)/.test(key))
      continue;
    if (
      /^npm_config_(local_prefix|prefix|global_prefix|omit|include|production|ignore_scripts|json|dry_run)$/i.test(key)
    )
      continue;
    env[key] = value;
  }
  env.npm_config_build_from_source = 'true'; // or argon2 asks GitHub first
  env.JOBS = 'max';
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const script = npmScript();
  const call = (/** @type {string} */ by, /** @type {string[]} */ args, /** @type {string} */ cwd, extra = {}) => {
    const PATH = `${path.dirname(by)}${path.delimiter}${process.env.PATH ?? ''}`;
    const options = { cwd, env: { ...env, PATH, ...extra } };
    return script ? run(by, [script, ...args, ...quiet], options) : run('npm', [...args, ...quiet], options);
  };
  return {
    /** @param {string[]} args @param {string} cwd */
    onThisNode: (args, cwd) => call(process.execPath, args, cwd),
    /** @param {string[]} args @param {string} cwd */
    onItsNode: (args, cwd) => {
      const root = path.dirname(path.dirname(node));
      const headers = fs.existsSync(path.join(root, 'include', 'node', 'node.h'));
      return call(node, args, cwd, headers ? { npm_config_nodedir: root } : {}); // without, they are downloaded
    },
  };
}

function npmScript() {
  const around = process.env.npm_execpath;
  if (around && path.basename(around) === 'npm-cli.js') return around;
  const command = onPath('npm');
  if (!command) throw new PrepareError('npm is not on the PATH: install Node 20 together with npm.');
  const script = fs.realpathSync(command);
  return path.basename(script) === 'npm-cli.js' ? script : undefined;
}

/** @param {string} target @param {string} place */
function link(target, place) {
  fs.rmSync(place, { force: true, recursive: true });
  fs.symlinkSync(target, place);
}

/**
 * One preparation at a time; whoever comes second waits, and takes over if the first one died.
 * @param {string} place @param {(line: string) => void} log
 */
async function lock(place, log) {
  const own = `${place}.${process.pid}`;
  for (let waited = false; ; waited = true) {
    fs.writeFileSync(own, String(process.pid));
    try {
      fs.linkSync(own, place); // all at once: nobody sees a lock without its owner
      return () => fs.rmSync(place, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    } finally {
      fs.rmSync(own, { force: true });
    }
    if (!isAlive(Number(readOr(place, '0')))) fs.rmSync(place, { force: true });
    else if (!waited) log('another process is preparing it; waiting');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** @param {string} file @param {string} otherwise */
function readOr(file, otherwise) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      tail = (tail + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new PrepareError(`${command} could not be started: ${error.message}.`)));
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const what = `${path.basename(command)} ${args.map((a) => path.basename(a)).join(' ')}`;
      reject(new PrepareError(`"${what}" failed with exit code ${code}. Its last words:\n${tail.trim()}`));
    });
  });
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`editor: ${line}\n`);
}

if (isMain(import.meta.url)) {
  try {
    const { values } = parseArgs({
      options: { version: { type: 'string' }, 'chromium-only': { type: 'boolean', default: false } },
    });
    if (values['chromium-only']) say(`chromium is ${await prepareChromium()}`);
    else {
      const { chromium, codeServer } = await prepareEditor({ version: values.version ?? DEFAULT_VERSION });
      say(`chromium is ${chromium}`);
      say(`code-server is ${codeServer.entry}`);
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
