// `npm run editor`: the extension in a VS Code in your browser, with the examples open. Nothing to install first.
//
//   npm run editor -- [--folder DIR] [--port N] [--theme NAME] [--version 4.139.1] [--vsix FILE]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freshPackage, REPOSITORY } from './fresh-package.mjs';
import { startEditor } from './server.mjs';

const HELP = `npm run editor -- [options]

  --folder DIR     open this folder instead of a copy of the examples, which is kept in ~/lif-lab
  --port N         listen there (default: any free port)
  --theme NAME     colour theme, e.g. "Default Light Modern"
  --version V      code-server's version: 4.100.3 (default) or 4.139.1
  --vsix FILE      show this package instead of packaging what lies here
  --help`;

const say = (/** @type {string} */ line) => process.stderr.write(`editor: ${line}\n`);

async function main() {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      port: { type: 'string', default: '0' },
      theme: { type: 'string' },
      version: { type: 'string' },
      vsix: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is not a port number.`);
  if (values.folder !== undefined && !fs.existsSync(values.folder)) throw new Error(`${values.folder} does not exist.`);

  if (values.vsix !== undefined && !fs.existsSync(values.vsix)) throw new Error(`${values.vsix} does not exist.`);

  const vsix = values.vsix ?? freshPackage({ log: say });
  const own = values.folder === undefined;
  const folder = path.resolve(values.folder ?? path.join(os.homedir(), 'lif-lab'));
  // What is there already stays as it is: files that were edited, and the runs.
  if (own) copyExamples(folder);
  const { version, theme } = values;
  const editor = await startEditor({ folder, vsix, port, ...(version && { version }), theme, log: say });
  console.log(`\n  LIF Lab is open at  ${editor.url}\n`);
  console.log(`  Workspace: ${folder}${own ? ' (a copy of examples/; it stays, with its runs)' : ''}`);
  console.log(`  On another machine? Forward the port first: ssh -L ${editor.port}:localhost:${editor.port} HOST`);
  console.log('  Ctrl-C ends it.\n');
  await new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, resolve);
  });
  await editor.stop({ leaveRuns: true });
}

/** @param {string} folder */
function copyExamples(folder) {
  const notRuns = (/** @type {string} */ file) => path.basename(file) !== '.lif';
  fs.cpSync(path.join(REPOSITORY, 'examples'), folder, { recursive: true, force: false, filter: notRuns });
}

main().catch((error) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
