/** The attack along the trained gradient, with the same draws: flips, a ladder of budgets, and halvings. */
import { readFileSync } from 'node:fs';
import { alongGradient } from '../../../engine/analysis/attack/escalate.ts';
import { Flips } from '../../../engine/analysis/attack/threats/flips.ts';
import { ladder } from '../../../engine/analysis/attack/threats/threat.ts';
import { victimOf } from '../../../engine/analysis/attack/victim.ts';
import { readSamples } from '../../../engine/analysis/read-samples.ts';
import { writeSamples, writeTensors } from '../files.ts';
import { aboutOf, agree, type Comparison, firstOf, opened, report, SIGNAL } from './setting.ts';

const SAMPLES = 32;
const LARGEST = 1000;
const STEPS = 25;
const TURNOVER = 0.05;

export const compareAttack: Comparison = async ({ baseline, threads, folder, ask }) => {
  const { network, plan, data, spec } = await opened(baseline, threads, { maxEvents: 20_000 });
  try {
    const indices = firstOf(data, 'test', SAMPLES);
    const samples = readSamples(data, 'test', indices);
    writeSamples(folder, data, 'test', indices);
    const shapes = writeTensors(folder, network.parameters());
    const threat = new Flips(data);
    const size = plan.steps * plan.inputs;
    const victim = victimOf([network], { classes: plan.classes, size, batch: SAMPLES, signal: SIGNAL });
    const budgets = ladder(1, LARGEST, STEPS, true);
    const goals = samples.map((sample, i) => ({
      index: indices[i]!,
      label: sample.label,
      target: undefined,
      clean: threat.start(sample),
    }));
    const [clean] = await victim.gradients(0, samples.slice(0, 1));
    const began = performance.now();
    const outcomes = await alongGradient({ threat, victim, seed: 1, name: 'flips/gradient', budgets }, goals, {
      surrogate: 0,
      turnover: TURNOVER,
      published: false,
    });
    const seconds = (performance.now() - began) / 1000;
    const { width } = spec.neuron.surrogate;
    const options = { indices: [...indices], seed: 1, budgets, turnover: TURNOVER, width, batch: SAMPLES };
    const theirs = await ask<{ costs: (number | null)[]; seconds: number }>({
      do: 'attack',
      shapes,
      about: aboutOf(spec),
      options,
    });
    agree('dL/dx', 1, 1 + differs(clean!.gradient, `${folder}/gradient.f32`), 1e-4);
    const equal = outcomes.filter(({ cost }, i) => (cost ?? null) === theirs.costs[i]).length;
    const said = (costs: (number | null | undefined)[]): string =>
      `${medianOf(costs.map((cost) => cost ?? Number.POSITIVE_INFINITY))}`;
    console.log(
      `attack: of ${SAMPLES} samples ${equal} were fooled by as many flips in both; median ${said(outcomes.map(({ cost }) => cost))} and ${said(theirs.costs)}`,
    );
    report('attack', 'ms a sample', (1000 * seconds) / SAMPLES, (1000 * theirs.seconds) / SAMPLES);
  } finally {
    await network.close();
  }
};

/** The largest difference of two gradients over the largest entry. */
function differs(ours: Float32Array, file: string): number {
  const bytes = readFileSync(file);
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  let [largest, most] = [0, 0];
  ours.forEach((g, i) => {
    largest = Math.max(largest, Math.abs(g));
    most = Math.max(most, Math.abs(g - theirs[i]!));
  });
  return most / largest;
}

const medianOf = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
