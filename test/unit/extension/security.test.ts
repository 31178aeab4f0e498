// What a hostile repository may do in the editor before and after it is trusted.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_EXPERIMENT_BYTES, readExperiment } from '../../../extension/base/experiment-files.ts';
import { runLook, studyLook, variantLook } from '../../../extension/tree/nodes.ts';
import { run } from './support.ts';

const EXTENSION = join(import.meta.dirname, '../../../extension');
const sources = readdirSync(EXTENSION, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test('notifications and dialogs are shown by one module, which makes their text plain', () => {
  const others = sources.filter(
    (name) =>
      name !== join('base', 'notify.ts') &&
      /show(Error|Warning|Information)Message/.test(readFileSync(join(EXTENSION, name), 'utf8')),
  );
  expect(others, 'modules that show notifications past notify.ts').toEqual([]);
});

test('no Markdown of the editor may hold HTML, and commands only where nothing comes from files', () => {
  const trusting = sources.filter((name) =>
    /supportHtml\s*[:=]\s*true|isTrusted\s*[:=]\s*true|enabledCommands/.test(
      readFileSync(join(EXTENSION, name), 'utf8'),
    ),
  );
  // The hover has links that `commandLink` makes, and a picture in base64.
  expect(trusting.toSorted()).toEqual([join('language', 'inline', 'hover.ts'), join('status', 'status.ts')]);
});

test('a tooltip of the tree asks for no picture and holds no link, whatever the store says', () => {
  const evil = '`![x](https://e.example/p.png)`<img src="https://e.example/q.png">\n\n[y](command:z)';
  const file = `/home/me/${evil}/study.lif.yaml`;
  const hostile = run('1', { study: evil, variant: evil, file, folder: file, message: evil, damage: [evil] });
  const variant = { file, name: evil, runs: [hostile] };
  const looks = [runLook(hostile), variantLook(variant), studyLook({ file, name: evil, variants: [variant] })];
  for (const { tooltip } of looks) {
    const bare = tooltip.replace(/\\[!-/:-@[-`{-~]/g, '');
    expect(bare, 'what Markdown takes for more than text').not.toMatch(/[`[\]<>!]|https?:/);
  }
});

test('an experiment file is measured before it is read, and a large one or a pipe is not read at all', async () => {
  const read: string[] = [];
  const files = (type: number, size: number) => ({
    stat: async () => ({ type, size }),
    readFile: async ({ fsPath }: { fsPath: string }) => {
      read.push(fsPath);
      return new TextEncoder().encode('name: x');
    },
  });
  const uri = { fsPath: '/w/a.lif.yaml' };
  expect(await readExperiment(uri, files(1, 100))).toBe('name: x');
  expect(await readExperiment(uri, files(65, MAX_EXPERIMENT_BYTES))).toBe('name: x');
  await expect(readExperiment(uri, files(1, 100 * 1024 * 1024))).rejects.toThrow('/w/a.lif.yaml is larger than 1 MiB');
  await expect(readExperiment(uri, files(0, 0))).rejects.toThrow('/w/a.lif.yaml is not a file: it is not read.');
  expect(read).toHaveLength(2);
});
