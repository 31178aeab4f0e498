/** Your own data, without their files: their shape stands in the experiment file. */
import { defineSet, type InputShape, type SpecProblem, sameTime } from '../definition.ts';
import { type Events, eventsSchema, MAX_INPUTS } from './schema.ts';

export const events = defineSet(eventsSchema, {
  domain: 'temporal',
  // Of recordings without a delay up to 54 were seen.
  guessing: { updates: 500, moved: 100 },
  source: {
    title: 'Your own data',
    licence: 'yours',
    citation: 'Read from your files',
    files: [],
    own: true,
    imports: /^$/,
    contents: {},
    unpackLimit: 0,
  },
  shape: (spec) => ({
    input: spec.input,
    classes: spec.classes,
    steps: spec.steps,
    encoding: spec.coding?.kind === 'direct' ? 'current' : 'events',
    // How many samples there are stands in the files; that none are held out is known without.
    sizes: spec.split?.validation === 0 ? { validation: 0 } : {},
  }),
  problems,
  idle: [
    ...(['timeUnit', 'dt', 'start', 'values', 'sensor', 'frames'] as const).map((field) => ({
      field,
      by: 'coding.kind',
      off: showsPictures,
    })),
    { field: 'dt', by: 'frames', off: ({ frames }) => frames !== 'fixed' },
    { field: 'start', by: 'frames', off: ({ frames }) => frames !== 'fixed' },
  ],
  atResolution: (spec, dt, steps) =>
    spec.dt === undefined || spec.frames !== 'fixed'
      ? undefined
      : { ...spec, dt, steps: steps ?? sameTime({ dt: spec.dt, steps: spec.steps }, dt) },
  reader: async () => (await import('./read.ts')).reader,
});

export function showsPictures({ coding }: Pick<Events, 'coding'>): boolean {
  return coding?.kind === 'direct' || coding?.kind === 'bernoulli';
}

const sizeOf = (input: InputShape): number =>
  'channels' in input ? input.channels : input.planes * input.height * input.width;

function problems(spec: Events): SpecProblem[] {
  const found: SpecProblem[] = [];
  const error = (path: string[], complaint: string) => found.push({ path, severity: 'error', complaint });
  const inputs = sizeOf(spec.input);
  if (inputs > MAX_INPUTS)
    error(
      ['input'],
      `makes ${inputs.toLocaleString('en')} channels, more than ${MAX_INPUTS.toLocaleString('en')}; take fewer pixels, into which those of the sensor are pooled.`,
    );
  if (spec.coding?.kind === 'delta' && 'channels' in spec.input && spec.input.channels % 2 === 1)
    error(
      ['input', 'channels'],
      `is ${spec.input.channels}, but rises and falls make two of each channel; give twice as many as the array has.`,
    );
  if (spec.timeUnit === 'step' && spec.dt !== undefined)
    error(
      ['dt'],
      'has no meaning where times are numbers of steps; remove it, or give timeUnit the length of a step in ms.',
    );
  const { split } = spec;
  if (
    split &&
    typeof split.test === 'number' &&
    typeof split.validation === 'number' &&
    split.test + split.validation >= 1
  )
    error(
      ['split', 'validation'],
      `and test are ${split.validation + split.test} together, which leaves nothing to train with; take less.`,
    );
  return found;
}
