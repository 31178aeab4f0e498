import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import { reasonOfEnd, reasonOfFailure } from '../../../engine/jobs/endings.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { appendLog } from '../../../engine/runs/log.ts';
import { specOf, temporaryFolder } from '../runs/fixtures.ts';

const withCode = (code: string, message = 'it went wrong') => Object.assign(new Error(message), { code });

test.each<[string, unknown, RegExp]>([
  ['what the user did is said as it is', new UserError('a.yaml:1:1: error: no.'), /^a\.yaml:1:1: error: no\.$/],
  ['a full disk', withCode('ENOSPC'), /^The run could not be written: the disk is full; make room and resume it\.$/],
  ['a folder that cannot be written', withCode('EROFS'), /the file system is read-only; see to its folder and resume/],
  ['memory for arrays', new RangeError('Array buffer allocation failed'), /^The run ran out of memory: resume it with/],
  ['memory of the kernels', new RangeError('WebAssembly.Memory(): could not allocate memory'), /ran out of memory/],
  ['memory of a thread', withCode('ERR_WORKER_OUT_OF_MEMORY', 'JS heap out of memory'), /ran out of memory/],
  ['memory of the system', withCode('ENOMEM'), /ran out of memory/],
  ['other range errors are not about memory', new RangeError('Invalid typed array length: -1'), /^Invalid typed array/],
  ['errors of Node are not about files', withCode('ERR_INVALID_ARG_TYPE', 'not a string'), /^not a string$/],
  ['one line is enough', new Error('first\nsecond'), /^first$/],
  ['what is thrown and no error', 'a text', /^a text$/],
])('%s', (_, error, sentence) => {
  expect(reasonOfFailure(error)).toMatch(sentence);
});

test.each([
  [
    '<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n',
    'SIGABRT',
  ],
  ['# Fatal process OOM in Failed to reserve virtual memory for CodeRange\n', 'SIGTRAP'],
  ["terminate called after throwing an instance of 'std::bad_alloc'\n", 'SIGABRT'],
])('a process that died with %j in its log ran out of memory', (words, signal) => {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'log.txt'), `${'a line of an old and long log\n'.repeat(100_000)}${words}`);
  expect(reasonOfEnd(folder, { signal })).toMatch(/^The run ran out of memory: resume it with/);
});

test.each([
  [{ signal: 'SIGKILL' }, /^The process was killed \(SIGKILL\), as happens when memory runs out: resume the run/],
  [{ signal: 'SIGBUS' }, /^The process was ended by SIGBUS; its log may say why; resume it/],
  [{ code: 7 }, /^The process ended with exit code 7 without finishing; its log may say why; resume it/],
  [{ error: withCode('EACCES') }, /^The run could not be started: permission denied\.$/],
])('%j, and nothing in the log', (end, sentence) => {
  expect(reasonOfEnd(temporaryFolder(), end)).toMatch(sentence);
});

test('of a crash before the first epoch the backend says what it was doing; after that, or without its TensorFlow, nobody knows', () => {
  const store = temporaryFolder();
  const [own] = createRuns(store, [specOf({ backend: 'tfjs-node' })], {});
  const [javascript] = createRuns(store, [specOf({ backend: 'tfjs-cpu' })], {});
  expect(reasonOfEnd(own!, { signal: 'SIGBUS' })).toMatch(
    /^The process was ended by SIGBUS while the TensorFlow in .*tensorflow was being loaded or first used: install it again with "lif backend install tfjs", or use backend: tfjs-cpu\.$/,
  );
  expect(reasonOfEnd(javascript!, { signal: 'SIGBUS' })).toMatch(/ended by SIGBUS; its log may say why/);
  expect(reasonOfEnd(own!, { signal: 'SIGTERM' }), 'by somebody').toMatch(/ended by SIGTERM; its log may say why/);
  appendLog(own!, 'Epoch 1 of 40: train 78.12 %, loss 0.4213.');
  expect(reasonOfEnd(own!, { signal: 'SIGBUS' })).toMatch(/ended by SIGBUS; its log may say why/);
});

test('what an earlier process of the run died of, and what an experiment calls itself, is not taken for the reason', () => {
  const folder = temporaryFolder();
  const before = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n';
  writeFileSync(join(folder, 'log.txt'), `${before}The second process says nothing of memory.\n`);
  const end = { code: 7, logBefore: Buffer.byteLength(before) };
  expect(reasonOfEnd(folder, end)).toMatch(/^The process ended with exit code 7/);
  writeFileSync(join(folder, 'log.txt'), 'out of memory trains this run with care\n');
  expect(reasonOfEnd(folder, { signal: 'SIGABRT', logBefore: 0 }), 'all of it is of this process').toMatch(
    /^The run ran out of memory/,
  );
});
