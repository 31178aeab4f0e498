/** The studies whose tables stand in docs/results.md, and what the paper has for them (Table 6, per cent). */

const XOR = {
  baseline: 77.5,
  'without leakage': 50.3,
  'complete leakage': 50.5,
  'without reset': 96.1,
  'with recurrence': 98.9,
};

const NMNIST = {
  baseline: 94.76,
  'without leakage': 95.18,
  'complete leakage': 95.03,
  'without reset': 96.18,
  'with recurrence': 96.21,
};

/** Headings of the report whose first table is worth a place, by the name of their marks. */
const SPIKES = { spikes: 'Spikes and what they cost (Figure 4 of the paper)' };
const RESOLUTION = { resolution: 'Temporal resolution (Table 7)' };
const EMBEDDING = { embedding: 'Features of the last hidden layer (Figure 7)' };
const LANDSCAPE = { landscape: 'Loss landscape (Figure 6)' };
const ROBUSTNESS = { robustness: 'Robustness' };
const FLIPS = { flips: 'Events added and taken' };
const RETIMING = { retiming: 'Spikes moved in time' };
const CURRENTS = { currents: 'Inputs changed within a bound' };
const DIFFERENCES = { differences: 'Differences from the baseline' };

/**
 * id: of the marks in docs/results.md. full: takes longer than a few minutes. curve: variants are named `NAME, N steps`, and the
 * table has a column for each N. sets: settings for once, as `--set` has them. needs: a data set that may have to be downloaded first;
 * some: a part of it is enough. ask: analyses with their parameters, besides those of the file, once all is trained.
 * asked: headings of the report whose first table stands in the document, between marks of their own (`id: name`).
 */
export const STUDIES = [
  {
    id: 'delayed-xor',
    file: 'examples/paper/delayed-xor.lif.yaml',
    ask: { spikes: ['samples=2000'], landscape: ['points=11', 'samples=500'], attack: ['samples=50'] },
    asked: { ...DIFFERENCES, ...SPIKES, ...LANDSCAPE, ...FLIPS, ...RETIMING },
    paper: XOR,
  },
  { id: 'learned-leaks', file: 'scripts/results/learned-leaks.lif.yaml', full: true },
  { id: 'randman', file: 'examples/paper/randman.lif.yaml', sets: ['training.epochs=30'], full: true },
  { id: 'memory-curve', file: 'examples/memory-curve.lif.yaml', curve: true, full: true },
  { id: 'delayed-xor-paper', file: 'examples/delayed-xor-paper.lif.yaml', paper: XOR, full: true },
  { id: 'delayed-xor-reference-23', file: 'examples/delayed-xor-reference-23.lif.yaml', paper: XOR, full: true },
  {
    id: 'mnist',
    file: 'examples/mnist.lif.yaml',
    sets: ['training.epochs=20', 'training.schedule.every=5', 'seeds=[1,2,3,4,5,6,7,8]'],
    needs: 'mnist',
    full: true,
    testSamples: 10_000,
    ask: {
      spikes: ['samples=2000'],
      embedding: ['samples=1000'],
      landscape: ['points=11', 'samples=500'],
      robustness: ['samples=1000'],
      attack: ['samples=50'],
    },
    asked: { ...DIFFERENCES, ...SPIKES, ...EMBEDDING, ...LANDSCAPE, ...ROBUSTNESS, ...CURRENTS },
    paper: {
      baseline: 95.22,
      'without leakage': 96.12,
      'complete leakage': 94.17,
      'without reset': 94.85,
      'with recurrence': 96.98,
    },
  },
  {
    id: 'nmnist-recordings',
    file: 'scripts/results/nmnist-recordings.lif.yaml',
    needs: 'nmnist',
    some: true,
    full: true,
    testSamples: 100,
    asked: {
      ...DIFFERENCES,
      ...RESOLUTION,
      ...SPIKES,
      ...EMBEDDING,
      ...LANDSCAPE,
      ...ROBUSTNESS,
      ...FLIPS,
    },
    paper: NMNIST,
  },
  {
    id: 'nmnist-table-7',
    file: 'scripts/results/nmnist-table-7.lif.yaml',
    needs: 'nmnist',
    some: true,
    full: true,
    testSamples: 100,
    asked: { ...RESOLUTION, ...LANDSCAPE },
  },
  {
    id: 'nmnist-simulated',
    file: 'scripts/results/nmnist-simulated.lif.yaml',
    needs: 'mnist',
    full: true,
    testSamples: 10_000,
    asked: {
      ...DIFFERENCES,
      ...RESOLUTION,
      ...SPIKES,
      ...EMBEDDING,
      ...LANDSCAPE,
      ...ROBUSTNESS,
      ...FLIPS,
      ...RETIMING,
    },
    paper: NMNIST,
  },
  {
    id: 'nmnist-simulated-table-7',
    file: 'scripts/results/nmnist-simulated-table-7.lif.yaml',
    needs: 'mnist',
    full: true,
    testSamples: 10_000,
    asked: { ...RESOLUTION, ...LANDSCAPE },
  },
  {
    id: 'cifar10-narrow',
    file: 'examples/paper/cifar10-narrow.lif.yaml',
    needs: 'cifar10',
    full: true,
    testSamples: 1000,
  },
  {
    id: 'cifar10-variants',
    file: 'examples/paper/cifar10-narrow.lif.yaml',
    sets: ['dataset.trainSamples=2000', 'network.resnet.width=8', 'training.epochs=3', 'seeds=[1, 2, 3]'],
    needs: 'cifar10',
    full: true,
    testSamples: 1000,
  },
];
