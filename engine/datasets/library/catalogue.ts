/** Where each data set comes from, what its files must be, and what its authors ask for. */
import type { DatasetSpec } from '../../experiment/dataset-schema.ts';
import type { Source } from './download.ts';

export interface CatalogueFile extends Source {
  /** Name below the folder of the data set. */
  file: string;
  /** An archive: what it unpacks to. It is removed afterwards. */
  unpacksTo?: string[];
}

export interface CatalogueEntry {
  name: DatasetSpec['name'];
  title: string;
  licence: string;
  citation: string;
  /** Empty for generated data sets and for those that want a click. */
  files: CatalogueFile[];
  /** The data set whose files it uses. */
  uses?: DatasetSpec['name'];
  generated?: true;
  /** How to get it where no program may. */
  manual?: string;
  /** Names of files and folders that `import` takes over, at the top of what is imported. */
  imports: RegExp;
  /** MD5 of published files as they lie in the folder; those of .gz files without their extension are of the content. */
  contents: Record<string, string>;
  /** Most bytes that its archives may unpack to. */
  unpackLimit: number;
}

const GiB = 2 ** 30;

function mnistFile(file: string, bytes: number, md5: string): CatalogueFile {
  const hosts = [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ];
  return { file, bytes, md5, urls: hosts.map((host) => host + file) };
}

function zenkeFile(file: string, md5: string, bytes?: number): CatalogueFile {
  return {
    file: `${file}.zip`,
    md5,
    urls: [`https://zenkelab.org/datasets/${file}.zip`],
    unpacksTo: [file],
    ...(bytes !== undefined && { bytes }),
  };
}

function mendeleyFile(file: string, id: string, md5: string): CatalogueFile {
  return {
    file,
    md5,
    urls: [`https://data.mendeley.com/public-files/datasets/468j46mzdv/files/${id}/file_downloaded`],
  };
}

const CRAMER =
  'Cramer, Stradmann, Schemmel, Zenke: The Heidelberg Spiking Data Sets for the Systematic Evaluation of Spiking Neural Networks. IEEE TNNLS 33, 2022.';

export const CATALOGUE: CatalogueEntry[] = [
  {
    name: 'delayed-xor',
    title: 'Delayed spiking XOR',
    licence: 'generated',
    citation:
      'Zheng et al.: Temporal dendritic heterogeneity incorporated with spiking neural networks. Nat. Commun. 15, 2024.',
    files: [],
    generated: true,
    imports: /^$/,
    contents: {},
    unpackLimit: 0,
  },
  {
    name: 'randman',
    title: 'Random manifolds as spike times',
    licence: 'generated',
    citation: 'Zenke, Vogels: The Remarkable Robustness of Surrogate Gradient Learning. Neural Computation 33, 2021.',
    files: [],
    generated: true,
    imports: /^$/,
    contents: {},
    unpackLimit: 0,
  },
  {
    name: 'shd',
    title: 'Spiking Heidelberg Digits',
    licence: 'CC BY 4.0',
    citation: CRAMER,
    files: [
      zenkeFile('shd_train.h5', 'f3252aeb598ac776c1b526422d90eecb', 130_863_613),
      zenkeFile('shd_test.h5', '1503a5064faa34311c398fb0a1ed0a6f', 38_141_465),
    ],
    imports: /^shd_(train|test)\.h5$/,
    contents: {
      'shd_train.h5': '8e9877c85f29a28dd353ea6a54402667',
      'shd_test.h5': '207ad1295a0ab611e22d1734989c254e',
    },
    unpackLimit: 4 * GiB,
  },
  {
    name: 'ssc',
    title: 'Spiking Speech Commands',
    licence: 'CC BY 4.0',
    citation: CRAMER,
    files: [
      zenkeFile('ssc_train.h5', 'd102be95e7144fcc0553d1f45ba94170'),
      zenkeFile('ssc_valid.h5', 'b4eee3516a4a90dd0c71a6ac23a8ae43'),
      zenkeFile('ssc_test.h5', 'a35ff1e9cffdd02a20eb850c17c37748'),
    ],
    imports: /^ssc_(train|valid|test)\.h5$/,
    contents: {},
    unpackLimit: 16 * GiB,
  },
  {
    name: 'nmnist',
    title: 'Neuromorphic MNIST',
    licence: 'CC BY-SA 4.0',
    citation:
      'Orchard, Jayawant, Cohen, Thakor: Converting Static Image Datasets to Spiking Neuromorphic Datasets Using Saccades. Front. Neurosci. 9, 2015.',
    files: [
      mendeleyFile('Train.zip', '39c25547-014b-4137-a934-9d29fa53c7a0', '20959b8e626244a1b502305a9e6e2031'),
      mendeleyFile('Test.zip', '05a4d654-7e03-4c15-bdfa-9bb2bcbea494', '69ca8762b2fe404d9b9bad1103e97832'),
    ],
    imports: /^(Train|Test)(\.zip)?$/,
    contents: {
      'Train.zip': '20959b8e626244a1b502305a9e6e2031',
      'Test.zip': '69ca8762b2fe404d9b9bad1103e97832',
    },
    unpackLimit: 4 * GiB,
  },
  {
    name: 'nmnist-simulated',
    title: 'MNIST before a simulated event camera',
    licence: 'simulated from MNIST',
    citation: 'After Orchard et al. 2015; pictures of LeCun, Cortes, Burges.',
    files: [],
    uses: 'mnist',
    imports: /^$/,
    contents: {},
    unpackLimit: 0,
  },
  {
    name: 'dvs128-gesture',
    title: 'DVS128 Gesture',
    licence: 'CC BY 4.0',
    citation: 'Amir et al.: A Low Power, Fully Event-Based Gesture Recognition System. CVPR 2017.',
    files: [],
    manual:
      'IBM hands it out by a click: download DvsGesture.tar.gz (3 GB) from https://ibm.ent.box.com/s/3hiq58ww1pbbjrinh367ykfdf60xsfm8/folder/50167556794, then "lif data import dvs128-gesture DvsGesture.tar.gz"',
    imports: /^(DvsGesture|.*\.aedat|.*_labels\.csv|trials_to_(train|test)\.txt|gesture_mapping\.csv)$/,
    contents: { 'DvsGesture.tar.gz': '8a5c71fb11e24e5ca5b11866ca6c00a1' },
    unpackLimit: 16 * GiB,
  },
  {
    name: 'mnist',
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
    unpackLimit: GiB,
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10',
    licence: 'not stated; cite the report',
    citation: 'Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, 2009.',
    files: [
      {
        file: 'cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
        unpacksTo: [
          ...[1, 2, 3, 4, 5].map((i) => `cifar-10-batches-bin/data_batch_${i}.bin`),
          'cifar-10-batches-bin/test_batch.bin',
        ],
      },
    ],
    imports: /^(cifar-10-batches-bin|data_batch_[1-5]\.bin|test_batch\.bin|batches\.meta\.txt)$/,
    contents: {
      'data_batch_1.bin': '5dd7e06a14cb22eb9f671a540d1b7c25',
      'data_batch_2.bin': '5ea93a67294ea407fff1d09f752e9692',
      'data_batch_3.bin': '942cd6a4bcdd0dd3c604fbe906cb4421',
      'data_batch_4.bin': 'ae636b3ba5c66a11e91e8cb52e771fcb',
      'data_batch_5.bin': '53f37980c15c3d472c316c40844f3f0d',
    },
    unpackLimit: GiB,
  },
];
