/**
 * npm run results: trains what is missing of the studies in scripts/results/studies.mjs and writes their tables into
 * docs/results.md. Small studies by default.
 *
 *   --full          the long ones, too
 *   --only ID       this study; may be given more than once
 *   --tables        train nothing: tables of what the store has
 *   --threads N     threads of each run
 *   --smaller       a table of fewer networks may replace one of more
 *   --store DIR     the run store (default: .lif here)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { STUDIES } from './results/studies.mjs';
import { curveTable, origin, replaceBetween, tableUnder, variantTable } from './results/tables.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const document = join(root, 'docs/results.md');
const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    tables: { type: 'boolean', default: false },
    smaller: { type: 'boolean', default: false },
    threads: { type: 'string' },
    store: { type: 'string', default: '.lif' },
  },
});
const unknown = options.only.find((id) => !STUDIES.some((study) => study.id === id));
if (unknown !== undefined) {
  console.error(`There is no study ${unknown}; there are ${STUDIES.map(({ id }) => id).join(', ')}.`);
  process.exit(1);
}
const chosen = STUDIES.filter(({ id, full }) =>
  options.only.length > 0 ? options.only.includes(id) : options.full || !full,
);

/** What a command of lif prints; its progress is shown. */
const lif = (...args) =>
  execFileSync(process.execPath, [join(root, 'dist/lif.mjs'), ...args, '--store', options.store], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Whether the data that a study needs are here, and as published unless some of them are enough. */
function ready({ id, needs, some }) {
  if (!needs) return true;
  const data = (...args) =>
    execFileSync(process.execPath, [join(root, 'dist/lif.mjs'), 'data', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    if (!some) data('check', needs);
    const { state } = JSON.parse(data('list', '--json')).find(({ name }) => name === needs);
    if (state !== 'not here') return true;
  } catch {
    // Said below: what is missing, and what is not as published.
  }
  console.error(`${id} is left out: its data are not here (lif data get ${needs}).`);
  return false;
}

/** Puts a table between its marks, unless it has fewer networks than the one that is there. */
function write(id, content) {
  const text = replaceBetween(readFileSync(document, 'utf8'), id, content, options);
  if (text === undefined) console.error(`${id}: the table that is there has more networks; --smaller replaces it.`);
  else writeFileSync(document, text);
}

/** Tables of what was asked of the networks, from the report. */
function writeAsked({ id, file, asked = {} }, sets) {
  if (Object.keys(asked).length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'lif-results-'));
  lif('report', file, ...sets, '-o', join(folder, 'report.md'));
  const report = readFileSync(join(folder, 'report.md'), 'utf8');
  for (const [name, heading] of Object.entries(asked)) {
    const found = tableUnder(report, heading);
    if (found) write(`${id}: ${name}`, found);
    else console.error(`${id}: the report has no table of ${name}; it is left as it is.`);
  }
  rmSync(folder, { recursive: true });
}

for (const study of chosen) {
  const sets = (study.sets ?? []).flatMap((set) => ['--set', set]);
  if (!options.tables) {
    if (!ready(study)) continue;
    console.error(`== ${study.file}`);
    const threads = options.threads ? ['--threads', options.threads] : [];
    lif('run', study.file, ...sets, ...threads);
    for (const [analysis, params] of Object.entries(study.ask ?? {}))
      lif('analyse', study.file, analysis, ...sets, ...params.flatMap((set) => ['--set', set]), ...threads);
  }
  const comparison = JSON.parse(lif('compare', study.file, ...sets, '--test', '--json'));
  const scored = comparison.rows.flatMap(({ results }) => results.filter(({ result }) => result));
  if (scored.length === 0) {
    console.error(`${study.id} is left as it is: the store has no finished run of it with these settings.`);
    continue;
  }
  const runs = scored.map(({ folder }) => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));
  const table = study.curve ? curveTable(comparison) : variantTable(comparison, study.paper);
  const content = `${origin({ ...comparison, file: [study.file, ...sets].join(' ') }, runs, study.testSamples)}\n\n${table}`;
  write(study.id, content);
  writeAsked(study, sets);
  console.error(`${study.id}: ${scored.length} runs.`);
}
