/** What `lif` writes: nothing that a terminal obeys, and all of it or a failure. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { builtFile } from '../../engine/base/paths.ts';
import { createRuns } from '../../engine/runs/create.ts';
import { appendLog } from '../../engine/runs/log.ts';
import { updateStatus } from '../../engine/runs/write.ts';
import { specOf, temporaryFolder } from '../unit/runs/fixtures.ts';

const HOSTILE = 'a\x1b[2J\x1b]0;owned\x07\u202ec\x9b31m\nd';
/** What a terminal might obey: all control characters but ends of lines, overrides of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

let home: string;
let store: string;
let id: string;
beforeEach(() => {
  home = temporaryFolder();
  store = join(home, '.lif');
  const folder = createRuns(store, [specOf({ study: HOSTILE, variant: HOSTILE, file: `/x/${HOSTILE}` })], {})[0]!;
  updateStatus(folder, { state: 'failed', message: HOSTILE });
  writeFileSync(join(folder, 'log.txt'), `${HOSTILE}\n`);
  appendLog(folder, HOSTILE);
  id = folder.split('/').at(-1)!;
});

function lif(...args: string[]) {
  return spawnSync(process.execPath, [builtFile('lif.mjs'), ...args], { cwd: home, encoding: 'utf8' });
}

test.each([
  ['list', () => ['list']],
  ['list as JSON', () => ['list', '--json']],
  ['show', () => ['show', id]],
  ['show as JSON', () => ['show', id, '--json']],
  ['a command that does not exist', () => [HOSTILE]],
  ['an option that does not exist', () => ['list', `--${HOSTILE}`]],
  ['an argument too many', () => ['list', HOSTILE]],
  ['a run that does not exist', () => ['show', HOSTILE]],
  ['a store that does not exist', () => ['show', 'x', '--store', HOSTILE]],
  ['a file that does not exist', () => ['validate', HOSTILE]],
  ['a data set that does not exist', () => ['data', 'show', HOSTILE]],
  ['a command of data that does not exist', () => ['data', HOSTILE]],
  ['an import from nowhere', () => ['data', 'import', 'mnist', `/nowhere/${HOSTILE}`]],
] as [string, () => string[]][])('%s: nothing that a terminal obeys', (_, args) => {
  const { stdout, stderr } = lif(...args());
  expect(stdout).not.toMatch(OBEYED);
  expect(stderr).not.toMatch(OBEYED);
  expect((stdout + stderr).length, 'it said something').toBeGreaterThan(0);
});

test('JSON keeps the names as they are', () => {
  expect(JSON.parse(lif('list', '--json').stdout).runs[0]).toMatchObject({ variant: HOSTILE });
});

test.runIf(existsSync('/dev/full'))('a full disk is not exit code 0', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [builtFile('lif.mjs'), 'list', '--json'], {
    cwd: home,
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect({ status, stderr }).toEqual({ status: 2, stderr: 'The output cannot be written: the disk is full.\n' });
});

test.runIf(process.platform === 'linux')('a file that may grow no further is not exit code 0', () => {
  const script = `ulimit -f 1; exec "$0" "$@" > "${join(home, 'out.json')}"`;
  createRuns(
    store,
    Array.from({ length: 20 }, (_, seed) => specOf({ seed })),
    {},
  );
  const words = ['-c', script, process.execPath, builtFile('lif.mjs'), 'list', '--json'];
  const { status, signal } = spawnSync('bash', words, { cwd: home });
  expect({ status, signal }).not.toEqual({ status: 0, signal: null });
});

test('a reader that has seen enough is no failure', async () => {
  const child = spawn(process.execPath, [builtFile('lif.mjs'), 'list', '--json'], { cwd: home });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, said }).toEqual({ code: 0, said: '' });
});

test.runIf(process.platform !== 'win32')('a linked store says what to do', () => {
  mkdirSync(join(home, 'project'));
  symlinkSync(store, join(home, 'project', '.lif'));
  const { status, stderr } = lif('list', '--store', join(home, 'project', '.lif'));
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining(
      'is a link, which is not followed in a store; name the folder it leads to',
    ) as string,
  });
});
