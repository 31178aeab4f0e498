import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFolder, sourcePath } from '../../../engine/datasets/library/locations.ts';
import { drawPicture, drawRaster } from '../../../engine/datasets/preview.ts';

describe('previews', () => {
  test('a raster has channels from top to bottom and time from left to right, darker where there is more', () => {
    const offsets = Uint32Array.of(0, 1, 1, 4);
    const channels = Uint16Array.of(0, 2, 2, 2);
    expect(drawRaster(3, 3, offsets, channels)).toEqual(['|-  |', '|   |', '|  @|', ' step 02']);
  });

  test('many channels and steps share a cell', () => {
    const steps = 720;
    const offsets = Uint32Array.from({ length: steps + 1 }, (_, t) => t);
    const channels = Uint16Array.from({ length: steps }, (_, t) => Math.floor((t * 480) / steps));
    const lines = drawRaster(480, steps, offsets, channels);
    expect(lines).toHaveLength(25);
    for (const [row, line] of lines.slice(0, 24).entries())
      expect(line, `row ${row}`).toBe(`|${' '.repeat(3 * row)}@@@${' '.repeat(69 - 3 * row)}|`);
  });

  test('a picture adds its planes; something faint still shows; an empty one is empty', () => {
    const values = Float64Array.of(0, 100, 0.001, 0, 0, 50, 0, 0);
    expect(drawPicture(values, { planes: 2, height: 2, width: 2 })).toEqual(['  @@', '..  ']);
    expect(drawPicture(new Float64Array(4), { planes: 1, height: 2, width: 2 })).toEqual(['    ', '    ']);
  });
});

describe('the data folder', () => {
  test('is LIF_DATA, or what the platform has for caches', () => {
    const home = homedir();
    expect(dataFolder({ LIF_DATA: '/data' }, 'linux')).toBe('/data');
    expect(dataFolder({}, 'linux')).toBe(join(home, '.cache/lif-lab'));
    expect(dataFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/lif-lab');
    expect(dataFolder({}, 'darwin')).toBe(join(home, 'Library/Caches/lif-lab'));
    expect(dataFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/lif-lab/Cache');
  });

  test('paths are relative to the experiment file', () => {
    expect(sourcePath('data/mnist', 'mnist', '/home/me/studies/a.lif.yaml')).toBe('/home/me/studies/data/mnist');
    expect(sourcePath('/abs', 'mnist', '/home/me/a.lif.yaml')).toBe('/abs');
  });
});
