/** `neuron`: leak, threshold, reset, recurrence, surrogate gradient. */
import * as z from 'zod';
import { namesOf, RESETS, SURROGATES } from '../../models/neuron.ts';

const resetTexts = namesOf(RESETS).map((name) => `${name}: ${RESETS[name].about}.`);
const windowed = namesOf(SURROGATES).filter((shape) => SURROGATES[shape].windowed);

const probability = z.number().min(0).max(1);

const leakInit = z.union([
  z.number().gt(0).lt(1).describe('The same initial leak k for every neuron.'),
  z
    .strictObject({
      low: z.number().min(-20).max(20).describe('Lower end of the range, before the sigmoid.'),
      high: z.number().min(-20).max(20).describe('Upper end of the range, before the sigmoid.'),
    })
    .refine((r) => r.low <= r.high, '`low` must not be above `high`')
    .describe('k = sigmoid(a) with a drawn uniformly from [low, high].'),
]);

export const leakSchema = z
  .union([
    probability.describe('A fixed leak k: 1 is "without leakage", 0 is "complete leakage".'),
    z.strictObject({
      learnable: z.literal(true).describe('Learn k together with the weights, as k = sigmoid(a).'),
      per: z.enum(['neuron', 'layer']).default('neuron').describe('One k for each neuron, or one for the whole layer.'),
      init: leakInit
        .default({ low: 0, high: 4 })
        .describe("Where k starts. Default: sigmoid of U(0, 4), as in the code of the paper's reference [23]."),
    }),
  ])
  .describe(
    'Leak k in u[t] = k·u[t-1]·(1-o[t-1]) + W·x[t] (equation 3): the part of the membrane potential that survives a step. A number in [0, 1], or { learnable: true }. The paper uses 0.3, and a learnable leak for the temporal data sets.',
  )
  .meta({ examples: [0.3, { learnable: true }] });

export const scaleInputSchema = z
  .boolean()
  .optional()
  .describe(
    "Multiply all that the neuron receives (W·x, bias, recurrence) by 1 − k, so that its potential is a running mean of it, as in the code of the paper's reference [23]; k = 1 then silences it. Default: false, as in the paper's equations.",
  )
  .meta({ examples: [true] });

export const initialStateSchema = z
  .enum(['zero', 'random'])
  .optional()
  .describe(
    "Potential u and spike o before the first step. zero (the default). random: both from U(0, 1), drawn anew for every training sample, as in the code of the paper's reference [23]; evaluations and analyses draw nothing and start from their mean, 0.5. Not with constant input currents.",
  )
  .meta({ examples: ['random'] });

const surrogateFields = {
  shape: z
    .enum(namesOf(SURROGATES))
    .describe(
      `Shape of the surrogate derivative of the spike. The paper: rectangular. Only ${windowed.join(' and ')} are exactly zero outside a window, which the engine exploits.`,
    ),
  width: z
    .number()
    .positive()
    .describe(
      'Half-width of the window around the threshold, in units of the membrane potential (for shapes without a window: their length scale). Paper, Table 5: 0.5 temporal, 0.25 elsewhere.',
    ),
  height: z
    .number()
    .positive()
    .describe(
      'Value of the surrogate derivative at the threshold. Default: what gives the shape an area of 1 (rectangular: 1 / (2·width), as in the published code of the same lab); for multi-gaussian as in the code of reference [23].',
    ),
};
const surrogateAbout =
  'Surrogate gradient: the stand-in for the derivative of the spike with respect to the membrane potential.';

export const surrogateSchema = z
  .strictObject({
    shape: surrogateFields.shape.default('rectangular'),
    width: surrogateFields.width.default(0.5),
    height: surrogateFields.height.optional(),
  })
  .describe(surrogateAbout);

const neuronFields = {
  threshold: z
    .number()
    .positive()
    .describe('Firing threshold u_th: a neuron fires when u >= u_th. Paper, Table 5: 0.5 temporal, 0.3 elsewhere.'),
  leak: leakSchema,
  reset: z
    .enum(namesOf(RESETS))
    .describe(
      `What a spike does to the membrane potential of the step before it decays into the next one. ${resetTexts.join(' ')}`,
    ),
  resetGradient: z.boolean().describe('Whether gradients also flow through the reset term. false detaches it.'),
  recurrent: z
    .boolean()
    .describe(
      'Add V·o[t-1], a learned dense connection from the spikes of the same layer one step earlier (equation 4).',
    ),
  recurrentGain: z
    .number()
    .positive()
    .describe(
      'Scales the initial recurrent weights, drawn from U(±gain/√size). The paper does not say; 1 is the usual linear-layer initialisation.',
    ),
  scaleInput: scaleInputSchema,
  initialState: initialStateSchema,
};

export const neuronSchema = z
  .strictObject({
    threshold: neuronFields.threshold.default(0.5),
    leak: neuronFields.leak.default(0.3),
    reset: neuronFields.reset.default('hard'),
    resetGradient: neuronFields.resetGradient.default(true),
    recurrent: neuronFields.recurrent.default(false),
    recurrentGain: neuronFields.recurrentGain.default(1),
    scaleInput: neuronFields.scaleInput,
    initialState: neuronFields.initialState,
    surrogate: surrogateSchema.prefault({}),
  })
  .describe('The spiking neuron of every layer: leak, reset, recurrence, threshold and surrogate gradient as data.');

/** Fields of `neuron` that one layer may set for itself: all of them optional, none with a default. */
export const neuronOverride = z
  .strictObject({ ...neuronFields, surrogate: z.strictObject(surrogateFields).partial().describe(surrogateAbout) })
  .partial()
  .describe('Fields of `neuron` that differ in this layer.');

export type Leak = z.output<typeof leakSchema>;
export type Surrogate = z.output<typeof surrogateSchema>;
export type Neuron = z.output<typeof neuronSchema>;
