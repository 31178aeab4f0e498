import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../engine/datasets/library/catalogue.ts';
import { checkExperiment } from '../../engine/experiment/parse.ts';
import { COMMAND_IDS } from '../../extension/base/command-ids.ts';
import { DATASETS } from '../../extension/base/datasets.ts';
import { DEFAULTS } from '../../extension/base/settings-defaults.ts';
import { TEMPLATES } from '../../extension/commands/templates.ts';
import { datasetLook } from '../../extension/tree/dataset-look.ts';
import { runLook, studyLook, variantLook } from '../../extension/tree/nodes.ts';
import { VIEW_IDS, VIEWS } from '../../protocol/views.ts';
import { FILE, run, running } from '../unit/extension/support.ts';

const root = join(import.meta.dirname, '../..');
const text = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(text('package.json'));
const strings: Record<string, string> = JSON.parse(text('package.nls.json'));
const { contributes } = manifest;

const declared: string[] = contributes.commands.map(({ command }: { command: string }) => command);
const menuEntries: { command: string; when?: string }[] = Object.values(contributes.menus).flat() as never;

test('declares exactly the commands that exist', () => {
  expect(declared.toSorted()).toEqual([...COMMAND_IDS].toSorted());
});

test('has menu entries for declared commands only, and every command somewhere', () => {
  expect(menuEntries.map(({ command }) => command).filter((command) => !declared.includes(command))).toEqual([]);
  const hidden = contributes.menus.commandPalette.map(({ command }: { command: string }) => command);
  const elsewhere = new Set(menuEntries.filter(({ when }) => when !== 'false').map(({ command }) => command));
  expect(hidden.filter((command: string) => !elsewhere.has(command))).toEqual([]);
});

test('opens each view from the file, the explorer and the tree', () => {
  const places = ['editor/title', 'explorer/context', 'view/item/context'];
  for (const id of VIEW_IDS) {
    const found = places.filter((place) =>
      contributes.menus[place].some(({ command }: { command: string }) => command === `lifLab.${id}`),
    );
    expect(found, `menus with the view ${id}`).toEqual(places);
  }
});

test('names its strings, and uses each of them', () => {
  const used = [...text('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
  expect(used.filter((key) => !Object.hasOwn(strings, key!))).toEqual([]);
  expect(Object.keys(strings).filter((key) => !used.includes(key))).toEqual([]);
  expect(Object.values(strings).filter((value) => value.trim() === '')).toEqual([]);
});

test('offers to get exactly the data sets that have files', () => {
  const had = CATALOGUE.filter(({ generated, uses }) => !generated && !uses).map(({ name }) => name);
  expect(DATASETS.toSorted()).toEqual(had.toSorted());
});

test('begins new experiments with examples that can run, of the sizes that it says', () => {
  for (const { file, takes, question } of TEMPLATES) {
    const { diagnostics, experiment } = checkExperiment(text(`examples/${file}`), join(root, 'examples', file));
    expect(
      diagnostics.filter(({ severity }) => severity === 'error'),
      file,
    ).toEqual([]);
    const entry = CATALOGUE.find(({ name }) => name === experiment!.dataset.name)!;
    const { generated, manual, files } = CATALOGUE.find(({ name }) => name === entry.uses) ?? entry;
    const megabytes = files.reduce((sum, { bytes = 0 }) => sum + bytes, 0) / 1e6;
    const download = files.every(({ bytes }) => bytes)
      ? `downloads ${Math.round(megabytes)} MB`
      : 'has to be downloaded';
    expect(takes, file).toContain(generated ? 'no download' : manual ? 'has to be fetched by hand' : download);
    const words = ['one', 'two', 'three', 'four', 'five', 'six'];
    const said = new RegExp(`(${words.join('|')}) variants`, 'i').exec(question)?.[1]?.toLowerCase();
    if (said) expect(experiment!.variants, file).toHaveLength(words.indexOf(said) + 1);
  }
});

test('links commands that exist in its welcome texts', () => {
  const linked = Object.values(strings).flatMap((value) =>
    [...value.matchAll(/command:(lifLab\.\w+)/g)].map(([, id]) => id),
  );
  expect(linked.filter((id) => !declared.includes(id!))).toEqual([]);
});

test('declares the settings that the code reads, with the same defaults', () => {
  const declaredSettings = Object.fromEntries(
    contributes.configuration
      .flatMap(({ properties }: { properties: Record<string, { default: unknown }> }) => Object.entries(properties))
      .map(([key, value]: [string, { default: unknown }]) => [key.replace('LIF Lab.', ''), value.default]),
  );
  // The heading of each setting is made out of its key.
  expect(
    Object.keys(Object.assign({}, ...contributes.configuration.map((c: { properties: object }) => c.properties))),
  ).toSatisfy((keys: string[]) => keys.every((key) => /^LIF Lab\.\w+$/.test(key)));
  expect(declaredSettings).toEqual(DEFAULTS);
});

test('shows tree menus by context values that tree items have', () => {
  const states = ['queued', 'running', 'finished', 'stopped', 'failed', 'interrupted'] as const;
  const variant = (runs: Parameters<typeof variantLook>[0]['runs']) => ({ file: FILE, name: 'a', runs });
  const row = { name: 'a', title: 'A', licence: '', citation: '', folder: null, remarks: [] };
  const contexts = [
    ...(['ready', 'incomplete', 'not here', 'generated'] as const).map(
      (state) => datasetLook({ ...row, state }).context,
    ),
    ...states.map((state) => runLook(run('1', { state })).context),
    ...[[], [running('1', 0.5)]].flatMap((runs) => [
      variantLook(variant(runs)).context,
      studyLook({ file: FILE, name: 's', variants: [variant(runs)] }).context,
    ]),
  ];
  for (const { command, when } of contributes.menus['view/item/context']) {
    const pattern = new RegExp(/viewItem =~ \/(.*?)\/(?: &&|$)/.exec(when)![1]!);
    expect(
      contexts.filter((context) => pattern.test(context)),
      `${command} when ${when}`,
    ).not.toEqual([]);
  }
});

test('stays asleep until an experiment file, a view or a command wants it', () => {
  expect(manifest.activationEvents).toEqual([
    'workspaceContains:**/*.lif.yaml',
    'workspaceContains:**/*.lif.json',
    ...VIEW_IDS.map((id) => `onWebviewPanel:lifLab.${id}`),
  ]);
});

test('restricts what an untrusted workspace could abuse', () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  expect([untrustedWorkspaces.supported, virtualWorkspaces.supported]).toEqual(['limited', 'limited']);
  expect(untrustedWorkspaces.restrictedConfigurations).toEqual([
    'LIF Lab.nodePath',
    'LIF Lab.executor',
    'LIF Lab.store',
    'LIF Lab.dataFolder',
    'LIF Lab.dataMirror',
    'LIF Lab.tensorFlow',
  ]);
  expect(manifest.enabledApiProposals).toBeUndefined();
});

test('has the pictures that it names, the icon as PNG of at least 128 pixels', () => {
  const icon = readFileSync(join(root, manifest.icon));
  expect(icon.subarray(1, 4).toString()).toBe('PNG');
  expect(icon.readUInt32BE(16)).toBeGreaterThanOrEqual(128);
  const pictures = [...text('package.json').matchAll(/"(media\/[^"]+)"/g)].map(([, path]) => path!);
  const panels = Object.values(VIEWS).flatMap(({ icon }) => [`media/${icon}-light.svg`, `media/${icon}-dark.svg`]);
  for (const path of [...pictures, ...panels]) {
    expect(existsSync(join(root, path)), path).toBe(true);
    expect(statSync(join(root, path)).size, path).toBeGreaterThan(50);
  }
});
