import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { count } from '../../../protocol/format.ts';
import type { Beginning, RunSummary } from '../../../protocol/runs.ts';
import { byEpochs } from '../../../protocol/seeds.ts';
import { BACKENDS } from '../../backends/registry.ts';
import { UserError } from '../../base/errors.ts';
import { executorAt, placeOf } from '../../executors/place.ts';
import { expandExperiment } from '../../experiment/expand.ts';
import { type AnalyseJob, trainJobs } from '../../jobs/job.ts';
import { requestWished } from '../../jobs/request.ts';
import { compareExperiment } from '../../runs/comparison/compare.ts';
import { openStore } from '../../runs/store.ts';
import { extendRuns } from '../../studies/extend.ts';
import { checkRuns, loadStudy, refuseMissing, shortPath } from '../../studies/load.ts';
import { resumeRuns } from '../../studies/resume.ts';
import { createStudyRuns, planStart, type StartPlan, withBeginnings } from '../../studies/start.ts';
import { toldComparison, toldRuns } from '../answers/told.ts';
import {
  type Command,
  checkpointOption,
  executorOption,
  jsonOption,
  maxSecondsOption,
  setOption,
  storeOption,
  testOption,
  threadsOption,
} from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { comparisonLines } from '../reports.ts';
import { tellCluster } from '../stores.ts';
import { trainAt } from '../watch.ts';

export const runCommand: Command = {
  name: 'run',
  usage: 'FILE',
  summary: 'Trains what is missing of an experiment file, each variant with every seed, and compares them.',
  example: 'lif run examples/delayed-xor.lif.yaml --variant baseline --variant "without reset" --seed 1',
  positionals: [1, 1],
  options: {
    variant: { type: 'string', multiple: true, value: 'NAME', help: 'only this variant' },
    seed: {
      type: 'string',
      multiple: true,
      value: 'N',
      help: 'only this seed of the file (others: --set "seeds=[7, 8]")',
    },
    set: setOption,
    executor: executorOption,
    threads: threadsOption,
    'checkpoint-every': checkpointOption,
    'max-seconds': maxSecondsOption,
    store: storeOption,
    again: { type: 'boolean', help: 'train what is finished already, too, from the beginning' },
    detach: { type: 'boolean', help: 'return at once and train in the background' },
    test: testOption,
    json: jsonOption,
  },
  async run(cli, input) {
    const study = loadStudy(input.positionals[0]!, input.texts('set'));
    for (const warning of study.warnings) say(warning);
    const { store, training } = input;
    const place = placeOf(study.experiment, input.executor);
    await tellCluster(store);
    const specs = expandExperiment(study.experiment, study.file, {
      variants: input.texts('variant'),
      seeds: input.integers('seed', 0, 0xffffffff),
    });
    const backends = [...new Set(specs.map(({ backend }) => backend))];
    for (const remark of backends.flatMap((id) => BACKENDS[id].remarks?.() ?? [])) say(remark);
    const before = compareExperiment(study.experiment, study.file, openStore(store).keyedRuns(), { specs });
    let plan = planStart(specs, before, input.flag('again'));
    const further = (await mayGoOn(plan.beginnings, input.flag('json'))) ? plan.beginnings : [];
    if (further.length > 0) plan = withBeginnings(plan);
    if (input.flag('again') && !(await mayRepeat(plan.create.length, input.flag('json')))) return 0;
    const executor = executorAt(place, cli.lif);
    await executor.ready();
    // A cluster may have what this machine has not.
    if (place.executor === 'local') refuseMissing([...plan.create, ...specsOf(plan.resume, specs)]);
    const created = await createStudyRuns(study, plan.create, store, say);
    const resumed = resumeRuns(plan.resume);
    for (const line of planLines(plan)) say(line);
    if (created.length === 0) for (const line of await dataNow(specs, plan.finished)) say(line);
    for (const id of resumed.anew) say(`${id} has no whole checkpoint: it begins anew.`);
    const folders = [...created, ...resumed.folders, ...goOn(further, before.outdated)];
    const runIds = folders.map((folder) => basename(folder));
    const analyses = await wishedOf(plan.finished, study.experiment.analyses);

    if (input.flag('detach')) {
      const jobs = [...trainJobs(folders), ...analyses];
      if (jobs.length > 0) await executor.submit(jobs, { store, ...training });
      if (input.flag('json')) printJson({ store, runIds });
      else if (folders.length > 0)
        printLines([
          ...runIds,
          `They train ${place.executor === 'local' ? 'in the background' : 'on the cluster'}; see: lif list, lif stop RUN`,
        ]);
      return 0;
    }
    const { reader, runs, exitCode } = await trainAt(cli, place, { store, folders, training, analyses });
    if (input.flag('json')) {
      const test = input.flag('test');
      const comparison = toldComparison(study, reader.keyedRuns(), test, { specs });
      printJson({ store, runIds, runs: toldRuns(runs, test), comparison });
    } else {
      const comparison = compareExperiment(study.experiment, study.file, reader.keyedRuns(), { specs });
      say('');
      printLines([...comparisonLines(comparison), '', editorHint(study.file, store)]);
    }
    return exitCode;
  },
};

/** What the file asks of runs that were trained before, where it is not answered yet. */
async function wishedOf(finished: readonly RunSummary[], wishes: Record<string, unknown> = {}): Promise<AnalyseJob[]> {
  const jobs: AnalyseJob[] = [];
  for (const { folder } of finished) {
    try {
      jobs.push(...(await requestWished(folder, wishes)).flatMap(({ job, underWay }) => (underWay ? [] : [job])));
    } catch (error) {
      // What cannot be asked of one run is no reason to leave the others untrained.
      if (!(error instanceof UserError)) throw error;
      say(error.message);
    }
  }
  return jobs;
}

const specsOf = (runs: readonly RunSummary[], specs: StartPlan['create']): StartPlan['create'] =>
  specs.filter(({ variant, seed }) => runs.some((run) => run.variant === variant && run.seed === seed));

/** What is not begun from the start, and why. */
function planLines({ resume, finished, active }: StartPlan): string[] {
  return [
    ...(finished.length > 0
      ? [`${count(finished.length, 'run')} with these settings finished already; train again with: --again`]
      : []),
    ...(active.length > 0
      ? [`${count(active.length, 'run')} with these settings under way already; see: lif list`]
      : []),
    ...(resume.length > 0 ? [`${count(resume.length, 'run')} left off before the end; going on.`] : []),
  ];
}

/** What has to be said of the data of finished runs as they are now; what they were trained with was looked at then. */
async function dataNow(specs: Parameters<typeof checkRuns>[0], finished: readonly RunSummary[]): Promise<string[]> {
  const done = new Set(finished.map(({ variant }) => variant));
  try {
    return await checkRuns(specs.filter(({ variant }) => done.has(variant)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`The data of what finished already are not here as they were: ${error.message}`];
  }
}

/** Asks where somebody can answer; a script that says --again means it. */
async function mayRepeat(runs: number, json: boolean): Promise<boolean> {
  if (!canAnswer(json)) return true;
  return /^y(es)?$/i.test(
    await answerTo(`Train ${count(runs, 'run')} from the beginning? Results there are stay until then. [y/N] `),
  );
}

/**
 * Whether runs of fewer epochs go on, which makes them runs of more. Where nobody can answer it is said how, and they stay
 * as they are.
 */
async function mayGoOn(beginnings: readonly Beginning[], json: boolean): Promise<boolean> {
  if (beginnings.length === 0) return false;
  const what = `${count(beginnings.length, 'run')} of fewer epochs ${beginnings.length === 1 ? 'is the beginning of one that is' : 'are the beginnings of some that are'} missing, bit for bit`;
  if (canAnswer(json)) return !/^no?$/i.test(await answerTo(`${what}. Go on from there? [Y/n] `));
  for (const [epochs, ids] of byEpochs(beginnings))
    say(`${what}; to go on from there instead: lif resume ${ids.join(' ')} --epochs ${epochs}`);
  return false;
}

/** Queues these for the epochs that are wanted; returns their folders. */
function goOn(beginnings: readonly Beginning[], runs: readonly RunSummary[]): string[] {
  const of = (ids: readonly string[]) => runs.filter(({ id }) => ids.includes(id));
  return [...byEpochs(beginnings)].flatMap(([epochs, ids]) => extendRuns(of(ids), epochs).folders);
}

function canAnswer(json: boolean): boolean {
  return !json && process.stdin.isTTY && process.stderr.isTTY;
}

async function answerTo(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return answer.trim();
}

/** How to see the same in the editor. */
function editorHint(file: string, store: string): string {
  const npm = process.env.npm_lifecycle_event ? ' (or run: npm run editor)' : '';
  const folder = shortPath(dirname(store));
  return `In the editor: open the folder ${folder} in VS Code with LIF Lab${npm}, open ${shortPath(file)} and press Curves or Compare above it.`;
}
