/** Repositories made by an enemy: whatever they would have git run leaves a file, and none of it may come to be there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_CHANGES } from '../../../engine/runs/origin.ts';
import { gitState, uncommitted } from '../../../engine/studies/git.ts';
import { temporaryFolder } from '../runs/fixtures.ts';

let repository: string;
/** Made by what must not run. */
let planted: string;
let commit: string;

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=me', '-c', 'user.email=me@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...args], { cwd: repository, encoding: 'utf8', stdio: 'pipe' }).trim();
}

function write(name: string, text: string): void {
  writeFileSync(join(repository, name), text);
}

beforeEach(() => {
  repository = join(temporaryFolder(), 'cloned');
  mkdirSync(repository);
  planted = join(repository, '..', 'planted');
  git('init', '-q');
  write('study.lif.yaml', 'name: x\n');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  commit = git('rev-parse', 'HEAD');
});

/** The file's time is another: git has to look into it. */
function touchStudy(): void {
  utimesSync(join(repository, 'study.lif.yaml'), 5, 5);
}

const plant = () => `sh -c 'echo ran >> "${planted}"; cat'`;

test('a repository at a commit, with and without changes', async () => {
  expect(await gitState(repository)).toEqual({ gitCommit: commit, gitDirty: false });
  touchStudy();
  expect(await gitState(repository), 'only its time changed').toEqual({ gitCommit: commit, gitDirty: false });
  mkdirSync(join(repository, 'sub'));
  write('study.lif.yaml', 'name: y\n');
  expect(await gitState(join(repository, 'sub'))).toEqual({ gitCommit: commit, gitDirty: true });
});

test('no repository, one without a commit, and a broken one: nothing is known', async () => {
  expect(await gitState(temporaryFolder())).toEqual({});
  const empty = temporaryFolder();
  execFileSync('git', ['init', '-q'], { cwd: empty });
  expect(await gitState(empty)).toEqual({});
  const broken = temporaryFolder();
  mkdirSync(join(broken, '.git'));
  expect(await gitState(broken)).toEqual({});
});

describe.runIf(process.platform !== 'win32')('nothing of the repository runs', () => {
  async function nothingRuns(expected: object): Promise<void> {
    touchStudy();
    const state = await gitState(repository);
    expect(existsSync(planted), 'a program of the repository ran').toBe(false);
    expect(state).toEqual(expected);
  }

  test.each(['clean', 'process', 'smudge'])('a %s filter', async (kind) => {
    write('.gitattributes', '*.yaml filter=evil\n');
    git('add', '.gitattributes');
    git('commit', '-q', '-m', 'attributes');
    git('config', `filter.evil.${kind}`, plant());
    git('config', 'filter.evil.required', 'true');
    await nothingRuns({ gitCommit: git('rev-parse', 'HEAD'), gitDirty: false });
    write('study.lif.yaml', 'name: y\n');
    await nothingRuns({ gitCommit: git('rev-parse', 'HEAD') });
  });

  test('a filter whose name does not fit on a command line', async () => {
    write('.git/info/attributes', '*.yaml filter=a=b\n');
    git('config', 'filter.a=b.clean', plant());
    await nothingRuns({ gitCommit: commit });
  });

  test('a filter from a file that the settings include', async () => {
    write('.gitattributes', '*.yaml filter=evil\n');
    git('add', '.gitattributes');
    git('commit', '-q', '-m', 'attributes');
    const head = git('rev-parse', 'HEAD');
    write('more', `[filter "evil"]\n\tclean = ${JSON.stringify(plant())}\n`);
    git('config', 'include.path', '../more');
    await nothingRuns({ gitCommit: head, gitDirty: false });
  });

  test('hooks, where they usually lie and where the settings say', async () => {
    for (const folder of [join(repository, '.git', 'hooks'), join(repository, 'hooks')]) {
      mkdirSync(folder, { recursive: true });
      for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction']) {
        writeFileSync(join(folder, hook), `#!/bin/sh\necho ran >> "${planted}"\n`);
        chmodSync(join(folder, hook), 0o755);
      }
    }
    await nothingRuns({ gitCommit: commit, gitDirty: false });
    git('config', 'core.hooksPath', 'hooks');
    await nothingRuns({ gitCommit: commit, gitDirty: false });
  });

  test('a monitor of the file system', async () => {
    git('config', 'core.fsmonitor', plant());
    await nothingRuns({ gitCommit: commit, gitDirty: false });
  });

  test('a bare repository that is committed in a subfolder', async () => {
    const bare = join(repository, 'examples');
    execFileSync('git', ['init', '-q', '--bare', bare]);
    for (const [key, value] of [
      ['core.fsmonitor', plant()],
      ['core.bare', 'false'],
      ['core.worktree', repository],
      ['filter.evil.clean', plant()],
    ] as const)
      execFileSync('git', ['config', '-f', join(bare, 'config'), key, value]);
    writeFileSync(join(bare, 'study.lif.yaml'), 'name: x\n');
    const state = await gitState(bare);
    expect(existsSync(planted)).toBe(false);
    expect(state).toEqual({ gitCommit: commit, gitDirty: false });
  });

  test('objects that are missing are not fetched by a program of the repository', async () => {
    git('config', 'remote.origin.promisor', 'true');
    git('config', 'remote.origin.url', 'ssh://x@host.example/y');
    git('config', 'core.sshCommand', plant());
    git('config', 'extensions.partialClone', 'origin');
    git('config', 'core.repositoryFormatVersion', '1');
    const tree = git('rev-parse', 'HEAD^{tree}');
    const object = join(repository, '.git', 'objects', tree.slice(0, 2), tree.slice(2));
    renameSync(object, join(repository, '..', 'gone'));
    await nothingRuns({ gitCommit: commit });
  });

  test('a submodule with settings of its own', async () => {
    const other = join(repository, '..', 'other');
    execFileSync('git', ['clone', '-q', repository, other]);
    git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other, 'module');
    git('commit', '-q', '-m', 'module');
    execFileSync('git', ['config', 'core.fsmonitor', plant()], { cwd: join(repository, 'module') });
    await nothingRuns({ gitCommit: git('rev-parse', 'HEAD'), gitDirty: false });
  });
});

test('what is not committed is told as git knows it, and no program of the repository has a say', async () => {
  expect(await uncommitted(repository)).toBeUndefined();
  expect(await uncommitted(temporaryFolder())).toBeUndefined();
  write('.gitattributes', '*.yaml diff=evil\n');
  git('config', 'diff.external', plant());
  git('config', 'diff.evil.command', plant());
  git('config', 'diff.evil.textconv', plant());
  write('study.lif.yaml', 'name: y\n');
  expect(await uncommitted(join(repository))).toMatch(/^diff --git .*\n-name: x\n\+name: y\n$/s);
  // Two bytes for each sign: what is kept is bounded as it lies on the disk, where it is read again.
  write('study.lif.yaml', `# ${'ä'.repeat(50_000)}\n`);
  const cut = (await uncommitted(repository))!;
  expect(cut.slice(-40)).toMatch(/… \d+ bytes in all\.\n$/);
  expect(Buffer.byteLength(cut)).toBeLessThan(MAX_CHANGES + 100);
  expect(existsSync(planted)).toBe(false);
});
