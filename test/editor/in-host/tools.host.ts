import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

const STUDY = `name: Tools
dataset: { name: delayed-xor, steps: 20, trainSamples: 100, testSamples: 50 }
network: { hidden: [4] }
training: { epochs: 2 }
variants: { baseline: {}, other: { neuron: { threshold: 2 } } }
`;

/** What a tool says, as a language model gets it. */
async function call(name: string, input: object) {
  const { content } = await vscode.lm.invokeTool(`lifLab_${name}`, { input, toolInvocationToken: undefined });
  const [part] = content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value);
}

describe('the tools for language models', () => {
  before(async () => {
    const [folder] = vscode.workspace.workspaceFolders!;
    writeFileSync(join(folder!.uri.fsPath, 'tools.lif.yaml'), STUDY);
    writeFileSync(join(folder!.uri.fsPath, 'bad.lif.yaml'), STUDY.replace('hidden', 'hiden'));
    await vscode.extensions.getExtension('lif-lab.lif-lab')!.activate();
  });

  it('are those of the manifest, and deleting is none of them', () => {
    const names = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('lifLab_'));
    const all = ['compare', 'events', 'list', 'run', 'show', 'stop', 'validate', 'wait'];
    assert.deepEqual(
      names.sort(),
      all.map((name) => `lifLab_${name}`),
    );
  });

  it('answer with the JSON of lif, from the files of the folder', async () => {
    assert.deepEqual((await call('list', {})).runs, []);
    assert.deepEqual((await call('events', {})).events, []);
    const { rows } = await call('compare', { file: 'tools.lif.yaml' });
    assert.deepEqual(
      rows.map(({ variant }: { variant: string }) => variant),
      ['baseline', 'other'],
    );
    assert.equal((await call('validate', { file: 'tools.lif.yaml', estimate: 0 })).runs, 2);
    const { problems } = await call('validate', { file: 'bad.lif.yaml', estimate: 0 });
    assert.ok(problems.some(({ suggestion }: { suggestion?: string }) => suggestion === 'hidden'));
  });

  // VS Code answers its own questions while suites run (extension tests have no dialogs): the tools are asked for elsewhere.
  it('train, wait and stop', async () => {
    const { runIds } = await call('run', { file: 'tools.lif.yaml', variants: ['baseline'] });
    assert.equal(runIds.length, 1);
    const { outcome, runs } = await call('wait', { runs: runIds, until: 'end', timeout: 60 });
    assert.deepEqual([outcome, runs[0].state], ['finished', 'finished']);
    assert.equal((await call('stop', { runs: runIds })).runs[0].state, 'finished');
  });

  it('open nothing outside of the folder', async () => {
    await assert.rejects(call('compare', { file: '/etc/hostname' }), /lies outside of/);
  });
});
