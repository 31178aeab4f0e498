/** A study that New Experiment may begin with. */
export interface Template {
  /** Its file, in the folder `examples`. */
  file: string;
  title: string;
  /** What it needs: a download, and how much time on two cores. */
  takes: string;
  /** What it asks. */
  question: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    file: 'delayed-xor.lif.yaml',
    title: 'Delayed XOR',
    takes: 'no download · about a minute',
    question: 'Which part of the neuron remembers over a delay? Five variants, three seeds',
  },
  {
    file: 'mnist-first.lif.yaml',
    title: 'MNIST, a first look',
    takes: 'downloads 12 MB · about a minute',
    question:
      'Does a neuron have to remember, where pictures hold still? Two variants, six seeds: enough for a verdict',
  },
  {
    file: 'mnist.lif.yaml',
    title: 'MNIST, as in the paper',
    takes: 'downloads 12 MB · 100 epochs',
    question: 'What do leakage, reset and recurrence do on MNIST? Five variants, one seed',
  },
  {
    file: 'memory-curve.lif.yaml',
    title: 'Memory curve',
    takes: 'no download · a quarter of an hour',
    question: 'How does accuracy fall with the delay, for every variant?',
  },
];
