/**
 * The file store of MLflow: `<folder>/<experiment>/<run>/` with meta.yaml, and a file for each metric ("timestamp value
 * step" a line), parameter and tag. `mlflow ui --backend-store-uri <folder>` shows it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isActive, type RunState } from '../../../protocol/runs.ts';
import { makeFolder } from '../../base/folders.ts';
import { sha256 } from '../../base/hash.ts';
import { type Output, refuseExisting, unwritten, writeParts } from '../output.ts';
import { clockOf } from './clock.ts';
import { type LoggedRun, type MetricRow, metricRows } from './rows.ts';

/** RunStatus of MLflow: SCHEDULED, RUNNING, FINISHED, FAILED, KILLED. */
const STATUS: Readonly<Record<RunState, number>> = {
  queued: 2,
  running: 1,
  finished: 3,
  failed: 4,
  stopped: 5,
  interrupted: 5,
};
/** MLflow refuses longer values, and who reads more parameters than this? */
const MAX_VALUE = 6000;
const MAX_PARAMS = 500;
const MAX_DEPTH = 8;

/** Adds the runs to the store in `output.path`, or makes it. Throws a UserError. @returns the folders of the runs */
export function writeMlflow(runs: readonly LoggedRun[], output: Output): string[] {
  const folders = runs.map(({ summary }) => join(output.path, experimentId(summary.study), runId(summary.id)));
  refuseExisting(folders, output);
  for (const [i, run] of runs.entries()) {
    const experiment = join(output.path, experimentId(run.summary.study), 'meta.yaml');
    if (!existsSync(experiment)) writeParts(experiment, [experimentYaml(run, output.path)]);
    writeRun(folders[i]!, run);
  }
  return folders;
}

/** The same study has the same number, in whichever store. */
const experimentId = (study: string): string => String(BigInt(`0x${sha256(study).slice(0, 14)}`)).padStart(18, '1');
const runId = (id: string): string => sha256(id).slice(0, 32);

function experimentYaml({ summary: { study, createdAt } }: LoggedRun, store: string): string {
  const id = experimentId(study);
  return yaml({
    artifact_location: pathToFileURL(join(store, id)).href,
    creation_time: createdAt,
    experiment_id: id,
    last_update_time: createdAt,
    lifecycle_stage: 'active',
    name: study,
  });
}

function writeRun(folder: string, run: LoggedRun): void {
  const { summary, history, file } = run;
  const { id, study, variant, seed, state, createdAt, updatedAt } = summary;
  const name = `${variant}, seed ${seed}`;
  const write = (kind: string, key: string, parts: Iterable<string>) => writeParts(join(folder, kind, key), parts);
  for (const [key, rows] of metricFiles(run)) write('metrics', key, rows);
  for (const [key, value] of file ? paramsOf(file.spec) : []) write('params', key, [value]);
  const tags = { 'mlflow.runName': name, study, variant, seed: String(seed), 'lif.run': id, 'lif.state': state };
  for (const [key, value] of Object.entries(tags)) write('tags', key, [value]);
  try {
    makeFolder(join(folder, 'artifacts'));
  } catch (error) {
    throw unwritten(folder, error);
  }
  const ended = isActive(state) ? null : Math.max(createdAt, updatedAt);
  const meta = {
    artifact_uri: pathToFileURL(join(folder, 'artifacts')).href,
    end_time: ended,
    entry_point_name: '',
    experiment_id: experimentId(study),
    lifecycle_stage: 'active',
    run_id: runId(id),
    run_name: name,
    run_uuid: runId(id),
    source_name: '',
    source_type: 4,
    source_version: file?.provenance.gitCommit ?? '',
    start_time: createdAt,
    status: STATUS[state],
    tags: [],
    user_id: '',
  };
  // Last: a folder without it is no run.
  writeParts(join(folder, 'meta.yaml'), [yaml(meta)]);

  function metricFiles({ summary: { createdAt: from } }: LoggedRun): Map<string, string[]> {
    const clock = clockOf(history, from);
    const files = new Map<string, string[]>();
    for (const row of metricRows(history)) {
      // The database of MLflow has no NaN in its best values; the file store reads it.
      const line = `${clock(row.epoch)} ${row.value ?? 'nan'} ${row.step}\n`;
      const key = metricName(row);
      const lines = files.get(key);
      if (lines) lines.push(line);
      else files.set(key, [line]);
    }
    return files;
  }
}

/** `test_accuracy`, `train_loss` (of points), `train_epoch_loss`, `spike_rate_1`. */
export function metricName({ kind, split, quantity, layer }: MetricRow): string {
  if (layer !== undefined) return `${quantity}_${layer}`;
  if (split === '') return quantity;
  return `${split}${kind === 'epoch' && split === 'train' ? '_epoch' : ''}_${quantity}`;
}

/** The settings of a run by dotted path; lists as JSON. What is no name of a field is left out: the store may be another's. */
function paramsOf(spec: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && depth < MAX_DEPTH) {
      for (const [name, inner] of Object.entries(value))
        if (/^\w{1,60}$/.test(name)) visit(inner, path === '' ? name : `${path}.${name}`, depth + 1);
    } else if (found.size < MAX_PARAMS && path !== '' && path.length <= 200) {
      const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      found.set(path, text.slice(0, MAX_VALUE));
    }
  };
  visit(spec, '', 0);
  return found;
}

/** JSON is YAML. */
const yaml = (fields: Record<string, unknown>): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
