/** `lif data list | get | check | import | show`. */
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { thousands } from '../../protocol/format.ts';
import { UserError } from '../base/errors.ts';
import type { PreparedDataset, Split } from '../datasets/dataset.ts';
import { shapeOf } from '../datasets/describe.ts';
import { CATALOGUE, type CatalogueEntry } from '../datasets/library/catalogue.ts';
import { importDataset } from '../datasets/library/import.ts';
import { dataFolder } from '../datasets/library/locations.ts';
import { folderOf, type Glance, getDataset, glance, missing, type ObtainOptions } from '../datasets/library/obtain.ts';
import { type CheckedFile, checkFiles } from '../datasets/library/verify.ts';
import { prepareDataset } from '../datasets/prepare.ts';
import { drawSample, summarise } from '../datasets/preview.ts';
import { remarksOnSamples } from '../datasets/remarks.ts';
import { datasetSchema } from '../datasets/sets/registry.ts';
import { interruptible } from './data-progress.ts';
import { printJson, printLines, say } from './output.ts';
import { padEnd, printable, table } from './text.ts';

export const DATA_HELP = `lif data: get, check and look at data sets.

  lif data list                  which data sets there are, and which are on this machine
  lif data get NAME              download a data set (--mirror URL: a folder of the same files, tried first)
  lif data check NAME            check its files against the published checksums
  lif data import NAME PATH      take over an archive, a file or a folder that you have
  lif data show NAME             shape, counts, class balance, statistics and one sample
      --split SPLIT --sample N   which sample (default: the first training sample)
      --set FIELD=VALUE          a field of the data set, e.g. --set dt=5 (repeatable)
      --path DIR                 where its files are (also for check)

  --json                         print one JSON document instead of text

Files lie in ${dataFolder()} (set LIF_DATA to change that).
`;

interface Call {
  names: string[];
  values: { json?: boolean; mirror?: string; split?: string; sample?: string; path?: string; set?: string[] };
  catalogue: CatalogueEntry[];
}

/** Runs one `lif data` command. Resolves to the exit code; rejects with a UserError when the input is wrong. */
export async function runDataCommand(argv: string[], catalogue: CatalogueEntry[] = CATALOGUE): Promise<number> {
  const { positionals, values } = readArguments(argv);
  const [command, ...names] = positionals;
  if (values.help || command === undefined) {
    printLines(DATA_HELP.trimEnd().split('\n'));
    return command === undefined && !values.help ? 2 : 0;
  }
  const call: Call = { names, values, catalogue };
  const commands: Record<string, () => Promise<number>> = {
    list: () => list(call),
    get: () => get(call),
    check: () => check(call),
    import: () => importIt(call),
    show: () => show(call),
  };
  const action = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!action) throw new UserError(`There is no "lif data ${command}"; there are ${Object.keys(commands).join(', ')}.`);
  return action();
}

function readArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        mirror: { type: 'string' },
        split: { type: 'string' },
        sample: { type: 'string' },
        path: { type: 'string' },
        set: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UserError(`lif data: ${(error as Error).message.split('. ')[0]!.split('\n')[0]} (see: lif data --help).`);
  }
}

/** The one entry that is named, and the further arguments, of which there must be `more`. */
function entryOf({ names, catalogue }: Call, command: string, more = 0): CatalogueEntry {
  const known = catalogue.map((entry) => entry.name).join(', ');
  if (names.length !== 1 + more)
    throw new UserError(`Usage: lif data ${command} NAME${more ? ' PATH' : ''}, with one of ${known}.`);
  const entry = catalogue.find(({ name }) => name === names[0]);
  if (!entry) throw new UserError(`There is no data set "${printable(names[0]!)}"; there are ${known}.`);
  return entry;
}

async function list({ values, catalogue }: Call): Promise<number> {
  const rows = await Promise.all(
    catalogue.map(async (entry) => ({
      name: entry.name,
      title: entry.title,
      state: entry.generated ? 'generated' : stateOf(await glance(entry)),
      licence: entry.licence,
      folder: entry.generated ? null : folderOf(entry),
    })),
  );
  if (values.json) printJson(rows);
  else {
    printLines(
      table(
        ['name', 'state', 'licence', 'title'],
        rows.map((r) => [r.name, r.state, r.licence, r.title]),
      ),
    );
    printLines(['', `Data folder: ${dataFolder()}`]);
  }
  return 0;
}

const stateOf = ({ problem, remarks }: Glance): string =>
  problem !== undefined ? 'not here' : remarks.length > 0 ? 'incomplete' : 'ready';

async function get(call: Call): Promise<number> {
  const entry = entryOf(call, 'get');
  if (entry.generated) {
    say(`${entry.title} is generated; there is nothing to get.`);
    return 0;
  }
  const source = entry.uses ? call.catalogue.find(({ name }) => name === entry.uses)! : entry;
  about(source);
  return interruptible(async (signal, progress) => {
    await getDataset(source, { signal, mirror: call.values.mirror, onNote: progress.say, onProgress: progress.show });
    const wrong = await missing(source);
    if (wrong) throw new UserError(wrong);
    progress.say(`${source.title} is ready in ${folderOf(source)}.`);
    if (call.values.json) printJson({ name: source.name, folder: folderOf(source) });
    return 0;
  });
}

async function check(call: Call): Promise<number> {
  const entry = entryOf(call, 'check');
  if (entry.generated) {
    say(`${entry.title} is generated; there is nothing to check.`);
    return 0;
  }
  const source = entry.uses ? call.catalogue.find(({ name }) => name === entry.uses)! : entry;
  const folder = call.values.path === undefined ? folderOf(source) : resolve(call.values.path);
  return interruptible(async (signal, progress) => {
    const { problem, remarks } = await glance(source, folder);
    const files = await checkFiles(source, folder, { signal, onProgress: progress.show });
    const state = ({ md5, published }: (typeof files)[number]) =>
      published === undefined ? 'no published checksum' : md5 === published ? 'as published' : 'differs';
    progress.clear();
    if (call.values.json) printJson({ name: source.name, folder, problem: problem ?? null, remarks, files });
    else
      printLines(
        table(
          ['file', 'state', 'md5'],
          files.map((f) => [f.file, state(f), f.md5]),
        ),
      );
    const differing = files.filter((f) => state(f) === 'differs');
    for (const sentence of problem ? [problem] : remarks) say(sentence);
    for (const { file, published } of differing)
      say(`${file}: is not the published file, whose MD5 is ${published}; get it again if that was not intended.`);
    const wrong = problem !== undefined || remarks.length > 0 || differing.length > 0;
    if (!wrong && !call.values.json) printLines([`${source.title}: ${praise(files)}`]);
    return wrong ? 1 : 0;
  });
}

/** What could not be compared with anything published is not called well. */
function praise(files: CheckedFile[]): string {
  const without = files.filter(({ published }) => published === undefined).length;
  if (files.length > 0 && without === 0) return 'all is well.';
  const which =
    files.length === 0 ? 'its recordings' : without === files.length ? 'its files' : `${without} of its files`;
  return `there are as many samples as were published; for ${which} there is no published checksum, so that their content was not checked.`;
}

async function importIt(call: Call): Promise<number> {
  const entry = entryOf(call, 'import', 1);
  about(entry);
  return interruptible(async (signal, progress) => {
    const options = { signal, onNote: progress.say, onProgress: progress.show };
    const absent = await importDataset(entry, resolve(call.names[1]!), options);
    const { remarks } = await glance(entry);
    const others = absent ? [] : await notPublished(entry, options);
    progress.clear();
    if (absent) say(`Imported, but not complete: ${absent}`);
    else if (remarks.length + others.length === 0) say(`${entry.title} is ready in ${folderOf(entry)}.`);
    else say(`${entry.title} was imported to ${folderOf(entry)}. It can be read, but:`);
    for (const sentence of [...remarks, ...others]) say(sentence);
    if (call.values.json) printJson({ name: entry.name, folder: folderOf(entry), missing: absent ?? null });
    return absent ? 1 : 0;
  });
}

/** What is to be said of files that are not known to be the published ones. */
async function notPublished(entry: CatalogueEntry, options: ObtainOptions): Promise<string[]> {
  const files = await checkFiles(entry, folderOf(entry), options);
  const without = files.filter(({ published }) => published === undefined);
  const sentences = files
    .filter(({ md5, published }) => published !== undefined && md5 !== published)
    .map(({ file, published }) => `${file}: is not the published file, whose MD5 is ${published}.`);
  if (files.length === 0 || without.length > 0)
    sentences.push(
      `For ${files.length === 0 ? 'its recordings' : without.map(({ file }) => basename(file)).join(', ')} there is no published checksum, so that the content was not checked.`,
    );
  return sentences;
}

async function show(call: Call): Promise<number> {
  const entry = entryOf(call, 'show');
  const { split = 'train', sample = '0' } = call.values;
  if (split !== 'train' && split !== 'validation' && split !== 'test')
    throw new UserError(`--split ${printable(split)} is not one of train, validation, test.`);
  const spec = specFrom(entry, call.values);
  return interruptible(async (signal, progress) => {
    const file = join(process.cwd(), 'study.lif.yaml');
    const data = await prepareDataset(spec, { file, seed: 1, signal, onProgress: progress.show });
    progress.clear();
    for (const remark of remarksOnSamples(spec, data)) say(remark);
    const index = sampleIndex(data, split, sample);
    const summary = summarise(data);
    const drawing = drawSample(data, shapeOf(spec).input, split, index);
    if (call.values.json) printJson({ name: entry.name, ...summary, sample: { split, index, drawing } });
    else printLines([...summaryLines(entry, summary), '', ...drawing]);
    return 0;
  });
}

function specFrom(entry: CatalogueEntry, values: Call['values']) {
  const fields: Record<string, unknown> = { name: entry.name };
  if (values.path !== undefined) fields.path = resolve(values.path);
  for (const setting of values.set ?? []) {
    const at = setting.indexOf('=');
    if (at < 1) throw new UserError(`--set ${printable(setting)} is not FIELD=VALUE.`);
    const path = setting.slice(0, at).split('.');
    if (path.some((part) => part === '__proto__')) throw new UserError(`--set ${printable(setting)}: no such field.`);
    let target = fields;
    for (const part of path.slice(0, -1)) target = (target[part] ??= {}) as Record<string, unknown>;
    target[path.at(-1)!] = parseYaml(setting.slice(at + 1));
  }
  const parsed = datasetSchema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError(`dataset ${[entry.name, ...issue.path].join('.')}: ${printable(issue.message)}.`);
}

function sampleIndex(data: PreparedDataset, split: Split, text: string): number {
  const index = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (index < data.sizes[split]) return index;
  throw new UserError(
    data.sizes[split] === 0
      ? `There are no ${split} samples to show; try --split train or test.`
      : `--sample ${printable(text)} is not from 0 to ${data.sizes[split] - 1}.`,
  );
}

function summaryLines(entry: CatalogueEntry, s: ReturnType<typeof summarise>): string[] {
  const sizes = (['train', 'validation', 'test'] as const)
    .filter((split) => s.sizes[split] > 0)
    .map((split) => `${thousands(s.sizes[split])} ${split}`);
  const lines: [string, string][] = [
    ['shape', `${s.inputs} inputs, ${s.steps} steps, ${s.classes} classes, ${s.encoding}`],
    ['samples', sizes.join(', ')],
  ];
  for (const [split, counts] of Object.entries(s.balance))
    lines.push([
      `${split} classes`,
      counts.length <= 20 ? counts.join(' ') : `${Math.min(...counts)} to ${Math.max(...counts)} each`,
    ]);
  if (s.events) {
    const { mean, least, most, density, silentSteps, samples } = s.events;
    lines.push([
      'events',
      `${mean.toFixed(0)} a sample (${least} to ${most}), ${(100 * density).toFixed(2)} % of inputs and steps, ${(100 * silentSteps).toFixed(0)} % of steps silent (first ${samples} samples)`,
    ]);
  }
  if (s.dropped) lines.push(['left out', `${thousands(s.dropped)} events after the last step`]);
  for (const [what, sum] of Object.entries(s.checksums)) lines.push([what, sum]);
  const width = Math.max(...lines.map(([key]) => key.length));
  return [
    entry.title,
    `${entry.citation} (${entry.licence})`,
    '',
    ...lines.map(([k, v]) => `${padEnd(k, width)}  ${v}`),
  ];
}

/** Licence and citation, before anything is fetched. */
function about(entry: CatalogueEntry): void {
  say(`${entry.title}. Licence: ${entry.licence}. Please cite: ${entry.citation}`);
}
