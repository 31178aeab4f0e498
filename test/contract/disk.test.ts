/** Runs on disks that are full or become read-only: real file systems, mounted for the test. The trainer is a fake. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../engine/runs/store.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { Lab } from './fake/lab.ts';

const FULL = 'The run could not be written: the disk is full; make room and resume it.';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
});
afterAll(() => lab?.close());
beforeEach(() => lab.clear());

describe('with a small disk of its own', () => {
  let disk: string | undefined;
  let store: string;
  beforeAll(() => {
    disk = mountDisk(join(lab.folder, 'disk'));
    store = join(disk ?? '', '.lif');
  });
  afterAll(() => {
    if (disk) spawnSync('umount', [disk]);
  });
  // Only root can mount one, and not in every container.
  beforeEach(({ skip }) => {
    skip(!disk, 'no file system can be mounted here');
    rmSync(store, { recursive: true, force: true });
  });

  function onlyRun(): RunSummary {
    const runs = openStore(store).summaries();
    expect(runs).toHaveLength(1);
    return runs[0]!;
  }

  test('full while it trains: the run fails with that reason, and what was logged is still there', async () => {
    lab.study({ variants: ['big'], epochs: 3 });
    const { code, stderr } = await lab.lif('run', 'study.lif.yaml', '--store', store);
    expect(code).toBe(1);
    expect(stderr).toContain(FULL);
    const run = onlyRun();
    expect(run).toMatchObject({ state: 'failed', message: FULL, damage: [] });
    expect(lab.metrics(run).train.step).toEqual([1, 2]);
  });

  test('full before it goes on: failed with that reason, and with room again it ends as if nothing had been', async () => {
    lab.study({ variants: ['baseline'], epochs: 40 });
    expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 0 });
    const expected = lab.metrics(lab.run('baseline'));
    lab.study({ variants: ['baseline'], epochs: 40, step: 40 });
    const { child, ended } = lab.start('run', 'study.lif.yaml', '--store', store);
    await expect.poll(() => openStore(store).summaries()[0]?.epoch, { timeout: 20_000 }).toBeGreaterThanOrEqual(1);
    child.kill('SIGINT');
    await ended;
    const { id } = onlyRun();

    const filler = join(disk!, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(2 ** 21))).toThrow('ENOSPC');
    const { code, stderr } = await lab.lif('resume', id, '--store', store);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(FULL) as string });
    expect(onlyRun()).toMatchObject({ state: 'failed', message: FULL, damage: [] });

    rmSync(filler);
    expect(await lab.lif('resume', id, '--store', store)).toMatchObject({ code: 0 });
    const run = onlyRun();
    expect(run).toMatchObject({ state: 'finished', damage: [] });
    expect(lab.metrics(run)).toEqual(expected);
  });

  test('read-only under a run: said in the terminal, interrupted in the store, and resumed once it can be written', async () => {
    lab.study({ variants: ['baseline'], epochs: 40 });
    expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 0 });
    const expected = lab.metrics(lab.run('baseline'));
    lab.clear();
    lab.study({ variants: ['baseline'], epochs: 40, step: 20 });
    const { ended } = lab.start('run', 'study.lif.yaml');
    const [run] = await lab.until('an epoch', ([one]) => (one?.epoch ?? 0) >= 1);
    // What is open can still be written, as on a disk that gives up step by step.
    expect(spawnSync('mount', ['--bind', run!.folder, run!.folder]).status).toBe(0);
    try {
      expect(spawnSync('mount', ['-o', 'remount,ro,bind', run!.folder]).status).toBe(0);
      const { code, stderr } = await ended;
      expect(code).toBe(1);
      expect(stderr).toContain(`The end of ${run!.id} could not be recorded: the file system is read-only.`);
      await lab.until('interrupted', ([one]) => one?.state === 'interrupted');
    } finally {
      spawnSync('umount', [run!.folder]);
    }
    expect(await lab.lif('resume', run!.id)).toMatchObject({ code: 0 });
    expect(lab.run('baseline')).toMatchObject({ state: 'finished', damage: [] });
    expect(lab.metrics(run!)).toEqual(expected);
  });

  test('read-only from the start: one sentence, no run', async () => {
    lab.study({ variants: ['baseline'] });
    expect(spawnSync('mount', ['-o', 'remount,ro', disk!]).status).toBe(0);
    try {
      const { code, stderr } = await lab.lif('run', 'study.lif.yaml', '--store', join(disk!, 'other'));
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^The runs cannot be written to .*: the file system is read-only; choose another folder with --store\.$/m,
      );
    } finally {
      spawnSync('mount', ['-o', 'remount,rw', disk!]);
    }
  });
});

/** Mounts a file system of 1 MB; undefined where that cannot be had. */
function mountDisk(folder: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  mkdirSync(folder);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0 ? folder : undefined;
}
