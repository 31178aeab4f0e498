import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findStore } from '../../../engine/cli/stores.ts';
import { temporaryFolder } from '../runs/fixtures.ts';

test('the nearest store or repository, else the folder itself', () => {
  const root = temporaryFolder();
  const deep = join(root, 'repository', 'studies', 'deep');
  mkdirSync(deep, { recursive: true });
  expect(findStore(deep)).toBe(join(deep, '.lif'));
  mkdirSync(join(root, '.lif'));
  expect(findStore(deep)).toBe(join(root, '.lif'));
  mkdirSync(join(root, 'repository', '.git'));
  expect(findStore(deep)).toBe(join(root, 'repository', '.lif'));
  mkdirSync(join(root, 'repository', 'studies', '.lif'));
  expect(findStore(deep)).toBe(join(root, 'repository', 'studies', '.lif'));
});
