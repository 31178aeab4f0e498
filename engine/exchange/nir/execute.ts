/**
 * A graph of NIR on one sample, in float64: knows NIR alone, and nothing of the networks that graphs are made from, so that
 * what was written can be checked by running it. Forward Euler in steps of dt.
 */
import type { NirGraph } from './graph.ts';
import { type Step, stepOf } from './steps.ts';

interface Running {
  name: string;
  step: Step;
  /** Nodes of this step, and those that are received a step later since they close a cycle. */
  now: string[];
  before: string[];
  inputs: number;
}

/** @param x [T, inputs] @returns what Output receives [T, outputs] */
export function execute(graph: NirGraph, dt: number, x: Float64Array, steps: number): Float64Array {
  const running = schedule(graph, dt);
  const outputs = new Map<string, Float64Array>();
  const result: Float64Array[] = [];
  const width = x.length / steps;
  for (let t = 0; t < steps; t++) {
    const earlier = new Map(outputs);
    for (const { name, step, now, before, inputs } of running) {
      const received = new Float64Array(inputs);
      if (graph.nodes.get(name)!.type === 'Input') received.set(x.subarray(t * width, (t + 1) * width));
      for (const source of now) add(received, outputs.get(source)!);
      for (const source of before) add(received, earlier.get(source));
      outputs.set(name, step(received));
      if (graph.nodes.get(name)!.type === 'Output') result.push(received);
    }
  }
  const joined = new Float64Array(result.reduce((sum, part) => sum + part.length, 0));
  result.forEach((part, t) => joined.set(part, t * part.length));
  return joined;
}

function add(sum: Float64Array, part: Float64Array | undefined): void {
  for (let i = 0; part && i < sum.length; i++) sum[i]! += part[i]!;
}

/** The nodes in an order in which each comes after what it receives, but for edges that close a cycle. */
function schedule({ nodes, edges }: NirGraph, dt: number): Running[] {
  const targets = new Map(
    [...nodes.keys()].map((name) => [name, edges.filter(([from]) => from === name).map(([, to]) => to)]),
  );
  const state = new Map<string, 'open' | 'done'>();
  const order: string[] = [];
  const closing = new Set<string>();
  const visit = (name: string): void => {
    state.set(name, 'open');
    for (const next of targets.get(name)!)
      if (state.get(next) === 'open') closing.add(JSON.stringify([name, next]));
      else if (!state.has(next)) visit(next);
    state.set(name, 'done');
    order.unshift(name);
  };
  for (const [name, { type }] of nodes) if (type === 'Input') visit(name);
  const shapes = new Map<string, readonly number[]>();
  return order.map((name) => {
    const sources = edges.filter(([, to]) => to === name).map(([from]) => from);
    const late = (from: string) => closing.has(JSON.stringify([from, name]));
    const now = sources.filter((from) => !late(from));
    const { step, inputs, gives } = stepOf(nodes.get(name)!, dt, shapes.get(now[0] ?? '') ?? []);
    shapes.set(name, gives);
    return { name, step, inputs, now, before: sources.filter(late) };
  });
}
