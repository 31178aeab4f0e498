import { describe, expect, test } from 'vitest';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { diagnosticLine } from '../../../engine/studies/load.ts';
import { BASE, marked, messages } from './marked.ts';

const DATASETS = /delayed-xor, .*mnist/;

/** The text after ⟦marks⟧ are removed has one diagnostic, there, with this message. */
function expectOne(text: string, message: string | RegExp, severity: 'error' | 'warning' = 'error') {
  const { text: bare, place } = marked(text);
  const { diagnostics, experiment } = checkExperiment(bare, 'test.lif.yaml');
  expect(diagnostics.map(({ range, severity: s, message: m }) => ({ range, severity: s, message: m }))).toEqual([
    { ...place, severity, message: typeof message === 'string' ? message : expect.stringMatching(message) },
  ]);
  expect(experiment === undefined).toBe(severity === 'error');
}

describe('a value that is wrong', () => {
  test.each([
    ['neuron: { leak: ⟦2⟧ }', '`neuron.leak` must be a number from 0 to 1, not 2.'],
    ['neuron: { leak: ⟦"0.3"⟧ }', /not the text "0\.3"; remove the quotes\.$/],
    ['neuron: { leak: ⟦abc⟧ }', /^`neuron.leak` must be a number from 0 to 1 or a mapping of `learnable`, .*"abc"\.$/],
    ['neuron: { leak: ⟦[1]⟧ }', /not a list of 1\.$/],
    ['neuron: { threshold: ⟦0⟧ }', '`neuron.threshold` must be a number above 0, not 0.'],
    ['neuron: { threshold: ⟦.nan⟧ }', '`neuron.threshold` must be a number above 0, not .nan.'],
    ['neuron: { threshold: ⟦1e999⟧ }', '`neuron.threshold` must be a number above 0, not .inf.'],
    [
      'neuron: { reset: ⟦Hard⟧ }',
      '`neuron.reset` must be hard, soft, none or soft-undecayed, not the text "Hard" (did you mean hard?).',
    ],
    [
      'neuron: { recurrent: ⟦yes⟧ }',
      '`neuron.recurrent` must be true or false, not the text "yes"; write true without quotes.',
    ],
    ['neuron: { surrogate: ⟦rectangular⟧ }', /; write \{ shape: rectangular \}\.$/],
    ['neuron: ⟦leak:1⟧', /not the text "leak:1"; put a space after the colon\.$/],
    ['⟦neuron⟧:', /^`neuron` must be a mapping of `threshold`, .*, but it is empty\.$/],
    ['training: { epochs: ⟦2.5⟧ }', '`training.epochs` must be a whole number of at least 1, not 2.5.'],
    ['training: { batchSize: ⟦1e9⟧ }', '`training.batchSize` must be a whole number from 1 to 65536, not 1000000000.'],
    ['training: { optimizer: ⟦adam⟧ }', /^`training.optimizer` must be a mapping .*; write \{ kind: adam \}\.$/],
    [
      'training: { schedule: { kind: step, every: 3, factor: ⟦2⟧ } }',
      '`training.schedule.factor` must be a number above 0 and at most 1, not 2.',
    ],
    ['training:\n  epochs: 3\n  loss: ⟦crossentropy⟧\n', /\(did you mean cross-entropy\?\)\.$/],
    ['seeds: ⟦[]⟧', '`seeds` must be a list of 1 to 1000 entries, not an empty list.'],
    ['seeds: [1, ⟦-1⟧]', '`seeds[1]` must be a whole number from 0 to 4294967295, not -1.'],
    ['description: ⟦3⟧', '`description` must be a text, not 3; put it in quotes: "3".'],
  ])('%j', (line, message) => expectOne(BASE + line, message));

  test('in a leak that is meant to be learnable', () => {
    expectOne(`${BASE}neuron: { leak: { learnable: ⟦false⟧ } }`, /must be true, not false; otherwise write a number/);
    expectOne(
      `${BASE}neuron: { leak: { learnable: true, init: ⟦2⟧ } }`,
      '`neuron.leak.init` must be a number above 0 and below 1, not 2.',
    );
    expectOne(
      `${BASE}neuron: { leak: { learnable: true, init: ⟦{ low: 3, high: 1 }⟧ } }`,
      '`neuron.leak.init`: `low` must not be above `high`.',
    );
  });

  test('in one layer of several', () => {
    const base = BASE.replace('[16]', '[16, ⟦x⟧]');
    expectOne(
      base,
      '`network.hidden[1]` must be a whole number from 1 to 65535 or a mapping of `size`, `neuron`, not the text "x".',
    );
    expectOne(BASE.replace('[16]', '[⟦0⟧, 3]'), '`network.hidden[0]` must be a whole number from 1 to 65535, not 0.');
    expectOne(
      BASE.replace('[16]', '[{ size: 3, neuron: { reset: ⟦x⟧ } }]'),
      '`network.hidden[0].neuron.reset` must be hard, soft, none or soft-undecayed, not the text "x".',
    );
  });

  test('of the data set or readout', () => {
    expectOne(
      BASE.replace('delayed-xor', '⟦delayed-xr⟧'),
      /^`dataset.name` must be .*not the text "delayed-xr" \(did you mean delayed-xor\?\)\.$/,
    );
    expectOne(BASE.replace('delayed-xor', '⟦imagenet⟧'), DATASETS);
    expectOne(BASE.replace('{ name: delayed-xor, steps: 50 }', '⟦delayed-xor⟧'), /; write \{ name: delayed-xor \}\.$/);
    expectOne(
      BASE.replace('leaky-integrator', '⟦leaky⟧'),
      /^`network.readout.kind` must be spike-rate, .*\(did you mean leaky-integrator\?\)\.$/,
    );
  });
});

describe('a field that does not exist', () => {
  test.each([
    [
      'neuron: { ⟦leek⟧: 0.3 }',
      /^`leek` is not a field of `neuron`: did you mean `leak`; allowed are threshold, leak, /,
    ],
    ['training: { ⟦lr⟧: 1 }', /did you mean `learningRate`; allowed are epochs, /],
    ['training: { ⟦batch_size⟧: 1 }', /did you mean `batchSize`/],
    ['training: { ⟦batch⟧: 1 }', /did you mean `batchSize`/],
    ['⟦Seeds⟧: [1]', /^`Seeds` is not a field of the experiment: did you mean `seeds`/],
    ['⟦leak⟧: 1', /it belongs under `neuron`; allowed are name, /],
    ['⟦epochs⟧: 1', /it belongs under `training`/],
    ['⟦constructor⟧: 1', /^`constructor` is not a field of the experiment: allowed are/],
    ['⟦__proto__⟧: { a: 1 }', '`__proto__` cannot be the name of a field.'],
    ['⟦<<⟧: { a: 1 }', /^Merge keys/],
    ['? ⟦[a, b]⟧\n: 1', 'The name of a field must be a plain word.'],
  ])('%j', (line, message) => expectOne(BASE + line, message));

  test('under this kind, but under another', () => {
    expectOne(
      BASE.replace('kind: leaky-integrator', 'kind: spike-rate, ⟦decode⟧: last'),
      /it belongs to kind leaky-integrator or linear, and this is spike-rate; allowed are kind, window, neuron\.$/,
    );
    expectOne(
      BASE.replace('leaky-integrator }', 'leaky-integrator, ⟦neuron⟧: {} }'),
      /it belongs to kind spike-rate, mean-membrane, .*, and this is leaky-integrator/,
    );
    expectOne(
      BASE.replace('leaky-integrator }', 'leaky-integrator, ⟦recurrent⟧: true }'),
      /`recurrent` is not a field of `network.readout`: it belongs under `neuron`/,
    );
    expectOne(
      BASE.replace('steps: 50', 'steps: 50, ⟦coding⟧: {}'),
      /it belongs to name mnist.*, and this is delayed-xor/,
    );
  });

  test('in a layer', () => {
    expectOne(
      BASE.replace('[16]', '[{ size: 3, neuron: { ⟦leek⟧: 1 } }]'),
      /^`leek` is not a field of `network.hidden\[0\].neuron`: did you mean `leak`/,
    );
  });
});

describe('a field that is missing', () => {
  test.each([
    [
      BASE.replace('name: delayed-xor, ', '').replace('dataset', '⟦dataset⟧'),
      /^`dataset.name` is missing; it must be delayed-xor, /,
    ],
    [
      BASE.replace('hidden: [16], ', '').replace('network', '⟦network⟧'),
      '`network.hidden` is missing; it must be a list of at most 16 entries.',
    ],
    [BASE.replace('[16]', '[⟦{}⟧]'), '`network.hidden[0].size` is missing; it must be a whole number from 1 to 65535.'],
    [
      `${BASE}training: { ⟦schedule⟧: { kind: step, factor: 0.5 } }`,
      '`training.schedule.every` is missing; it must be a whole number of at least 1.',
    ],
    [`${BASE}neuron: { ⟦leak⟧: { init: 0.5 } }`, '`neuron.leak.learnable` is missing; it must be true.'],
    [`⟦${BASE.replace('name: Test\n', '').replace('\n', '⟧\n')}`, /^`name` is missing; it must be a text /],
    [
      BASE.replace('  a: {}', '').replace('variants', '⟦variants⟧'),
      '`variants` must be a mapping of names, but it is empty.',
    ],
    [
      BASE.replace('\n  a: {}', ' ⟦{}⟧'),
      '`variants`: there must be at least one variant, for instance `baseline: {}`.',
    ],
  ])('%j', (text, message) => expectOne(text, message));
});

describe('settings that do not go together', () => {
  test.each([
    [
      BASE.replace('steps: 50', 'steps: 50, pulse: ⟦30⟧'),
      /^`dataset.pulse` is 30 steps, so two pulses do not fit into 50 steps/,
    ],
    [
      BASE.replace('integrator }', 'integrator, window: ⟦51⟧ }'),
      '`network.readout.window` is 51 steps, but a sample has only 50.',
    ],
    [BASE.replace('[16]', '⟦[60000, 60000]⟧'), /^`network.hidden` makes [\d,]+ weights; at most [\d,]+ fit/],
    [
      BASE.replace('[16]', '⟦[16, 8]⟧')
        .replace('leaky-integrator', 'linear')
        .replace('name: Test', 'name: Test\nmodel: lstm'),
      '`network.hidden` has 2 layers, but the model lstm has one hidden layer; give one size, like [512].',
    ],
    [
      BASE.replace('leaky-integrator', '⟦linear⟧'),
      /^`network.readout.kind` linear reads the state of an rnn, lstm or gru, but the model is lif; take another kind/,
    ],
    [`${BASE}seeds: [1, 2, ⟦1⟧]`, /^The seed 1 is given twice/],
  ])('%j', (text, message) => expectOne(text, message));

  test('warns of rates that are the wrong way round', () => {
    expectOne(
      BASE.replace('steps: 50', 'lowRate: ⟦0.7⟧'),
      /^`dataset.lowRate` \(0.7\) should be below `dataset.highRate` \(0.6\)/,
      'warning',
    );
  });

  test('knows the baselines, whatever the readout of the neurons', () => {
    const { diagnostics } = checkExperiment(
      `${BASE}  b: { model: lstm }\n  c: { model: gru, training: { epochs: 3 } }`,
      'f',
    );
    expect(diagnostics).toEqual([]);
    const deep = BASE.replace('[16]', '⟦[16, 8]⟧');
    expectOne(
      `${deep}  b: { model: rnn }`,
      /^In the variant `b`: `network.hidden` has 2 layers, but the model rnn has one/,
    );
    expect(
      checkExperiment(`${BASE.replace('[16]', '[16, 8]')}  b: { model: rnn, network: { hidden: [9] } }`, 'f')
        .diagnostics,
    ).toEqual([]);
  });

  test('warns of settings of the neuron where there is none', () => {
    expectOne(
      `${BASE}  b: { model: lstm, ⟦neuron⟧: { leak: 1 } }`,
      '`neuron` changes nothing here, since `model` is lstm; remove it, or change `model`.',
      'warning',
    );
  });

  test('warns of two variants that are the same', () => {
    expectOne(`${BASE}  ⟦b⟧: { neuron: { leak: 0.3 } }`, /^The variant `b` has the same settings as `a`/, 'warning');
  });
});

describe('a variant', () => {
  test.each([
    ['neuron: { leak: ⟦2⟧ }', '`neuron.leak` must be a number from 0 to 1, not 2.'],
    [
      '⟦leak⟧: 1',
      '`leak` is not a field of a variant: it belongs under `neuron`; allowed are dataset, model, backend, network, neuron, training.',
    ],
    [
      '⟦seeds⟧: [3]',
      '`seeds` is not a field of a variant: allowed are dataset, model, backend, network, neuron, training.',
    ],
    ['dataset: { name: ⟦mnst⟧ }', DATASETS],
    ['dataset: { pulse: ⟦30⟧ }', /^`dataset.pulse` is 30 steps/],
    ['⟦dataset⟧: { steps: 10 }', /^`dataset.pulse` is 10 steps, so two pulses do not fit into 10 steps/],
    ['network: { hidden: ⟦[]⟧ }', /not an empty list/],
    [
      'training: { earlyStopping: ⟦{ patience: 3 }⟧ }, dataset: { name: randman }',
      '`training.earlyStopping` needs a validation set: set dataset.validationSamples above 0.',
    ],
    [
      'training: { earlyStopping: ⟦{ patience: 3 }⟧ }, dataset: { name: ssc, validation: false }',
      '`training.earlyStopping` needs a validation set: set dataset.validation to true.',
    ],
    ['network: { readout: { ⟦neuron⟧: {} } }', /it belongs to kind spike-rate/],
    ['network: ⟦null⟧', /^`network` must be a mapping of .*, but it is empty\.$/],
  ])('%j', (override, message) => expectOne(`${BASE}  b: { ${override} }`, message));

  test('is a mapping with a name', () => {
    expectOne(
      `${BASE}  b: ⟦3⟧`,
      '`variants.b` must be a mapping of `dataset`, `model`, `backend`, `network`, `neuron`, `training`, not 3.',
    );
    expectOne(
      `${BASE}  ⟦" b"⟧: { neuron: { reset: none } }`,
      /^The name of a variant must be 1 to 100 characters on one line/,
    );
  });

  test('is told of what it inherits at the place it inherits it from', () => {
    const text = BASE.replace('integrator }', 'integrator, window: ⟦40⟧ }');
    expectOne(
      `${text}  b: { dataset: { steps: 30 } }`,
      'In the variant `b`: `network.readout.window` is 40 steps, but a sample has only 30.',
    );
  });

  test('does not repeat what other variants inherit, too', () => {
    const text = BASE.replace('steps: 50', 'steps: 50, trainSamples: ⟦40⟧').replace('name: Test', 'name: 3');
    const { text: bare, place } = marked(text);
    const { diagnostics } = checkExperiment(`${bare}  b: { neuron: { reset: none } }\n`, 'f');
    expect(diagnostics.slice(1)).toMatchObject([
      { range: place.range, message: expect.stringMatching(/^In the variant `a`: There are 40/) },
    ]);
  });

  test('does not repeat what is wrong at the top', () => {
    expectOne(
      `${BASE}  b: { neuron: { reset: none } }\nneuron: { leak: ⟦2⟧ }`,
      '`neuron.leak` must be a number from 0 to 1, not 2.',
    );
  });

  test('has diagnostics whose path leads to it', () => {
    const { diagnostics } = checkExperiment(`${BASE}  without leak: { neuron: { leak: 2 } }`, 'f');
    expect(diagnostics.map(({ path }) => path)).toEqual(['variants.without leak.neuron.leak']);
  });
});

describe('text that is not YAML', () => {
  test.each([
    [`${BASE}neuron:\n⟦\t⟧leak: 1`, 'YAML is indented with spaces; replace the tab.'],
    [`${BASE}neuron: ⟦{⟧ leak: 1\n`, 'The closing `}` is missing.'],
    [`${BASE}description: ⟦"⟧abc\n`, 'The closing `"` is missing.'],
    [`${BASE}seeds: ⟦[⟧1, 2\n`, 'The closing `]` is missing.'],
    [`${BASE}neuron: { leak: 1 }⟦}⟧\n`, '`}` does not belong here; check that the brackets and commas match.'],
    [`${BASE}⟦name⟧: again\n`, '`name` is given twice; remove one of the two.'],
    [`${BASE}neuron: ⟦!foo⟧ { leak: 1 }\n`, /^Tags/],
    [`${BASE}neuron: ⟦*b⟧\n`, 'There is no anchor `&b` before this alias.'],
    [`${BASE}neuron: &a { leak: ⟦*a⟧ }\n`, 'The alias `*a` stands inside of its own anchor.'],
    [`${BASE}⟦---⟧\nname: more\n`, 'An experiment file holds one document; remove what follows `---`.'],
    [`${BASE}neuron:\n  leak: ⟦1⟧\n   reset: hard\n`, /^There is a second colon in this value; check the indentation/],
  ])('%j', (text, message) => expectOne(text, message));

  test('or has nothing in it', () => {
    for (const text of ['', '\n\n', '# only a comment\n', '---\n'])
      expect(messages(text), JSON.stringify(text)).toEqual([
        expect.stringMatching(/^The file is empty; an experiment begins/),
      ]);
    for (const text of ['text', '- a', '3'])
      expect(messages(text), text).toEqual([expect.stringMatching(/^An experiment file is a mapping of fields/)]);
  });

  test('or not UTF-8', () => {
    expectOne(`${BASE}# caf⟦\uFFFD⟧\n`, /not UTF-8/, 'warning');
    expectOne('n\0'.replace('\0', '⟦\0⟧'), /not UTF-8/);
  });
});

describe('JSON', () => {
  const json = (text: string) => messages(text, 'test.lif.json');

  test('is read with tabs and all', () => {
    const text =
      '{\n\t"name":\t"x",\n\t"dataset": { "name": "delayed-xor" },\n\t"network": { "hidden": [3] },\n\t"variants": { "a": {} }\n}';
    const { diagnostics, experiment } = checkExperiment(text, 'test.lif.json');
    expect(diagnostics).toEqual([]);
    expect(experiment?.network.hidden).toEqual([3]);
  });

  test.each([
    ['{"name": "x",}', 'This is not valid JSON: there is a comma before the closing bracket; remove it.'],
    ['{"name": "x"', 'This is not valid JSON: the file ends too early; a closing quote, `]` or `}` is missing.'],
    ['{"name": "x" "b": 2}', 'This is not valid JSON: a comma or a colon is missing here.'],
    ['{name: "x"}', 'This is not valid JSON: names of fields stand in double quotes.'],
    ["{'name': 1}", 'This is not valid JSON: texts stand in double quotes.'],
    ['{"name": "x" // what\n}', 'This is not valid JSON: JSON has no comments; use a .lif.yaml file for them.'],
    ['{"a": 1, "a": 2}', '`a` is given twice; remove one of the two.'],
  ])('%j', (text, message) => expect(json(text)).toEqual([message]));
});

describe('a diagnostic on a terminal', () => {
  test('counts from 1 and says whether it is an error or a warning', () => {
    const { diagnostics } = checkExperiment(`${BASE}  b: {}\nneuron: { leak: 2 }\n`, 'f');
    expect(diagnostics.map((d) => diagnosticLine('study.lif.yaml', d))).toEqual([
      'study.lif.yaml:7:17: error: `neuron.leak` must be a number from 0 to 1, not 2.',
    ]);
    const warning = checkExperiment(`${BASE}  b: {}\n`, 'f').diagnostics[0]!;
    expect(diagnosticLine('study.lif.yaml', warning)).toMatch(/^study\.lif\.yaml:6:3: warning: The variant `b`/);
  });
});

test('what was probably meant can be put in place of a wrong name or value', () => {
  const text =
    'name: x\ndataset: { name: delayed-xor }\nnetwork: { hiden: [4] }\nneuron: { reset: Hard }\nvariants: { a: {} }\n';
  const { diagnostics } = checkExperiment(text, '/x.lif.yaml');
  const fixed = [...diagnostics]
    .filter(({ replacement }) => replacement !== undefined)
    .map(({ range, replacement }) => {
      const line = text.split('\n')[range.start.line]!;
      return line.slice(0, range.start.column) + replacement + line.slice(range.end.column);
    });
  expect(fixed).toEqual(['network: { hidden: [4] }', 'neuron: { reset: hard }']);
});
