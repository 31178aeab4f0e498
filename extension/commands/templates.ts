/** A study that New Experiment may begin with. */
export interface Template {
  /** Its file, below the folder `examples`. */
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
  {
    file: 'paper/nmnist.lif.yaml',
    title: 'N-MNIST, as in the paper',
    takes: 'has to be downloaded · 100 epochs',
    question: 'Recordings of saccades: which component matters where events carry time? Five variants, eight seeds',
  },
  {
    file: 'paper/nmnist-simulated.lif.yaml',
    title: 'N-MNIST, simulated from MNIST',
    takes: 'downloads 12 MB · 100 epochs',
    question:
      'The same before a simulated event camera, where the recordings are not at hand. Five variants, eight seeds',
  },
  {
    file: 'paper/shd.lif.yaml',
    title: 'SHD, as in the paper',
    takes: 'downloads 169 MB · 100 epochs',
    question: 'Spoken digits through an artificial cochlea: memory over a second. Five variants, eight seeds',
  },
  {
    file: 'paper/ssc.lif.yaml',
    title: 'SSC, as in the paper',
    takes: 'has to be downloaded · 100 epochs',
    question: 'Spoken commands, ten times as many as SHD has. Five variants, eight seeds',
  },
  {
    file: 'paper/dvs128-gesture.lif.yaml',
    title: 'DVS128 Gesture, as in the paper',
    takes: 'has to be fetched by hand · 100 epochs',
    question: 'Gestures before an event camera. Five variants, eight seeds',
  },
  {
    file: 'paper/cifar10-narrow.lif.yaml',
    title: 'CIFAR-10, narrow ResNet-18',
    takes: 'downloads 170 MB · 4 epochs',
    question: 'Do leakage and reset matter on pictures, in a network that a laptop trains? Four variants, one seed',
  },
  {
    file: 'paper/randman.lif.yaml',
    title: 'Random manifolds',
    takes: 'no download · 100 epochs',
    question: 'Spike times alone tell the classes apart. Five variants, eight seeds',
  },
];
