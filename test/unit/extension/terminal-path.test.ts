import { expect, test } from 'vitest';
import { offerLif } from '../../../extension/terminal-path.ts';

test('the integrated terminal finds lif at the end of its PATH, in the runtime that is configured', () => {
  const set: unknown[] = [];
  const variables = {
    description: undefined as string | undefined,
    clear: () => void set.push('clear'),
    append: (name: string, value: string) => void set.push([name, value]),
    replace: (name: string, value: string) => void set.push([name, value]),
    delete: () => {},
  };
  const settings = { nodePath: '/opt/node', dataFolder: '', tensorFlow: '' };
  offerLif(variables, '/extension/dist', settings);
  const always = ['clear', ['PATH', ':/extension/dist/bin'], ['LIF_NODE', '/opt/node']];
  expect(set).toEqual(always);
  offerLif(variables, '/extension/dist', { ...settings, dataFolder: '/data', tensorFlow: 'javascript' });
  expect(set.slice(3)).toEqual([...always, ['LIF_DATA', '/data'], ['LIF_TENSORFLOW', 'javascript']]);
});
