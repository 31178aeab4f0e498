/** A network as a Python script that has all it needs but PyTorch and NumPy. */
import { capital, layerName } from '../../../protocol/layers.ts';
import { plainLine } from '../../../protocol/text/plain-text.ts';
import { UserError } from '../../base/errors.ts';
import { MEAN_STATE } from '../../models/initial-state.ts';
import { SURROGATES } from '../../models/neuron.ts';
import { lengthOf } from '../../models/parameters.ts';
import {
  connectionName,
  INPUT,
  type Integrator,
  type LayerPlan,
  type Lif,
  type NetworkPlan,
  type ReadoutPlan,
  unreachable,
} from '../../models/plan.ts';
import {
  CURRENTS,
  EACH_STEP,
  EVENTS,
  evaluation,
  IMPORTS,
  INTEGRATOR,
  LEAKY,
  LIF,
  LOADING,
  MULTI_GAUSSIAN,
  POOL,
  RESET_LINES,
  SPIKE,
  SURROGATE_LINES,
} from './pieces.ts';

export interface ScriptNames {
  /** Lines about where the network comes from; text of others. */
  about: readonly string[];
  /** Names of the files beside the script. */
  weights: string;
  data: string;
}

/** Throws a UserError where the network has what the script cannot do. */
export function scriptOf(plan: NetworkPlan, names: ScriptNames): string {
  const { layers, steps, inputs, classes } = plan;
  const kinds = new Set(layers.map(({ neuron }) => neuron.kind));
  const shapes = new Set(layers.flatMap(({ neuron }) => (neuron.kind === 'lif' ? [neuron.surrogate.shape] : [])));
  const gated = layers[0]!.name === 'cell';
  const parts = [
    [...names.about.map((line) => `# ${plainLine(line)}`), ''].join('\n'),
    IMPORTS,
    `
WEIGHTS = Path(__file__).with_name(${text(names.weights)})
DATA = Path(__file__).with_name(${text(names.data)})
STEPS, INPUTS, CLASSES = ${steps}, ${inputs}, ${classes}
`,
    ...(shapes.has('multi-gaussian') ? [MULTI_GAUSSIAN] : []),
    ...(shapes.size > 0
      ? [
          `
# d(z), z = (u - threshold) / width
SURROGATES = {
${[...shapes].map((shape) => `    ${text(shape)}: ${SURROGATE_LINES[shape]},  # ${SURROGATES[shape].equation}`).join('\n')}
}

`,
          SPIKE,
        ]
      : []),
    ...(gated ? [] : [EACH_STEP, LEAKY]),
    ...(kinds.has('lif') ? [LIF] : []),
    ...(kinds.has('integrator') ? [INTEGRATOR] : []),
    ...(!gated && kinds.has('linear') ? [POOL] : []),
    gated ? gatedNetwork(plan) : leakyNetwork(plan),
    LOADING,
    plan.encoding === 'current' ? CURRENTS : EVENTS,
    evaluation(plan.readout.decode === 'each-step'),
  ];
  return parts.join('').replace(/\n{4,}/g, '\n\n\n');
}

/** What is text in JSON is text in Python. */
const text = (value: string): string => JSON.stringify(plainLine(value));

function leakyNetwork({ layers, readout }: NetworkPlan): string {
  layers.forEach(({ input }, l) => {
    if (input.join() !== (layers[l - 1]?.name ?? INPUT))
      throw new UserError(
        `Layer ${l + 1} receives ${input.map((one) => layerName(one)).join(' and ')}, and the script has one layer after another alone.`,
      );
  });
  const first = layers[0]!.connection;
  const planes = first.kind === 'conv' || first.kind === 'pool' ? first.input : undefined;
  return `
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [
${layers.map((layer) => `                ${layerOf(layer)},`).join('\n')}
            ]
        )

    def forward(self, x):
        """x [B, T, M] to scores ${readout.decode === 'each-step' ? '[B, window, C]' : '[B, C]'}. Dropout, which is of training, is left out."""
        x = x.transpose(0, 1)${planes ? `.unflatten(-1, (${planes.join(', ')}))` : ''}
        for layer in self.layers:
            u, x = layer(x)
        return ${decode(readout, 'x')}

`;
}

function layerOf(layer: LayerPlan): string {
  const { neuron } = layer;
  const connection = connectionOf(layer);
  switch (neuron.kind) {
    case 'lif': {
      const { threshold, reset, surrogate, recurrent, resetGradient } = neuron;
      if (!(reset in RESET_LINES) || !(surrogate.shape in SURROGATE_LINES))
        throw new UserError(
          `${capital(layerName(layer.name))} has neuron.reset ${reset} and a ${surrogate.shape} surrogate, which the script does not have.`,
        );
      const more = [
        `threshold=${threshold}`,
        `reset=${text(reset)}`,
        `surrogate=(${text(surrogate.shape)}, ${surrogate.width}, ${surrogate.height})`,
        ...(recurrent ? [`recurrent=${lengthOf(layer.output)}`] : []),
        ...(resetGradient ? [] : ['reset_gradient=False']),
      ];
      return `LIF(${[connection, leakOf(neuron, layer), ...more, ...leakyOf(neuron)].join(', ')})`;
    }
    case 'integrator':
      return `Integrator(${[connection, leakOf(neuron, layer), ...leakyOf(neuron)].join(', ')})`;
    case 'linear':
      return `Pool(${connection})`;
    default:
      throw new UserError(
        `${capital(layerName(layer.name))} is a ${neuron.kind} among spiking layers, which the script does not have.`,
      );
  }
}

const leakOf = ({ leak }: Lif | Integrator, { output }: LayerPlan): string =>
  `leak=${typeof leak === 'number' ? leak : `[${leak.per === 'neuron' ? lengthOf(output) : 1}]`}`;

const leakyOf = ({ scaleInput, initialState }: Lif | Integrator): string[] => [
  ...(scaleInput ? ['scale_input=True'] : []),
  ...(initialState === 'random' ? [`start=${MEAN_STATE}`] : []),
];

function connectionOf({ name, connection }: LayerPlan): string {
  const pair = ([a, b]: readonly [number, number]) => `(${a}, ${b})`;
  switch (connection.kind) {
    case 'dense':
      return `nn.Linear(${connection.inputs}, ${connection.size}, bias=${python(connection.bias)})`;
    case 'conv': {
      const { input, filters, kernel, stride, padding, bias } = connection;
      return `nn.Conv2d(${input[0]}, ${filters}, ${pair(kernel)}, stride=${pair(stride)}, padding=${pair(padding)}, bias=${python(bias)})`;
    }
    case 'pool': {
      const { operation, window, stride } = connection;
      return `nn.${operation === 'mean' ? 'AvgPool2d' : 'MaxPool2d'}(${pair(window)}, stride=${pair(stride)})`;
    }
    case 'residual':
    case 'norm':
      throw new UserError(
        `${capital(layerName(name))} is ${connectionName(connection)}, which the script does not have.`,
      );
    default:
      return unreachable(connection);
  }
}

const python = (value: boolean): string => (value ? 'True' : 'False');

function gatedNetwork({ layers: [cell, linear], readout }: NetworkPlan): string {
  const { connection, neuron } = cell!;
  if (connection.kind !== 'dense' || linear?.connection.kind !== 'dense')
    throw new UserError(
      'The network has an RNN, LSTM or GRU that is not wired as usual, which the script does not have.',
    );
  const kind = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' }[neuron.kind as 'rnn'];
  const { inputs, size, bias } = connection;
  return `
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.${kind}(${inputs}, ${size}, bias=${python(bias)})
        self.readout = nn.Linear(${size}, ${linear.connection.size}, bias=${python(linear.connection.bias)})

    def forward(self, x):
        """x [B, T, M] to scores ${readout.decode === 'each-step' ? '[B, window, C]' : '[B, C]'}. Dropout, which is of training, is left out."""
        states, _ = self.cell(x.transpose(0, 1))
        u = self.readout(states)
        return ${decode(readout, 'u')}

`;
}

/** @param spikes name of what the last layer gave on [T, B, C] */
function decode({ decode, from }: ReadoutPlan, spikes: string): string {
  switch (decode) {
    case 'rate':
      return `${spikes}[${from}:].mean(0)`;
    case 'mean':
      return `u[${from}:].mean(0)`;
    case 'last':
      return 'u[-1]';
    case 'max':
      return `u[${from}:].amax(0)`;
    case 'each-step':
      return `u[${from}:].transpose(0, 1)`;
    default:
      return unreachable(decode);
  }
}
