/** MNIST, without its files. */

import { defineSet, splitSizes } from '../definition.ts';
import type { SourceFile } from '../source.ts';
import { mnistSchema } from './schema.ts';

export const SIDE = 28;
export const CLASSES = 10;

const published = { train: 60_000, test: 10_000 };

function mnistFile(file: string, bytes: number, md5: string): SourceFile {
  const hosts = [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ];
  return { file, bytes, md5, urls: hosts.map((host) => host + file) };
}

export const mnist = defineSet(mnistSchema, {
  domain: 'spatial',
  guessing: { updates: 100, moved: 20 },
  source: {
    title: 'MNIST',
    licence: 'CC BY-SA 3.0',
    citation:
      'LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. Proc. IEEE 86, 1998.',
    files: [
      mnistFile('train-images-idx3-ubyte.gz', 9_912_422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'),
      mnistFile('train-labels-idx1-ubyte.gz', 28_881, 'd53e105ee54ea40749a09fcbcd1e9432'),
      mnistFile('t10k-images-idx3-ubyte.gz', 1_648_877, '9fb629c4189551a2d022fa330f9573f3'),
      mnistFile('t10k-labels-idx1-ubyte.gz', 4_542, 'ec29112dd5afa0611ce80d1b7f02629c'),
    ],
    imports: /^(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/,
    contents: {
      'train-images-idx3-ubyte': '6bbc9ace898e44ae57da46a324031adb',
      'train-labels-idx1-ubyte': 'a25bea736e30d166cdddb491f175f624',
      't10k-images-idx3-ubyte': '2646ac647ad5339dbf082846283269ea',
      't10k-labels-idx1-ubyte': '27ae3e4e09519cfbb04c329615203637',
    },
    // Compressing a file anew changes it, but not what it unpacks to; and some copies have a dot for the dash.
    contentOf: (name) => ({ key: name.replace('.idx', '-idx').replace(/\.gz$/, ''), packed: name.endsWith('.gz') }),
    unpackLimit: 2 ** 30,
  },
  published,
  shape: (spec) => ({
    input: { planes: 1, height: SIDE, width: SIDE },
    classes: CLASSES,
    steps: spec.steps,
    encoding: spec.coding.kind === 'direct' ? 'current' : 'events',
    sizes: splitSizes(published, spec),
  }),
  reader: async () => (await import('./read.ts')).reader,
});
