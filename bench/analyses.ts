/**
 * How long analyses take, on data and networks that are made here (analyses/subject.ts), beside the goals:
 * `npm run bench -- --analyses [--only landscape,attack] [--threads 2] [--epochs 6] [--set '{"samples":100}'] [--result]`
 * `--compare` measures the same work in PyTorch, and t-SNE in openTSNE, once results agree (analyses/compare.ts).
 */
import { chosenInstructions } from '../engine/backends/event/kernels/native.ts';
import { atResolution, prepareDataset } from '../engine/datasets/prepare.ts';
import { ask } from './analyses/ask.ts';
import { compare } from './analyses/compare.ts';
import { DTS_MS, MODELS, STEP_MS, specOf, type Trained, trained } from './analyses/subject.ts';

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const threads = Number(option('threads') ?? 2);
/** What is asked, and the seconds that it is to take. */
const GOALS: Record<string, { params: Record<string, unknown>; seconds: number }> = {
  landscape: { params: { points: 51, samples: 2000 }, seconds: 180 },
  attack: { params: { samples: 1000 }, seconds: 180 },
  resolution: { params: { dts: DTS_MS.map((dt) => dt / STEP_MS), samples: 10_000 }, seconds: 300 },
  embedding: { params: { samples: 5000 }, seconds: 20 },
};

console.log(`${chosenInstructions()} instructions, ${threads} threads`);
const baseline = await trainedModel('baseline', Number(option('epochs') ?? 6));
const only = option('only')?.split(',') ?? Object.keys(GOALS);
for (const name of only) {
  if (process.argv.includes('--compare')) await compare(name, baseline, threads);
  else await measure(name);
}

async function trainedModel(model: string, epochs: number): Promise<Trained> {
  const began = performance.now();
  const ready = await trained(specOf(model), epochs, threads, 1000);
  const { accuracy, activity } = ready;
  const fires = activity === null ? '' : `, ${(100 * activity).toFixed(1)} % of the hidden neurons fire in a step`;
  console.log(
    `${model}: ${(100 * accuracy).toFixed(1)} % right after ${epochs} epochs${fires} (${((performance.now() - began) / 1000).toFixed(0)} s)`,
  );
  return ready;
}

/** Spikes of every resolution are made once and kept in the cache folder; how long that takes is a matter of the data set. */
async function makeRecordings(): Promise<void> {
  const { dataset, file, seed } = baseline.spec;
  for (const dt of DTS_MS) await prepareDataset(atResolution(dataset, dt / STEP_MS), { file, seed });
}

/** What an RNN, LSTM or GRU takes does not depend on its weights, and training one takes long. */
function epochsOf(model: string): number {
  return 'model' in MODELS[model]! ? 0 : 1;
}

async function measure(name: string): Promise<void> {
  const { params, seconds: goal } = GOALS[name] ?? { params: {}, seconds: Number.NaN };
  const all = { ...params, ...JSON.parse(option('set') ?? '{}') };
  if (name === 'resolution') await makeRecordings();
  let [seconds, processorSeconds] = [0, 0];
  // Table 7 has all models; the other questions are to one network.
  for (const model of name === 'resolution' ? Object.keys(MODELS) : ['baseline']) {
    const subject = model === 'baseline' ? baseline : await trainedModel(model, epochsOf(model));
    const asked = await ask(name, subject, all, threads);
    seconds += asked.seconds;
    processorSeconds += asked.processorSeconds;
    if (name === 'resolution') console.log(`  ${model}: ${asked.seconds.toFixed(1)} s`);
    if (process.argv.includes('--result')) console.log(shortened(asked.result));
  }
  const wanted = Number.isNaN(goal) ? '' : `, wanted: ${goal} s`;
  console.log(`${name}: ${seconds.toFixed(1)} s${wanted} (${processorSeconds.toFixed(1)} s of processors)`);
}

function shortened(result: object): string {
  const text = JSON.stringify(result, (_, value) =>
    Array.isArray(value) && value.length > 12 ? `${value.length} values` : value,
  );
  return text.slice(0, 4000);
}
