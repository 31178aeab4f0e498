/** The numbers behind the pictures of a sample. */
import type { EventList } from '../../../protocol/analyses/sample.ts';
import { layerName } from '../../../protocol/layers.ts';
import type { NumberTable } from '../../plot/number-table.ts';
import { evidence } from './scores.ts';
import { channelName, type ShownNetwork, sameInput } from './shown.ts';

type Row = NumberTable['rows'][number];

export function sampleTables(all: readonly ShownNetwork[]): NumberTable[] {
  const inputs = all.filter((one, i) => i === 0 || !sameInput(one.answer, all[0]!.answer));
  return [decisions(all), readout(all), potentials(all), ...spikes(all), ...inputs.map(input)].filter(
    ({ rows }) => rows.length > 0,
  );
}

/** `baseline, seed 1, 900 updates`: what tells two networks apart, and two checkpoints of one. */
const nameOf = ({ run, answer }: ShownNetwork): string =>
  `${run.variant}, seed ${run.seed}, ${answer.checkpoint} updates`;

function decisions(all: readonly ShownNetwork[]): NumberTable {
  const classes = all[0]?.answer.classes ?? 0;
  return {
    title: 'Decision',
    note: 'class scores as the loss sees them',
    header: [
      ...['variant', 'seed', 'updates', 'split', 'sample', 'class', 'taken for', 'loss'],
      ...Array.from({ length: classes }, (_, c) => `score ${c}`),
    ],
    rows: all.map(({ run, answer: a }) => [
      ...[run.variant, run.seed, a.checkpoint, a.split, a.index, a.label, a.decision, a.loss],
      ...a.scores,
    ]),
  };
}

function input(shown: ShownNetwork): NumberTable {
  const { input: received, steps } = shown.answer;
  const { current, events } = received;
  const title = `Input of ${nameOf(shown)}`;
  if (current)
    return {
      title,
      note: 'the same in every step',
      header: ['channel', 'value'],
      rows: current.map((value, channel) => [channelName(received, channel), value]),
    };
  return {
    title,
    header: ['step', 'events', 'channels'],
    rows: events ? perStep(events, steps) : [],
  };
}

/** How many there are in each step, and which. */
function perStep({ offsets, items }: EventList, steps: number): Row[] {
  return Array.from({ length: steps }, (_, t) => {
    const own = items.slice(offsets[t], offsets[t + 1]);
    return [t + 1, own.length, own.join(' ')];
  });
}

function spikes(all: readonly ShownNetwork[]): NumberTable[] {
  return all.flatMap((shown) =>
    shown.answer.layers.flatMap(({ layer, name, spikes: fired }): NumberTable[] =>
      fired
        ? [
            {
              title: `Spikes of ${layerName(name, layer)}, ${nameOf(shown)}`,
              header: ['step', 'spikes', 'neurons'],
              rows: perStep(fired, shown.answer.steps),
            },
          ]
        : [],
    ),
  );
}

/** A column for each class and network. */
function readout(all: readonly ShownNetwork[]): NumberTable {
  const columns = all.flatMap((shown) =>
    shown.answer.scores.flatMap((_, c) => {
      const values = evidence(shown.answer, c);
      return values ? [{ name: `class ${c}, ${nameOf(shown)}`, values }] : [];
    }),
  );
  return columnsTable('Readout over time', 'potentials, or spikes so far', columns);
}

/** A column for each neuron and network. */
function potentials(all: readonly ShownNetwork[]): NumberTable {
  const columns = all.flatMap((shown) =>
    shown.answer.layers.slice(0, -1).flatMap(({ layer, name, traces }) =>
      traces.map(({ neuron, values }) => ({
        name: `${layerName(name, layer)}, neuron ${neuron}, ${nameOf(shown)}`,
        values,
      })),
    ),
  );
  return columnsTable('Potentials', 'u before the reset, or the state h', columns);
}

function columnsTable(
  title: string,
  note: string,
  columns: readonly { name: string; values: readonly number[] }[],
): NumberTable {
  const steps = Math.max(0, ...columns.map(({ values }) => values.length));
  return {
    title,
    note,
    header: ['step', ...columns.map(({ name }) => name)],
    rows:
      columns.length > 0
        ? Array.from({ length: steps }, (_, t) => [t + 1, ...columns.map(({ values }) => values[t] ?? null)])
        : [],
  };
}
