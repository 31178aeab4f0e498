/** N-MNIST simulated from MNIST, without its files. */
import { defineSet } from '../definition.ts';
import { SACCADE_PARTS, saccadeShape, saccadesAt } from '../nmnist/describe.ts';
import { nmnistSimulatedSchema } from './schema.ts';

export const nmnistSimulated = defineSet(nmnistSimulatedSchema, {
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
  atResolution: saccadesAt,
  reader: async () => (await import('./read.ts')).reader,
});
