import { parse } from 'yaml';
import type { RunSummary } from '../../../protocol/runs.ts';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import type { ChildOutcome } from '../../executors/local/child.ts';
import { runLocally } from '../../executors/local/run-jobs.ts';
import { executorAt, type Place, placeOf } from '../../executors/place.ts';
import { isSetting } from '../../experiment/assignments.ts';
import type { AnalyseJob, Job } from '../../jobs/job.ts';
import type { Asked } from '../../jobs/request.ts';
import { answerPlaceOf, readAnalysis } from '../../runs/analyses.ts';
import { KnownStates } from '../../runs/cluster.ts';
import type { AnalysisFile } from '../../runs/format.ts';
import { nameOfStep } from '../../runs/metrics/history.ts';
import { readHistory } from '../../runs/metrics/reader.ts';
import { waitingText } from '../../runs/summary.ts';
import { firstError, loadStudy } from '../../studies/load.ts';
import { placesOf } from '../../studies/places.ts';
import { ANALYSIS_IDS, reportOf } from '../analyses/reports.ts';
import { type Command, executorOption, jsonOption, networkOption, storeOption, threadsOption } from '../command.ts';
import { progressOn } from '../data-progress.ts';
import { printJson, printLines, say } from '../output.ts';
import { withSignals } from '../signals.ts';
import { isFile, runsMeant, tellCluster } from '../stores.ts';
import { outputColumns, stackedTables, wrapped } from '../text.ts';
import { CLUSTER_MS, watchAnalyses } from '../watch-cluster.ts';

const POLL_MS = 250;

export const analyseCommand: Command = {
  name: 'analyse',
  usage: 'RUN|FILE ANALYSIS',
  summary: `Asks the network of a checkpoint something, or those of all finished runs of an experiment file. ANALYSIS is ${ANALYSIS_IDS.join(', ')}; docs/analyses.md says what each tells.`,
  example: 'lif analyse 20261123-1415 evaluate --set split=validation',
  positionals: [2, 2],
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'a parameter of the analysis, e.g. split=train; of a file also what its runs were trained with, e.g. training.epochs=5',
    },
    checkpoint: networkOption,
    executor: executorOption,
    threads: threadsOption,
    store: storeOption,
    detach: {
      type: 'boolean',
      help: 'return at once and answer in the background; the same call shows the answers later',
    },
    json: jsonOption,
  },
  async run(cli, input) {
    const [of, analysis] = input.positionals as [string, string];
    const many = isFile(of);
    const { store } = input;
    await tellCluster(store);
    const sets = input.texts('set');
    const { runs } = runsMeant(store, [of], sets.filter(isSetting));
    const place = many
      ? placeOf(loadStudy(of, [], firstError).experiment, input.executor)
      : placesOf([runs[0]!.folder], { chosen: input.executor, trusted: false })[0]!.place;
    const executor = executorAt(place, cli.lif);
    await executor.ready();
    const { requestAnalysis } = await import('../../jobs/request.ts');
    const checkpoint = input.checkpoint;
    const params = paramsIn(sets.filter((text) => !isSetting(text)));
    const asked: ({ run: RunSummary } & Asked)[] = [];
    for (const run of runs)
      asked.push({ run, ...(await requestAnalysis(run.folder, { analysis, params, checkpoint })) });
    const left = asked.filter(({ done }) => !done);
    const open = left.filter(({ underWay }) => !underWay).map(({ job }) => job);
    const detached = input.flag('detach');
    let code = 0;
    const { training } = input;
    if (detached || place.executor === 'slurm') await executor.submit(open, { store, ...training });
    if (!detached && left.length > 0) {
      const how = { store, place, lif: cli.lif, threads: training.threads };
      code = await answered(place.executor === 'slurm' ? left.map(({ job }) => job) : open, how);
    }
    const answers = asked.map(({ run, job }) => ({ run, job, ...answerOf(job) }));
    if (input.flag('json')) {
      const all = answers.map(({ run: { variant, seed }, job, ...answer }) => ({
        variant,
        seed,
        ...job,
        of: networkOf(job),
        ...answer,
      }));
      printJson(many ? all : all[0]);
      return code;
    }
    const unanswered = answers.filter(({ state }) => state !== 'finished');
    if (detached) {
      printLines(
        unanswered.length === 0
          ? ['All answers are there.']
          : [
              ...unanswered.map(({ run }) => run.id),
              `They are asked ${place.executor === 'local' ? 'in the background' : 'on the cluster'}; the same call without --detach shows the answers; see also: lif stop RUN`,
            ],
      );
      return code;
    }
    const reasons = unanswered.map(({ message, state }) => message ?? state);
    // A reason that holds for several is said once.
    for (const why of new Set(reasons)) {
      const of = unanswered.filter((_, i) => reasons[i] === why).map(({ run }) => run);
      say(`${analysis} of ${runsText(of)}: ${why}`);
    }
    const finished = answers.filter(({ state }) => state === 'finished');
    const { lines, columns } = reportOf(analysis);
    const width = outputColumns();
    if (many) {
      const rows = finished.map(({ run, job, result }) => [
        run.variant,
        String(run.seed),
        networkOf(job),
        ...columns.row(result),
      ]);
      const header = ['variant', 'seed', 'network after', ...columns.header];
      const layout = { right: [1, ...[...header.keys()].slice(3)], keys: 2, columns: width };
      if (rows.length > 0) printLines(stackedTables(header, rows, layout));
      const legend = rows.length > 0 && columns.legend?.(finished.map(({ result }) => result));
      if (legend) printLines(['', ...wrapped(legend, width)]);
    } else
      for (const { job, result } of finished)
        printLines([...lines(result, width), '', `Of the network after ${networkOf(job)}.`]);
    return code;
  },
};

/** `epoch 13 (best validation)` */
function networkOf({ run, checkpoint }: AnalyseJob): string {
  return nameOfStep(readHistory(run), checkpoint);
}

/** `baseline, seed 1`, or how many they are and the first of them. */
function runsText([first, ...others]: readonly RunSummary[]): string {
  const one = `${first!.variant}, seed ${first!.seed}`;
  return others.length === 0 ? one : `${others.length + 1} runs (${one}, and so on)`;
}

/** What the store holds of it. Throws a UserError. */
function answerOf({ run, analysis, key }: AnalyseJob) {
  const file = readAnalysis(answerPlaceOf(run, analysis, key));
  if ('damage' in file) throw new UserError(`The answer cannot be read: ${file.damage}`);
  const { state, message, params, result } = file.value;
  return { state, message, params, result };
}

/** Does the jobs here, or looks on while a cluster does, and shows how far they are. */
async function answered(
  jobs: readonly AnalyseJob[],
  { store, place, lif, threads }: { store: string; place: Place; lif: string[]; threads: number | undefined },
): Promise<number> {
  const progress = progressOn(process.stderr);
  const states = new KnownStates(store);
  const look = () => {
    const files = jobs.map(({ run, analysis, key }) => readAnalysis(answerPlaceOf(run, analysis, key)));
    const known = files.flatMap((file) => ('value' in file ? [file.value] : []));
    const done = known.reduce((sum, file) => sum + (file.state === 'finished' ? 1 : file.progress), 0);
    states.refresh();
    const waits = known.every(({ state }) => state === 'queued') && known[0] ? waitsFor(known[0], states) : undefined;
    progress.show({ what: waits ?? jobs[0]!.analysis, done, total: jobs.length });
  };
  const timer = setInterval(look, place.executor === 'slurm' ? CLUSTER_MS : POLL_MS);
  try {
    if (place.executor === 'slurm') return await watchAnalyses(store, jobs, progress.say, place.slurm.cpus);
    return await withSignals(async ({ stop, kill, exitCode }) => {
      const outcomes = await runLocally(jobs, { lif, stop, kill, report: progress.say, threads });
      return exitCode() ?? codeOf(outcomes);
    });
  } finally {
    clearInterval(timer);
    progress.clear();
  }
}

function waitsFor({ message, cluster }: AnalysisFile, states: KnownStates): string | undefined {
  return cluster ? waitingText(message, states.of(cluster)) : message;
}

function codeOf(outcomes: Map<Job, ChildOutcome>): number {
  return [...outcomes.values()].every((outcome) => outcome === 'finished') ? 0 : 1;
}

function paramsIn(sets: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    sets.map((text) => {
      const [, name, value] = /^([\w.]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new UserError(`--set ${text}: write name=value, for instance --set split=validation.`);
      try {
        return [name, parse(value)];
      } catch (error) {
        throw new UserError(`--set ${text}: the value is not YAML (${reason(error).split('\n')[0]}).`);
      }
    }),
  );
}
