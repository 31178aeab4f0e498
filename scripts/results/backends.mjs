/**
 * Whether both backends learn alike: `node scripts/results/backends.mjs` trains every variant of the delayed XOR, MNIST and N-MNIST
 * examples for a few epochs with the event engine and with native TensorFlow, and writes the table into docs/results.md.
 *
 * Tolerance: what rounding alone does. Both compute the same equations in float32 and add in different orders, so that weights differ
 * in their last places; Adam makes more of that where a gradient is nearly 0, a potential beside the threshold then fires in one of the
 * two only, and the runs drift apart. How far, a control tells that has nothing to do with TensorFlow: the event engine again with
 * learning rates that are a hundred-thousandth greater and smaller, which after the first update is a last place or so of each weight.
 * (One factor on all initial weights would not do: it keeps their ratios, and nothing drifts.) The backends may differ by five times the
 * greater of the two differences, since two runs know the size of a drift that grows exponentially only roughly.
 *
 *   --store DIR   the run store (default: .lif here)
 *   --only ID     this study; may be given more than once
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { replaceBetween } from './tables.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: { store: { type: 'string', default: '.lif' }, only: { type: 'string', multiple: true, default: [] } },
});

/** Few samples, since native TensorFlow computes all of T·N·H. */
const STUDIES = [
  ['delayed-xor', 'trainSamples=4096', 'validationSamples=512', 'testSamples=1024'],
  ['mnist', 'trainSamples=2000', 'testSamples=500'],
  ['nmnist', 'trainSamples=200', 'testSamples=50'],
].map(([id, ...data]) => ({ id, sets: data.map((set) => `dataset.${set}`) }));
const EPOCHS = 3;
const BATCH = { 'delayed-xor': 512, mnist: 100, nmnist: 50 };
/** Losses of an epoch: training and test. */
const PER_EPOCH = 2;
const MARGIN = 5;
/** A loss itself is rounded where TensorFlow takes the mean of it in float32. */
const FLOOR = 1e-6;

/** By the study, and what of it is trained again. */
const RATE = { 'delayed-xor': 1e-2, mnist: 1e-4, nmnist: 1e-4 };
const settingsOf = (id) => ({
  event: [],
  above: [`training.learningRate=${RATE[id] * (1 + 1e-5)}`],
  below: [`training.learningRate=${RATE[id] * (1 - 1e-5)}`],
  tensorflow: ['backend=tfjs-node'],
});

/** Of each variant the losses of training and test after every epoch. */
function curves(file, sets) {
  const lif = (...args) =>
    execFileSync(process.execPath, [join(root, 'dist/lif.mjs'), ...args, '--store', options.store], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const asked = [file, ...sets.flatMap((set) => ['--set', set])];
  lif('run', ...asked);
  return JSON.parse(lif('compare', ...asked, '--json')).rows.map(({ variant, results }) => {
    const lines = readFileSync(join(results[0].folder, 'metrics.jsonl'), 'utf8').split('\n').filter(Boolean);
    const epochs = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'epoch');
    if (epochs.length !== EPOCHS) throw new Error(`${file}, ${variant}: ${epochs.length} of ${EPOCHS} epochs.`);
    return { variant, losses: epochs.flatMap(({ train, test }) => [train.loss, test.loss]) };
  });
}

/** Greatest difference relative to the loss. */
const distance = (a, b) => Math.max(...a.map((loss, i) => Math.abs(loss - b[i]) / Math.abs(loss)));

/** The study without analyses and expectations, which would take longer than these trainings. */
function trimmed(id, folder) {
  const { analyses, expect, ...study } = parse(readFileSync(join(root, `examples/paper/${id}.lif.yaml`), 'utf8'));
  const file = join(folder, `${id}.lif.json`);
  writeFileSync(file, JSON.stringify(study));
  return file;
}

// Beside the runs, so that what is trained already is found again.
const folder = resolve(options.store, 'backends');
mkdirSync(folder, { recursive: true });
const rows = [];
for (const { id, sets } of STUDIES.filter(({ id }) => options.only.length === 0 || options.only.includes(id))) {
  const file = trimmed(id, folder);
  const always = [...sets, `training.epochs=${EPOCHS}`, `training.batchSize=${BATCH[id]}`, 'seeds=[1]'];
  const found = Object.fromEntries(
    Object.entries(settingsOf(id)).map(([name, more]) => [name, curves(file, [...always, ...more])]),
  );
  found.event.forEach(({ variant, losses }, i) => {
    const control = Math.max(...['above', 'below'].map((name) => distance(losses, found[name][i].losses)));
    const seen = distance(losses, found.tensorflow[i].losses);
    const tolerance = Math.max(FLOOR, MARGIN * control);
    const ends = [losses, found.tensorflow[i].losses].map((all) => String(Number(all.at(-1).toPrecision(7))));
    const first = distance(losses.slice(0, PER_EPOCH), found.tensorflow[i].losses.slice(0, PER_EPOCH));
    const cells = [...ends, ...[first, seen, control, tolerance].map((x) => x.toExponential(0))];
    rows.push([id, variant, ...cells, seen <= tolerance ? 'yes' : '**no**']);
  });
}
const head = [
  'study',
  'variant',
  'event',
  'tfjs-node',
  'difference after epoch 1',
  'greatest',
  'of rounding alone',
  'tolerance',
  'within',
];
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
if (options.only.length > 0) console.log(table);
else {
  const document = join(root, 'docs/results.md');
  writeFileSync(document, replaceBetween(readFileSync(document, 'utf8'), 'backends', table));
}
