import { describe, expect, test } from 'vitest';
import { experimentName, folderOf, isExperimentFile, storeFor } from '../../../extension/base/experiment-files.ts';
import {
  accuracyText,
  activity,
  commandLink,
  duration,
  progressText,
  verdictWord,
} from '../../../extension/base/text.ts';
import { worded } from '../../../protocol/comparison/verdicts.ts';
import { run, running } from './support.ts';

describe('experiment files', () => {
  test('are known by their name', () => {
    const names = ['a.lif.yaml', 'a.lif.json', 'a.yaml', 'a.lif.yml', 'lif.yaml', 'a.lif.yaml.bak'];
    expect(names.filter(isExperimentFile)).toEqual(['a.lif.yaml', 'a.lif.json']);
  });

  test('get their ending when they are made', () => {
    const names = ['/a', '/a.yaml', '/a.yml', '/a.lif', '/a.lif.yaml', '/a.lif.json', '/a.b'];
    expect(names.map(experimentName)).toEqual([...Array(5).fill('/a.lif.yaml'), '/a.lif.json', '/a.b.lif.yaml']);
  });

  test('keep their runs in the innermost workspace folder that contains them', () => {
    const folders = ['/ws', '/ws/inner', '/ws2'];
    expect(storeFor('/ws/a.lif.yaml', folders)).toBe('/ws/.lif');
    expect(storeFor('/ws/inner/deep/a.lif.yaml', folders)).toBe('/ws/inner/.lif');
    expect(storeFor('/ws22/a.lif.yaml', folders)).toBe('/ws22/.lif');
    expect(folderOf('/ws2/a.lif.yaml', folders)).toBe('/ws2');
    expect(storeFor('/ws/a.lif.yaml', folders, 'runs/here')).toBe('/ws/runs/here');
    expect(storeFor('/ws/a.lif.yaml', folders, '/scratch/lif')).toBe('/scratch/lif');
  });
});

describe('texts', () => {
  test('link commands, whatever their arguments hold', () => {
    const link = commandLink('Go', 'lifLab.curves', ['/a (b)', '![x](y) *c* \'"`<']);
    const [, encoded] = /^\[Go\]\(command:lifLab\.curves\?([\w.%-]+)\)$/.exec(link)!;
    expect(JSON.parse(decodeURIComponent(encoded!))).toEqual(['/a (b)', '![x](y) *c* \'"`<']);
  });

  test('say a verdict as the engine does, where nothing is translated', () => {
    const paired = { seeds: [1], differences: [-0.021], mean: -0.021, p: 1 };
    for (const kind of ['baseline', 'identical', 'unpaired', 'undecided', 'better', 'worse', 'none'] as const) {
      const verdict = worded({ kind, against: 'a', wanted: 1, paired });
      expect(verdictWord(verdict)).toBe(verdict.label);
    }
  });

  test('say how accurate, how long and how far', () => {
    expect(accuracyText({ mean: 0.9612, deviation: 0.00401, count: 3 })).toBe('96.1 % ± 0.4 · 3 seeds');
    expect(accuracyText({ mean: 0.5, count: 1 })).toBe('50.0 % · 1 seed');
    expect([duration(59.4), duration(200), duration(7500)]).toEqual(['59 s', '3 min 20 s', '2 h 05 min']);
    const queued = run('q', { state: 'queued', progress: 0 });
    expect([activity([]), activity([queued, queued]), activity([running('1', 0.5), queued, run('f')])]).toEqual([
      '',
      '2 queued',
      '1 running, 1 queued · 50 %',
    ]);
    expect(activity([running('1', 0.5), running('2', 0.5, { stopping: true }), { ...queued, stopping: true }])).toBe(
      '1 running, 2 stopping · 33 %',
    );
    const [now, before] = [running('2', 0.5), running('1', 0.9)];
    const earlier = run('old', { createdAt: -100_000 });
    expect(activity([before, now, earlier]), 'what ran long ago does not count').toBe('2 running · 70 %');
    expect(activity([run('1'), now, earlier]), 'one that ends counts on').toBe('1 running · 75 %');
    expect(activity([run('1'), queued]), 'and while none is running').toBe('1 queued · 50 %');
    expect([progressText(0.999), progressText(1), progressText(0.129)]).toEqual(['99 %', '100 %', '12 %']);
  });
});
