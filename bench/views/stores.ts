/** Stores as large as a long thesis leaves them: a study of many variants that has been trained, and logs of many steps. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expandExperiment } from '../../engine/experiment/expand.ts';
import { checkExperiment } from '../../engine/experiment/parse.ts';
import type { RunSpec } from '../../engine/experiment/schema.ts';
import { createRuns } from '../../engine/runs/create.ts';
import { runKey } from '../../engine/runs/key.ts';

export interface LargeStudy {
  file: string;
  text: string;
  store: string;
  /** Ids of the runs: variants in the order of the file, of each its seeds. */
  ids: string[];
}

/** A study of `variants` × `seeds` finished runs with an epoch line for each of `epochs`, and `steps` lines of training between. */
export function largeStudy({ variants = 1, seeds = 1, epochs = 20, steps = 0 }): LargeStudy {
  const folder = mkdtempSync(join(tmpdir(), 'lif-bench-views-'));
  const file = join(folder, 'large.lif.yaml');
  const names = Array.from({ length: variants }, (_, i) => `  v${i}: { neuron: { leak: ${i / variants} } }`);
  const text = `name: Large
dataset: { name: delayed-xor, steps: 20, pulse: 5 }
network: { hidden: [4] }
training: { epochs: ${epochs} }
seeds: [${Array.from({ length: seeds }, (_, i) => i + 1).join(', ')}]
variants:
${names.join('\n')}
`;
  writeFileSync(file, text);
  const { experiment, diagnostics } = checkExperiment(text, file);
  if (!experiment) throw new Error(diagnostics[0]?.message);
  const store = join(folder, '.lif');
  const specs = expandExperiment(experiment, file);
  const [template] = createRuns(store, specs.slice(0, 1), {});
  const run = JSON.parse(readFileSync(join(template!, 'run.json'), 'utf8'));
  const ids = specs.map((spec, i) => {
    const id = `20260101-000000-large-${spec.variant}-s${spec.seed}-${i.toString(36).padStart(4, '0')}`;
    const place = join(store, 'runs', id);
    mkdirSync(place);
    writeFileSync(
      join(place, 'run.json'),
      JSON.stringify({ ...run, id, createdAt: run.createdAt - 1000 + i, key: runKey(spec), spec }),
    );
    writeFileSync(join(place, 'status.json'), JSON.stringify(status('finished', epochs, epochs)));
    writeFileSync(join(place, 'metrics.jsonl'), log(spec, i, epochs, steps));
    return id;
  });
  // As if it had been trained some time ago.
  const then = new Date(Date.now() - 60_000);
  for (const id of ids)
    for (const name of ['run.json', 'status.json', 'metrics.jsonl'])
      utimesSync(join(store, 'runs', id, name), then, then);
  return { file, text, store, ids };
}

function status(state: string, epoch: number, epochs: number): object {
  return {
    state,
    heartbeat: Date.now(),
    epoch,
    epochs,
    progress: epoch / epochs,
    seconds: epoch,
    samplesPerSecond: 1000,
  };
}

function log({ seed }: RunSpec, place: number, epochs: number, steps: number): string {
  const each = Math.max(1, Math.floor(steps / epochs));
  const lines: string[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let s = 1; s <= each && steps > 0; s++) {
      const at = epoch - 1 + s / each;
      const loss = Math.exp((-3 * at) / epochs) * (1 + 0.1 * Math.sin(7 * s + seed));
      lines.push(`{"kind":"train","step":${(epoch - 1) * each + s},"epoch":${at},"loss":${loss},"accuracy":0.5}`);
    }
    lines.push(epochLine(epoch, epoch * each, 0.5 + (0.4 * epoch) / epochs + 0.0001 * (place % 97)));
  }
  return `${lines.join('\n')}\n`;
}

function epochLine(epoch: number, step: number, accuracy: number): string {
  const score = { loss: 1 - accuracy, accuracy };
  return JSON.stringify({
    kind: 'epoch',
    step,
    epoch,
    learningRate: 0.01,
    train: score,
    test: score,
    seconds: epoch,
    spikeRates: [0.1],
  });
}

/** What a process that trains writes after an epoch. */
export function nextEpoch({ store }: LargeStudy, id: string, epoch: number, epochs: number): void {
  const place = join(store, 'runs', id);
  appendFileSync(join(place, 'metrics.jsonl'), `${epochLine(epoch, epoch, 0.5 + 0.001 * epoch)}\n`);
  writeFileSync(join(place, 'status.json'), JSON.stringify(status('running', epoch, epochs)));
}
