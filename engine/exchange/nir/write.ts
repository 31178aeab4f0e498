/** A run as a graph of NIR, and what the written file says when it is read again and run by somebody else. */
import type { Subject } from '../../analysis/analysis.ts';
import { readSamples } from '../../analysis/read-samples.ts';
import type { Sample } from '../../backends/backend.ts';
import { UserError } from '../../base/errors.ts';
import { engineVersion } from '../../base/version.ts';
import type { RunSpec } from '../../experiment/schema.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { OpenRun, TestScores } from '../network.ts';
import type { Output } from '../output.ts';
import { execute } from './execute.ts';
import { readNir, writeNir } from './file.ts';
import { graphOf, readoutText, refusesNir } from './from-plan.ts';

/** Seconds of a step where the data do not say: what the exchange format wants, and no number of the network hangs on. */
const DEFAULT_DT = 1e-3;

/** What the file said of test samples. */
export interface Executed {
  samples: number;
  /** Largest difference of a score, and how many samples it gave another class. */
  deviation: number;
  differ: number;
}

export interface NirExport {
  dt: number;
  readout: string;
  executed: Executed;
}

/** Throws a UserError, before anything is computed, for a network that is none in NIR. */
export function refuseNir(plan: NetworkPlan): void {
  const refusal = refusesNir(plan);
  if (refusal !== undefined) throw new UserError(`The network cannot be written as NIR: ${refusal}.`);
}

/** Seconds of a step: as given, or those of the data set. */
export function stepSeconds({ dataset }: RunSpec, chosenDt: number | undefined): number {
  const dt: unknown = 'dt' in dataset ? dataset.dt : undefined;
  return chosenDt ?? (typeof dt === 'number' && dt > 0 ? dt / 1000 : DEFAULT_DT);
}

/** Rejects with a UserError. `scores` are LIF Lab's, of the samples on which the file is run. */
export async function writeNirOf(
  run: OpenRun,
  scores: TestScores,
  chosenDt: number | undefined,
  output: Output,
  { signal, onPart }: { signal: AbortSignal; onPart: (done: number, of: number) => void },
): Promise<NirExport> {
  const { plan, parameters, summary } = run;
  const dt = stepSeconds(run.spec, chosenDt);
  const metadata = {
    discretisation: 'forward Euler: v[t] = v[t-1] + dt/tau * (v_leak - v[t-1] + r * I[t])',
    made_by: `LIF Lab ${engineVersion()}`,
    run: summary.id,
  };
  await writeNir(graphOf(plan, parameters, { dt, metadata }), output);
  const executed = await executeFile(output.path, run, scores, signal, onPart);
  return { dt, readout: readoutText(plan), executed };
}

async function executeFile(
  file: string,
  run: Subject,
  scores: TestScores,
  signal: AbortSignal,
  onPart: (done: number, of: number) => void,
): Promise<Executed> {
  const graph = await readNir(file, signal);
  const dt = Number(graph.metadata.dt);
  const { plan, data } = run;
  const { samples } = scores;
  let [deviation, differ] = [0, 0];
  for (let b = 0; b < samples; b++) {
    signal.throwIfAborted();
    const [sample] = readSamples(data, 'test', [b]);
    const own = scoresOf(plan, execute(graph, dt, inputOf(plan, sample!), plan.steps));
    const theirs = scores.scores.subarray(b * plan.classes, (b + 1) * plan.classes);
    for (let c = 0; c < plan.classes; c++) deviation = Math.max(deviation, Math.abs(own[c]! - theirs[c]!));
    if (greatest(own) !== greatest(theirs)) differ++;
    onPart(b + 1, samples);
    // Time for Ctrl-C and progress.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { samples, deviation, differ };
}

/** A sample as [T, M]: how often each channel fired, or the same current in every step. */
function inputOf({ steps, inputs }: NetworkPlan, sample: Sample): Float64Array {
  const x = new Float64Array(steps * inputs);
  for (let t = 0; t < steps; t++)
    if ('current' in sample) x.set(sample.current, t * inputs);
    else for (let e = sample.offsets[t]!; e < sample.offsets[t + 1]!; e++) x[t * inputs + sample.channels[e]!]!++;
  return x;
}

/** Scores [C] from what Output received [T, C]; of each-step their mean, as evaluations have it. */
function scoresOf({ readout: { decode, from }, steps, classes }: NetworkPlan, output: Float64Array): Float64Array {
  const scores = new Float64Array(classes);
  const first = decode === 'last' ? steps - 1 : from;
  for (let c = 0; c < classes; c++) {
    const column = Float64Array.from({ length: steps - first }, (_, i) => output[(first + i) * classes + c]!);
    const sum = column.reduce((a, b) => a + b, 0);
    scores[c] = decode === 'max' ? Math.max(...column) : sum / column.length;
  }
  return scores;
}

/** The first of the greatest. */
function greatest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < scores.length; c++) if (scores[c]! > scores[best]!) best = c;
  return best;
}
