/** The engine on a benchmark network: weight updates as a run makes them, several with each command. */
import { EventNetwork } from '../engine/backends/event/network.ts';
import { settingsSchema } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import type { NetworkPlan } from '../engine/models/plan.ts';
import { spikeRates } from '../engine/training/sums.ts';
import { BATCHES, type BenchNetwork, type Events, settingsOf } from './networks.ts';

const OPTIMIZER = { kind: 'adam' as const, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** So small a rate leaves the weights, and with them the activity, as they are. */
const RATE = 1e-9;
/** Updates of a command take about so long, as in training. */
const COMMAND_SECONDS = 0.1;

export class Trainee {
  /** Updates that a command asks for. */
  private perCommand = 1;

  private constructor(
    readonly engine: EventNetwork,
    private readonly plan: NetworkPlan,
    private readonly batch: number,
  ) {}

  static async start(network: BenchNetwork, dataset: Events, threads: number): Promise<Trainee> {
    const plan = planNetwork(settingsSchema.parse(settingsOf(network)), dataset);
    const engine = await EventNetwork.open(plan, dataset, { batchSize: network.batch, threads, seed: 1 });
    // Every batch is the same one.
    engine.beginEpoch(
      0,
      Uint32Array.from({ length: BATCHES * network.batch }, (_, i) => i % network.batch),
    );
    return new Trainee(engine, plan, network.batch);
  }

  /** Weight updates for at least so long; the share of the hidden neurons that fired per step, of spiking ones. */
  async train(seconds: number): Promise<{ samples: number; seconds: number; activity: number | null }> {
    const began = performance.now();
    let samples = 0;
    let spent = 0;
    let activity: number | null = null;
    do {
      const sums = await this.engine.train(0, this.perCommand, {
        optimizer: OPTIMIZER,
        updates: 0,
        learningRates: new Array<number>(this.perCommand).fill(RATE),
      });
      samples += this.perCommand * this.batch;
      const took = (performance.now() - began) / 1000 - spent;
      spent += took;
      this.perCommand = Math.max(1, Math.min(BATCHES, Math.round((COMMAND_SECONDS / took) * this.perCommand)));
      activity = spikeRates(this.plan, sums.at(-1)!)[0] ?? null;
    } while (spent < seconds);
    return { samples, seconds: spent, activity };
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
