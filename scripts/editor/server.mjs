// Starts and stops a code-server with our extension in it and nothing of its user's.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { DEFAULT_VERSION, prepareCodeServer } from './prepare.mjs';

/** The settings of an editor that shows nothing but what is asked for. Yours are laid over them. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.welcomePage.experimentalOnboarding': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
};

/**
 * @param {import('./server.mjs').EditorOptions} options
 * @returns {Promise<import('./server.mjs').Editor>}
 */
export async function startEditor(options) {
  const { version = DEFAULT_VERSION, trust = 'all', port = 0, log } = options;
  const ready = await prepareCodeServer({ version, ...(log && { log }) });
  const ownData = options.userDataDir === undefined;
  // Short on purpose: sockets are made in here, and the path of a socket may have no more than about 100 characters.
  const userDataDir = options.userDataDir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'lif-ed-'));
  const extensionsDir = path.join(userDataDir, 'extensions');
  const remove = () =>
    ownData && fs.rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

  try {
    const extensionFolder = installExtension(extensionsDir, options);
    const editor = { folder: options.folder, userDataDir, extensionFolder, version };
    const settings = (/** @type {Record<string, unknown>} */ changes) => writeSettings(userDataDir, changes);
    settings({ ...QUIET, 'workbench.colorTheme': options.theme ?? 'Default Dark Modern', ...options.settings });

    const mark = randomUUID();
    const args = [
      ready.entry,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir],
      ...['--config', path.join(userDataDir, 'config.yaml')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(trust === 'all' ? ['--disable-workspace-trust'] : []),
      ...ready.arguments,
    ];
    const child = spawn(ready.node, args, {
      cwd: userDataDir,
      env: environment({ ...options.env, LIF_EDITOR_MARK: mark }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, to be ended as a whole
    });
    const stop = stopper(child, mark, remove);
    try {
      const actualPort = await listening(child, path.join(userDataDir, 'server.log'));
      const origin = `http://localhost:${actualPort}`; // "localhost", or browsers take it for an insecure place
      await answers(`http://127.0.0.1:${actualPort}/`, child);
      const url = `${origin}/?folder=${encodeURI(options.folder)}`;
      return { ...editor, port: actualPort, origin, url, settings, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Unpacks the extension below the extensions folder, where the server finds it by itself. `--install-extension` would
 * do the same a few seconds slower, and may ask a gallery that is not there.
 * @param {string} extensionsDir @param {import('./server.mjs').EditorOptions} options
 */
function installExtension(extensionsDir, { vsix, extensionDir }) {
  fs.mkdirSync(extensionsDir, { recursive: true });
  if (extensionDir !== undefined) {
    const place = path.join(
      extensionsDir,
      folderName(fs.readFileSync(path.join(extensionDir, 'package.json'), 'utf8')),
    );
    fs.rmSync(place, { recursive: true, force: true });
    fs.cpSync(extensionDir, place, { recursive: true });
    return place;
  }
  if (vsix === undefined) return undefined;
  const files = unzipSync(fs.readFileSync(vsix));
  const manifest = files['extension/package.json'];
  if (!manifest) throw new Error(`${vsix} is not a VSIX: it holds no extension/package.json.`);
  const place = path.join(extensionsDir, folderName(Buffer.from(manifest).toString('utf8')));
  fs.rmSync(place, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    if (!name.startsWith('extension/') || name.endsWith('/')) continue;
    const file = path.join(place, name.slice('extension/'.length));
    if (!file.startsWith(place + path.sep)) throw new Error(`${vsix} holds ${name}, which leads out of it.`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  return place;
}

/** @param {string} manifest */
function folderName(manifest) {
  const { publisher, name, version } = JSON.parse(manifest);
  return `${publisher}.${name}-${version}`.toLowerCase();
}

/** @param {string} userDataDir @param {Record<string, unknown>} changes */
function writeSettings(userDataDir, changes) {
  const file = path.join(userDataDir, 'User', 'settings.json');
  const before = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify({ ...before, ...changes }, undefined, 2)}\n`);
}

/**
 * Our environment without what a surrounding editor, test runner or npm put there: a code-server that finds
 * VSCODE_IPC_HOOK_CLI, for one, opens the folder in that editor and ends.
 * @param {Record<string, string | undefined>} extra
 */
function environment(extra) {
  const foreign =
    /^(VSCODE_|VITEST|npm_|CODE_SERVER_|ELECTRON_)|^(NODE_ENV|NODE_OPTIONS|TEST|PORT|PASSWORD|HASHED_PASSWORD|INIT_CWD)$/;
  const own = Object.entries(process.env).filter(([key]) => !foreign.test(key));
  return { ...Object.fromEntries(own), ...extra };
}

/**
 * @param {import('node:child_process').ChildProcess} child @param {string} logFile
 * @returns {Promise<number>} the port
 */
function listening(child, logFile) {
  return new Promise((resolve, reject) => {
    const file = fs.createWriteStream(logFile, { flags: 'a' });
    let said = '';
    const fail = (/** @type {string} */ why) => {
      clearTimeout(timer);
      reject(new Error(`code-server ${why}. It said:\n${said.trim().slice(-4000)}`));
    };
    const timer = setTimeout(() => fail('did not listen within 60 s'), 60_000);
    const hear = (/** @type {Buffer} */ chunk) => {
      file.write(chunk);
      said = (said + chunk.toString()).slice(-20_000);
      const port = /HTTP server listening on https?:\/\/[^\s/]*:(\d+)/.exec(said)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', (error) => fail(`could not be started: ${error.message}`));
    child.on('exit', (code, signal) => fail(`ended at once (${signal ?? `exit code ${code}`})`));
    child.on('close', () => file.end());
  });
}

/**
 * Waits until the workbench is served; the first request is what makes code-server load the VS Code inside.
 * @param {string} url @param {import('node:child_process').ChildProcess} child
 */
async function answers(url, child) {
  const giveUp = Date.now() + 60_000;
  for (let last = 'nothing'; Date.now() < giveUp && child.exitCode === null; ) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
      if (response.ok && (await response.text()).includes('workbench')) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() >= giveUp - 500) throw new Error(`code-server does not answer at ${url}: ${last}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`code-server ended before it answered at ${url}.`);
}

/**
 * @param {import('node:child_process').ChildProcess} child @param {string} mark @param {() => void} remove
 * @returns {import('./server.mjs').Editor['stop']}
 */
function stopper(child, mark, remove) {
  const { pid } = child;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  /** @type {Promise<void> | undefined} */
  let stopping;
  const stop = async (/** @type {boolean} */ leaveRuns) => {
    if (pid !== undefined) {
      signal(-pid, 'SIGTERM');
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5000))]);
      signal(-pid, 'SIGKILL');
      if (!leaveRuns) for (const run of processesMarked(mark)) signal(run, 'SIGKILL');
    }
    remove();
  };
  return ({ leaveRuns = false } = {}) => (stopping ??= stop(leaveRuns));
}

/** @param {number} pid @param {NodeJS.Signals} name */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // it is gone already
  }
}

/**
 * Processes that descend from the editor, also those that detached themselves from it, as training runs do.
 * @param {string} mark
 */
function processesMarked(mark) {
  if (process.platform !== 'linux') return [];
  const numbers = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.map(Number).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`LIF_EDITOR_MARK=${mark}`);
    } catch {
      return false;
    }
  });
}
