// Everything that is handed out, in one command, without handing it out:
//
//   npm run release [-- --out release] [--untested] [--nodes 20,22,24] [--try linux-arm64=PROGRAM]
//
// Tests; builds; packs the extension for all platforms (WebAssembly kernels) and for those whose kernels can be compiled
// here, and the command `lif` for npm; tries each as it will be installed; writes their checksums. `--untested` skips the
// tests. LIF_CROSS is a compiler for other platforms than this one, `zig c++` say; `--try` names a Node of one of
// them, which an emulator may run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';
import { buildNative } from '../engine/backends/event/kernels/native/build.mjs';
import { CROSS, HERE } from '../engine/backends/event/kernels/native/targets.mjs';
import { build } from './build.mjs';
import { packBuilt, packedFiles } from './package.mjs';

const root = join(fileURLToPath(import.meta.url), '../..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    untested: { type: 'boolean', default: false },
    nodes: { type: 'string', default: '20,22,24' },
    try: { type: 'string', multiple: true, default: [] },
  },
});
const out = resolve(values.out);
const { version, description, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const foreignNodes = new Map(values.try.map((one) => /** @type {[string, string]} */ (one.split(/=(.*)/s, 2))));
const scratch = mkdtempSync(join(tmpdir(), 'lif-release-'));

try {
  const changed = run('git', ['status', '--porcelain'], { cwd: root });
  if (changed !== '') fail(`there are changes that no commit has:\n${changed}`);
  if (!values.untested) run('npm', ['test'], { cwd: root, shown: true });
  await build({ minify: true });
  mkdirSync(out, { recursive: true });
  const made = [await vsix('universal'), ...(await platforms()), await tarball()];
  const sums = made.map(
    (file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}`,
  );
  writeFileSync(join(out, 'SHA256SUMS'), `${sums.join('\n')}\n`);
  for (const file of made) say(`${(statSync(file).size / 1024).toFixed(0).padStart(6)} KB  ${file}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** @param {string} [target] */
function kernels(target = HERE) {
  return join(root, `dist/kernels-${target}.node`);
}

/** The extension for each platform whose kernels can be compiled here; why there is none for another is said. */
async function platforms() {
  const files = [];
  for (const target of new Set([HERE, ...Object.keys(CROSS)])) {
    const file = kernels(target);
    // The build has made those of this machine.
    const refusal = target === HERE ? undefined : await buildNative(dirname(file), basename(file), target);
    if (existsSync(file)) files.push(await vsix(target));
    else say(`no package of its own for ${target}${refusal === undefined ? '' : `. ${refusal}`}`);
  }
  return files;
}

/** The extension for a platform, tried by training with the command that it carries. @param {string} target */
async function vsix(target) {
  const file = join(out, `lif-lab-${version}${target === 'universal' ? '' : `-${target}`}.vsix`);
  await packBuilt(file, target);
  const folder = join(scratch, target);
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(file)))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(join(folder, name), bytes);
  }
  const node = target === 'universal' || target === HERE ? process.execPath : foreignNodes.get(target);
  if (node === undefined) say(`${basename(file)} is not tried: no Node of ${target} was named with --try`);
  else tryOut(basename(file), [node], join(folder, 'extension'), target !== 'universal');
  return file;
}

/** The command `lif` for npm: one package without dependencies, tried with each Node that can be had. */
async function tarball() {
  const stage = join(scratch, 'npm');
  const wanted = /^(LICENSE|CHANGELOG\.md|schemas\/.*|examples\/.*|dist\/(?!.*\.cjs$|view-|bin\/).*)$/;
  for (const name of (await packedFiles()).filter((file) => wanted.test(file)))
    cpSync(join(root, name), join(stage, name), { recursive: true });
  cpSync(join(root, 'CITATION.cff'), join(stage, 'CITATION.cff'));
  const bin = { lif: 'dist/lif.mjs' };
  const { node } = engines;
  writeFileSync(
    join(stage, 'package.json'),
    JSON.stringify({ name: 'lif-lab', version, description, license, type: 'module', bin, engines: { node } }, null, 2),
  );
  writeFileSync(
    join(stage, 'README.md'),
    `# lif\n\n${description}\n\nThis is its command line: \`lif --help\` lists the commands, and\n\`lif run examples/delayed-xor.lif.yaml\` trains a first study in a minute.\n`,
  );
  run('npm', ['pack', '--silent', '--pack-destination', out], { cwd: stage });
  const file = join(out, `lif-lab-${version}.tgz`);
  for (const major of values.nodes.split(',')) {
    const node = nodeOf(major);
    if (node === undefined) {
      say(`not tried with Node ${major}: npm does not get it here`);
      continue;
    }
    const folder = join(scratch, `node-${major}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', file], { cwd: folder });
    tryOut(`${basename(file)} with Node ${major}`, [node], join(folder, 'node_modules/lif-lab'), existsSync(kernels()));
  }
  return file;
}

/** The program of that version: this one, or what npm has. @param {string} major @returns {string | undefined} */
function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(scratch, `runtime-${major}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], {
    cwd: folder,
    shell: process.platform === 'win32',
  });
  const program = join(folder, 'node_modules/node/bin/node');
  return status === 0 && existsSync(program) ? program : undefined;
}

/**
 * Trains a small study twice, with the kernels that the package brings and in WebAssembly: both end with the same weights.
 * Reads an HDF5 file with the library.
 * @param {string} name @param {string[]} node @param {string} folder of the package @param {boolean} compiled
 */
function tryOut(name, [node], folder, compiled) {
  const lif = join(folder, 'dist/lif.mjs');
  const study = join(scratch, 'study.lif.yaml');
  writeFileSync(
    study,
    'name: Tried\ndataset: { name: delayed-xor, steps: 20, trainSamples: 64, testSamples: 64 }\nnetwork: { hidden: [8] }\ntraining: { epochs: 1 }\nvariants: { baseline: {}, with recurrence: { neuron: { recurrent: true } } }\nseeds: [1]\n',
  );
  /** @param {Record<string, string>} env */
  const trained = (env) => {
    const store = mkdtempSync(join(scratch, 'store-'));
    run(/** @type {string} */ (node), [lif, 'run', study, '--store', store], { cwd: scratch, env });
    const runs = join(store, 'runs');
    return readdirSync(runs)
      .map((id) => {
        const checkpoints = join(runs, id, 'checkpoints');
        const last = readdirSync(checkpoints)
          .filter((file) => file.endsWith('.safetensors'))
          .sort()
          .at(-1);
        const spec = JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8'));
        const bytes = readFileSync(join(checkpoints, /** @type {string} */ (last)));
        // Behind the header, which also says how long it took.
        const weights = bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
        return `${spec.spec.variant} ${createHash('sha256').update(weights).digest('hex')} ${spec.provenance.nativeKernels ? 'compiled' : 'wasm'}`;
      })
      .sort();
  };
  const own = trained({});
  const wasm = trained({ LIF_KERNELS: 'wasm' });
  if (own.length !== 2) fail(`${name} trained ${own.length} runs of 2`);
  if (compiled !== own.every((line) => line.endsWith('compiled'))) fail(`${name} used the wrong kernels: ${own}`);
  const weights = (/** @type {string[]} */ lines) => lines.map((line) => line.replace(/ \w+$/, '')).join();
  if (weights(own) !== weights(wasm)) fail(`${name} gives other weights than WebAssembly: ${own} and ${wasm}`);
  // Libraries are loaded in a thread of their own, which each version of Node does in its own way.
  const spikes = join(root, 'test/unit/datasets/own/fixtures/hdf5/newer.hdf5');
  const fields = [
    'columns={ time: a/b/onset, channel: a/b/electrode, label: what }',
    'timeUnit=s',
    'split={ by: share, test: 0.25 }',
  ].flatMap((field) => ['--set', field]);
  const shown = run(/** @type {string} */ (node), [lif, 'data', 'show', spikes, ...fields], { cwd: scratch });
  if (!/^train sample 0: class 1, 20 events$/m.test(shown)) fail(`${name} does not read HDF5: ${shown}`);
  say(`${name} trains (${compiled ? 'compiled kernels' : 'WebAssembly'})`);
}

/**
 * @param {string} command @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string>, shown?: boolean }} options
 * @returns {string} what it printed
 */
function run(command, args, { cwd, env = {}, shown = false }) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: shown ? 'inherit' : 'pipe',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0)
    fail(`"${[command, ...args].join(' ')}" ended with ${error?.message ?? `code ${status}:\n${stdout}${stderr}`}`);
  return (stdout ?? '').trim();
}

/** @param {string} line */
function say(line) {
  console.log(line);
}

/** @param {string} why @returns {never} */
function fail(why) {
  rmSync(scratch, { recursive: true, force: true });
  console.error(`No release: ${why}`);
  process.exit(1);
}
