// Runs the tests: builds what they need, makes the editor ready when its tests are asked for, and ends with one line
// of its own, "N passed, N failed, N skipped".
//
//   npm test                          everything
//   npm test -- --project unit        one kind: unit, contract, webview or editor
//   npm test -- test/unit/runs        whatever else vitest takes
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCLI, startVitest } from 'vitest/node';
import { build } from './build.mjs';
import { PrepareError, prepareChromium, prepareCodeServer } from './editor/prepare.mjs';
import { packageExtension } from './package.mjs';
import { prepareTensorFlow } from './tensorflow.mjs';

const PROJECTS = ['unit', 'contract', 'webview', 'editor'];

process.chdir(join(fileURLToPath(import.meta.url), '../..'));
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const wanted = wantedProjects();

// The package is a build, too.
if (wanted.includes('editor')) await packageExtension();
else await build();

// Downloads wait for nothing else.
const tensorFlow = wanted.includes('unit') ? prepareTensorFlow() : undefined;

const version = process.env.LIF_EDITOR_VERSION;
/** @type {Record<string, () => Promise<unknown>>} */
const preparations = {
  webview: () => prepareChromium(),
  editor: async () => {
    await prepareChromium();
    await prepareCodeServer(version ? { version } : {});
  },
};
const possible = [];
for (const project of wanted) if (await prepare(project)) possible.push(project);

const native = await tensorFlow;
if (native !== undefined) process.env.LIF_TENSORFLOW = native;

const counts = { passed: 0, failed: 0, skipped: 0 };
if (possible.length > 0) await runTests(possible);
// Tests that could not even start have not passed.
counts.failed += wanted.length - possible.length;
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
const total = counts.passed + counts.failed + counts.skipped;
process.exit(counts.failed === 0 && total > 0 ? 0 : 1);

/** The projects that the arguments ask for: by name, by the folder of a test, or all. */
function wantedProjects() {
  const named = [options.project ?? []].flat();
  if (named.length > 0) return PROJECTS.filter((project) => named.includes(project));
  const folders = filter.map((path) => /^(?:\.\/)?test\/([a-z]+)/.exec(path)?.[1]);
  if (folders.length > 0 && folders.every((folder) => PROJECTS.includes(folder ?? '')))
    return PROJECTS.filter((project) => folders.includes(project));
  return PROJECTS;
}

/**
 * Makes ready what the tests of a project need; says what to do when that is impossible.
 * @param {string} project
 */
async function prepare(project) {
  try {
    await preparations[project]?.();
    return true;
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    console.error(`The ${project} tests cannot be run: ${error.message}`);
    return false;
  }
}

/** @param {string[]} projects */
async function runTests(projects) {
  const vitest = await startVitest('test', filter, { ...options, project: projects, run: true, watch: false });
  for (const module of vitest.state.getTestModules()) {
    let failed = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed++;
      else if (state === 'failed') failed++;
      else counts.skipped++;
    }
    // A file that cannot be loaded, or whose set-up fails, has no failed test but is a failure.
    counts.failed += failed === 0 && !module.ok() ? 1 : failed;
  }
  counts.failed += vitest.state.getUnhandledErrors().length;
  await vitest.close();
}
