/** All data sets. A new one is a folder beside these and a line here (docs/contributing/add-a-data-set.md). */
import * as z from 'zod';
import { cifar10 } from './cifar10/describe.ts';
import type { DatasetDefinition } from './definition.ts';
import { delayedXor } from './delayed-xor/describe.ts';
import { dvsGesture } from './dvs128-gesture/describe.ts';
import { events } from './events/describe.ts';
import { mnist } from './mnist/describe.ts';
import { nmnist } from './nmnist/describe.ts';
import { nmnistSimulated } from './nmnist-simulated/describe.ts';
import { randman } from './randman/describe.ts';
import { shd } from './shd/describe.ts';
import { ssc } from './ssc/describe.ts';

/** In the order of the documentation. */
const SETS = [delayedXor, randman, shd, ssc, nmnist, nmnistSimulated, dvsGesture, mnist, cifar10, events] as const;

type Schemas<Sets> = { [K in keyof Sets]: Sets[K] extends { schema: infer Schema } ? Schema : never };

/** `dataset` of the experiment file: one strict object each, told apart by `name`. */
export const datasetSchema = z
  .discriminatedUnion('name', SETS.map(({ schema }) => schema) as unknown as Schemas<typeof SETS>)
  .describe('What to learn.');

export type DatasetSpec = z.output<typeof datasetSchema>;

export const DATASETS: readonly DatasetDefinition<DatasetSpec>[] = SETS;

export const definitionOf = ({ name }: Pick<DatasetSpec, 'name'>): DatasetDefinition<DatasetSpec> =>
  DATASETS.find((set) => set.name === name)!;
