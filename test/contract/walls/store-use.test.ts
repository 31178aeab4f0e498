/** Only engine/runs knows where in a store something lies; everybody else asks it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ENGINE = new URL('../../../engine/', import.meta.url).pathname;
const NAMES = ['run.json', 'status.json', 'metrics.jsonl', 'log.txt', 'checkpoints', 'stop', 'lock', 'runs', 'logs'];

/** What these folders use of the file system, and for what: none of it lies in a store. */
const ALLOWED: Record<string, string> = {
  'cli/doctor.ts': 'room on the disk',
  'cli/output.ts': 'standard output',
  'cli/stores.ts': 'finding the store',
  'exchange/metrics/mlflow.ts': 'the folder that is written to',
  'exchange/nir/file.ts': 'the folder that is written to',
  'exchange/output.ts': 'the files that are written',
  'executors/local/child.ts': 'closing a log that engine/runs opened',
  'executors/local/detach.ts': 'closing a log that engine/runs opened',
  'executors/local/slots.ts': "the machine's cores, in the temporary folder",
  'report/write.ts': 'the file that is written',
  'host/watch.ts': 'a type',
  'studies/git.ts': 'finding the repository',
};

function sources(folder: string): string[] {
  return readdirSync(join(ENGINE, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

const files = [
  'jobs',
  'executors',
  'host',
  'cli',
  'studies',
  'training',
  'analysis',
  'claims',
  'report',
  'exchange',
].flatMap(sources);

test('whoever uses the file system outside of engine/runs is on the list', () => {
  const users = files.filter((file) => /from 'node:fs(\/promises)?'/.test(readFileSync(join(ENGINE, file), 'utf8')));
  expect(users.sort()).toEqual(Object.keys(ALLOWED).sort());
});

test('nobody but engine/runs joins the name of a file of a run to a path', () => {
  const names = NAMES.map((name) => name.replace('.', '\\.')).join('|');
  const joins = new RegExp(`(join|resolve)\\([^)\\n]*['"\`/](${names})['"\`]`);
  const wrong = files.filter((file) => joins.test(readFileSync(join(ENGINE, file), 'utf8')));
  expect(wrong).toEqual([]);
});
