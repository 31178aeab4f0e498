/** Installing TensorFlow: what is taken from where, and what is said when that is impossible. The whole way is taken by npm test. */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BACKENDS } from '../../../../engine/backends/registry.ts';
import { compilerWords } from '../../../../engine/backends/tensorflow/install/compile.ts';
import { installTensorFlow } from '../../../../engine/backends/tensorflow/install/install.ts';
import { addressOf, LIBRARIES, takeTensorFlow, WHEEL } from '../../../../engine/backends/tensorflow/install/wheel.ts';
import {
  installedTensorFlow,
  leftoversIn,
  manifestOf,
  nameOf,
} from '../../../../engine/backends/tensorflow/installed.ts';
import { absence, chosenTensorFlow } from '../../../../engine/backends/tensorflow/tensorflow.ts';
import { runTool } from '../../../../engine/base/run-tool.ts';
import { download } from '../../../../engine/datasets/library/download.ts';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';
import { machineRemarks } from '../../../../engine/host/machine.ts';
import { refuseMissing } from '../../../../engine/studies/load.ts';

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lif-tensorflow-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  server?.close();
  server = undefined;
});

const options = { check: () => [] };

function serve(answer: string, status = 200): Promise<string> {
  server = createServer((_request, response) => response.writeHead(status).end(answer)).listen(0, '127.0.0.1');
  return new Promise((resolve) =>
    server!.once('listening', () => resolve(`http://127.0.0.1:${(server!.address() as AddressInfo).port}/simple/x/`)),
  );
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const INSTALLED = { package: '@tensorflow/tfjs-node', version: '4.22.0', tensorflow: '2.21.0', from: 'x.whl' };

test('an installation is known by its manifest, and a damaged one is none', () => {
  expect(installedTensorFlow(folder)).toBeUndefined();
  for (const text of ['{', '{}', '[]', JSON.stringify({ ...INSTALLED, package: '../../evil' })]) {
    writeFileSync(manifestOf(folder), text);
    expect(installedTensorFlow(folder), text).toBeUndefined();
  }
  writeFileSync(manifestOf(folder), JSON.stringify(INSTALLED));
  expect(nameOf(installedTensorFlow(folder)!)).toBe('tfjs-node 4.22.0 with TensorFlow 2.21.0');
});

test('LIF_TENSORFLOW says which: native, javascript or a path; what it cannot mean is one sentence, never another TensorFlow', () => {
  vi.stubEnv('LIF_DATA', folder);
  const chosen = (said: string) => {
    vi.stubEnv('LIF_TENSORFLOW', said);
    const which = chosenTensorFlow();
    return [which, absence(which)];
  };
  const absent = expect.stringMatching(/^Native TensorFlow is not installed: run /);
  expect(['', 'javascript', 'native'].map(chosen)).toEqual([
    ['javascript', undefined],
    ['javascript', undefined],
    ['native', absent],
  ]);
  const shared = join(folder, 'shared');
  expect(chosen(shared)).toEqual(['native', expect.stringContaining(`${shared}: no TensorFlow was installed there`)]);
  for (const place of [shared, join(folder, 'tensorflow')]) write(manifestOf(place), JSON.stringify(INSTALLED));
  expect(['', 'native', shared, 'javascript'].map(chosen)).toEqual([
    ...['', 'native', shared].map(() => ['native', undefined]),
    ['javascript', undefined],
  ]);
  for (const said of ['natve', 'shared/tensorflow', 'auto']) {
    expect(chosen(said)[1], said).toMatch(/LIF_TENSORFLOW .* is ".*": say native, javascript or the absolute path/);
    expect(BACKENDS.tfjs.provenance(), 'what is refused is not recorded').toEqual({});
    expect(() => refuseMissing([{ backend: 'event' }, { backend: 'tfjs' }])).toThrow(/LIF_TENSORFLOW .* is/);
    const text =
      'name: a\nnetwork: { hidden: [4] }\ndataset: { name: delayed-xor }\nbackend: tfjs\ntraining: { epochs: 1 }\nseeds: [1]\nvariants: { a: {}, b: { backend: event } }\n';
    const { experiment } = checkExperiment(text, 'a.lif.yaml');
    expect(machineRemarks(text, 'a.lif.yaml', experiment!)).toEqual([
      {
        range: { start: { line: 3, column: 9 }, end: { line: 3, column: 13 } },
        severity: 'warning',
        path: 'backend',
        message: expect.stringMatching(/^Here runs with backend: tfjs would fail\. LIF_TENSORFLOW /),
      },
    ]);
  }
});

test('without a GPU the package for CUDA is refused before anything is fetched', async () => {
  vi.stubEnv('LIF_DATA', join(folder, 'data'));
  vi.stubEnv('PATH', folder);
  await expect(installTensorFlow({ ...options, gpu: true })).rejects.toThrow(/finds no GPU with CUDA here, .*--gpu/);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});

test('a data folder that cannot be one is one sentence', async () => {
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('LIF_DATA', join(folder, 'file/x'));
  await expect(installTensorFlow(options)).rejects.toThrow(
    /x: cannot be written because a file stands where a folder should be; set LIF_DATA to a folder that can be written\.$/,
  );
});

test.skipIf(process.platform === 'win32')(
  'a registry that npm does not reach is one sentence with what to do, and nothing is left behind',
  async () => {
    vi.stubEnv('LIF_DATA', folder);
    const npm = join(folder, 'bin/npm');
    write(npm, '#!/bin/sh\necho "npm error code ENOTFOUND" >&2\nexit 1\n');
    chmodSync(npm, 0o755);
    vi.stubEnv('PATH', `${dirname(npm)}:${process.env.PATH}`);
    // Of installations that were killed: one while it was made, one between the two renames at the end.
    const killed = [1, 2].map((n) => join(folder, `tensorflow.new-${String(n).repeat(8)}-1111-1111-1111-111111111111`));
    write(join(killed[0]!, 'node_modules/x'), 'x');
    write(manifestOf(`${killed[1]}.old`), JSON.stringify(INSTALLED));
    expect(leftoversIn(folder).sort()).toEqual([killed[0], `${killed[1]}.old`]);
    await expect(installTensorFlow(options)).rejects.toThrow(
      /^"npm ci .*" did not succeed because ENOTFOUND; connect this machine, or .*npm config set registry URL/,
    );
    expect(readdirSync(folder)).toEqual(['bin', 'tensorflow']);
    const address = { index: 'ftp://me:token@host/simple' };
    await expect(installTensorFlow({ ...options, ...address })).rejects.toThrow(
      /^The address .* is none of http or https/,
    );
    if (`${process.platform}-${process.arch}` !== WHEEL.platform) return;
    const nowhere = { ...options, from: join(folder, 'x.whl') };
    await expect(installTensorFlow(nowhere), 'before npm has worked').rejects.toThrow(/x\.whl: there is no such file/);
    // Where the binary alone is out of reach there is another way, so nothing has to be done about it.
    write(npm, '#!/bin/sh\n[ "$1" = ci ] && exit 0\necho "npm error code ENOTFOUND" >&2\nexit 1\n');
    const notes: string[] = [];
    const closed = { ...options, index: 'http://127.0.0.1:1', onNote: (note: string) => notes.push(note) };
    await expect(installTensorFlow(closed)).rejects.toThrow(/^http:\/\/127.0.0.1:1\/.*: cannot be read because/);
    expect(notes).toContainEqual(
      expect.stringMatching(/^that did not work: "npm rebuild .*" did not succeed because ENOTFOUND\.$/),
    );
    expect(installedTensorFlow(join(folder, 'tensorflow'))).toEqual(INSTALLED);
  },
);

test('the page of an index names the address of the wheel, absolute or relative', async () => {
  const other = WHEEL.file.replace('cp311-cp311', 'cp312-cp312');
  const page = await serve(
    `<a href="../../files/${other}#sha256=1">a</a> <a href="../../files/${WHEEL.file}#sha256=2">b</a>`,
  );
  expect(await addressOf(page, options)).toBe(new URL(`../../files/${WHEEL.file}`, page).href);
});

test.each([
  ['without the wheel', '<html></html>', 200, /has no tensorflow_cpu-.*name another index with --index\.$/],
  ['that is not there', 'gone', 404, /cannot be read because it answers 404; .*--index, .*--from\.$/],
])('an index %s is one sentence', async (_what, answer, status, sentence) => {
  const page = await serve(answer, status);
  await expect(addressOf(page, options)).rejects.toThrow(sentence);
});

test('a password in the address of an index goes along as a header, with the wheel from the same server, and into no message', async () => {
  const seen: (string | undefined)[] = [];
  const page = `<a href="/files/${WHEEL.file}#sha256=2">b</a> <a href="https://user:other@else.where/x">c</a>`;
  server = createServer(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(headers.authorization ? 200 : 401).end(page);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server!.once('listening', listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const address = await addressOf(`http://me:t%40ken@${host}/simple/x/`, options);
  const md5 = createHash('md5').update(page).digest('hex');
  await download({ urls: [address], md5 }, join(folder, 'wheel'));
  expect(seen).toEqual(Array.from({ length: 2 }, () => `Basic ${Buffer.from('me:t@ken').toString('base64')}`));
  const said: string[] = [];
  const wrong = download({ urls: [address], md5: 'x' }, join(folder, 'other'), {
    waits: [],
    onNote: (text) => said.push(text),
    onProgress: ({ what }) => said.push(what),
  });
  await expect(wrong.catch((error) => said.push(error.message))).resolves.toBeGreaterThan(2);
  expect(said.join()).toContain(host);
  expect(said.join()).not.toMatch(/ken/);
  server.closeAllConnections();
  await new Promise((closed) => server!.close(closed));
  const failure = await addressOf(`http://me:t%40ken@${host}/simple/x/`, options).catch(({ message }) => message);
  expect(failure).toMatch(/cannot be read because/);
  expect(failure).not.toMatch(/ken/);
});

test('CXX may be more than one word, or a path with spaces', () => {
  vi.stubEnv('CXX', 'ccache  g++ -m64');
  expect(compilerWords()).toEqual(['ccache', 'g++', '-m64']);
  const path = join(folder, 'my compiler');
  writeFileSync(path, '');
  vi.stubEnv('CXX', path);
  expect(compilerWords()).toEqual([path]);
  vi.stubEnv('CXX', '');
  expect(compilerWords()).toEqual(['g++']);
});

test('an index that cannot be reached is one sentence', async () => {
  const page = await serve('');
  await new Promise((closed) => server!.close(closed));
  await expect(addressOf(page, options)).rejects.toThrow(/cannot be read because .*ECONNREFUSED.*--index/);
});

const WANTED = [...LIBRARIES, 'include/tensorflow/c/c_api.h', 'include/xla/tsl/c/tsl_status.h'];
const UNWANTED = ['python/keras.py', 'include/Eigen/Core.h', 'include/tensorflow/c/c_api.cc', 'libtensorflow_cc.so'];

test('of a wheel the libraries and the headers are taken, and nothing else', async () => {
  const files = [...WANTED, ...UNWANTED].map((name) => [`tensorflow/${name}`, strToU8(name)] as const);
  const wheel = join(folder, 'some.whl');
  writeFileSync(wheel, zipSync(Object.fromEntries([...files, ['METADATA', strToU8('x')]])));
  const target = join(folder, 'lib');
  mkdirSync(target);
  await takeTensorFlow(wheel, target, options);
  for (const name of WANTED) expect(readFileSync(join(target, name), 'utf8')).toBe(name);
  for (const name of UNWANTED) expect(existsSync(join(target, name)), name).toBe(false);
  expect(existsSync(join(target, 'tensorflow'))).toBe(false);
});

test('a wheel that leads out of its folder, or is none of TensorFlow, is refused', async () => {
  const target = join(folder, 'lib');
  mkdirSync(target);
  const wheel = join(folder, 'evil.whl');
  writeFileSync(wheel, zipSync({ 'tensorflow/include/tensorflow/c/../../../../../../evil.h': strToU8('x') }));
  await expect(takeTensorFlow(wheel, target, options)).rejects.toThrow(/leads out of its folder/);
  writeFileSync(wheel, zipSync({ 'numpy/a.py': strToU8('x') }));
  await expect(takeTensorFlow(wheel, target, options)).rejects.toThrow(
    /evil\.whl: has no libtensorflow_cc\.so\.2; take/,
  );
});

test('of an environment of Python the folder tensorflow is taken, named itself or by the one above', async () => {
  for (const name of [...WANTED, ...UNWANTED]) write(join(folder, 'site-packages/tensorflow', name), name);
  for (const source of ['site-packages', 'site-packages/tensorflow']) {
    const target = join(folder, `taken-from-${source.length}`);
    mkdirSync(target);
    await takeTensorFlow(join(folder, source), target, options);
    for (const name of WANTED) expect(readFileSync(join(target, name), 'utf8')).toBe(name);
  }
  await expect(takeTensorFlow(folder, folder, options)).rejects.toThrow(
    /has no libtensorflow_cc\.so\.2; name the folder/,
  );
  await expect(takeTensorFlow(join(folder, 'x'), folder, options)).rejects.toThrow(/there is no such file/);
});

const script = (text: string): [string, string[]] => [process.execPath, ['-e', text]];
const patience = { timeoutMs: 20_000 };

test('a tool gives its output; one that fails says why, one that is not there that it is absent', async () => {
  expect(await runTool(...script('console.log(6 * 7)'), patience)).toBe('42\n');
  const failing = script("console.error('> step\\nnpm error code ENOTFOUND\\nnpm error more'); process.exit(3)");
  await expect(runTool(...failing, patience)).rejects.toMatchObject({ reason: 'ENOTFOUND', absent: false });
  await expect(runTool(...script('process.exit(3)'), patience)).rejects.toMatchObject({
    reason: 'it ended with code 3',
  });
  if (process.platform !== 'win32')
    await expect(runTool(...script("process.kill(process.pid, 'SIGSEGV')"), patience)).rejects.toMatchObject({
      reason: 'it was ended by SIGSEGV',
    });
  await expect(runTool('lif-no-such-tool', [], patience)).rejects.toMatchObject({ absent: true });
});

test.runIf(process.platform === 'linux')(
  'a tool that is stopped or takes too long ends with all that it started',
  async () => {
    const file = join(folder, 'pid');
    const child = `require('child_process').spawn('sleep', ['100']).once('spawn', function () {
    require('fs').writeFileSync(${JSON.stringify(`${file}.new`)}, String(this.pid));
    require('fs').renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)}); });`;
    const gone = async (): Promise<boolean> => {
      const pid = readFileSync(file, 'utf8');
      for (let i = 0; i < 100; i++) {
        // Until somebody has looked at its end, a process that was killed is a zombie.
        const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z';
        if (/\) Z/.test(stat)) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    };
    const stop = new AbortController();
    const stopped = runTool(...script(child), { ...patience, signal: stop.signal });
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await expect(stopped).rejects.toThrow('aborted');
    expect(await gone()).toBe(true);
    await expect(runTool(...script(child), { timeoutMs: 1500 })).rejects.toThrow(/did not end within 2 s/);
    expect(await gone()).toBe(true);
  },
);
