/** N-MNIST simulated from MNIST, without its files. */
import { defineSet } from '../definition.ts';
import { SACCADE_PARTS, saccadeProblems, saccadeShape, saccadesAt } from '../nmnist/describe.ts';
import { nmnistSimulatedSchema } from './schema.ts';

export const nmnistSimulated = defineSet(nmnistSimulatedSchema, {
  domain: 'spatio-temporal',
  guessing: { updates: 500, moved: 50 },
  source: {
    title: 'MNIST before a simulated event camera',
    licence: 'simulated from MNIST',
    citation: 'After Orchard et al. 2015; pictures of LeCun, Cortes, Burges.',
    files: [],
    uses: 'mnist',
    imports: /^$/,
    contents: {},
    unpackLimit: 0,
  },
  published: SACCADE_PARTS,
  shape: saccadeShape,
  problems: saccadeProblems,
  atResolution: saccadesAt,
  reader: async () => (await import('./read.ts')).reader,
});
