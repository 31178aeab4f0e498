import { expect, test } from 'vitest';
import { besideButtons } from '../../../extension/host/refusals.ts';

test.each([
  [
    '/home/me/.cache/lif-lab/mnist/train-images-idx3-ubyte: there is no such file, gzipped or not; get it with "lif data get mnist".',
    'mnist, train-images-idx3-ubyte: there is no such file, gzipped or not.',
  ],
  [
    'C:\\Users\\me\\data\\mnist\\t10k-labels: the gzip data break off at byte 3000; get the data set again with "lif data get mnist".',
    'mnist, t10k-labels: the gzip data break off at byte 3000.',
  ],
  [
    '/w/nmnist/Train: there is no such folder and no Train.zip; get it with "lif data get nmnist"; did you mean path: nmnist/nmnist?',
    'mnist, Train: there is no such folder and no Train.zip; did you mean path: nmnist/nmnist?',
  ],
  ['dataset.path is ~/data, where only a shell would put a folder for ~; write the whole path.', undefined],
])('beside buttons that get the data a sentence has neither folders nor commands: %s', (sentence, expected) => {
  expect(besideButtons(sentence, 'mnist')).toBe(expected ?? sentence);
});
