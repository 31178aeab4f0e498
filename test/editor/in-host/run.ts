// Runs the mocha suites that lie beside it, inside an extension host: that of a code-server in our tests, that of a
// desktop VS Code under `@vscode/test-electron` or F5. Both call `run`.
import fs from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import type { HostResult } from '../harness/in-host.ts';

export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000 });
  for (const name of fs.readdirSync(__dirname).sort()) {
    if (name.endsWith('.host.cjs')) mocha.addFile(path.join(__dirname, name));
  }
  const result: HostResult = { passed: [], failed: [], skipped: [] };
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const file = process.env.LIF_HOST_RESULT;
      if (file) {
        fs.writeFileSync(`${file}.new`, JSON.stringify(result));
        fs.renameSync(`${file}.new`, file);
      }
      if (failures > 0) reject(new Error(`${failures} tests in the extension host failed.`));
      else resolve();
    });
    runner.on('pass', (test) => result.passed.push(test.fullTitle()));
    runner.on('pending', (test) => result.skipped.push(test.fullTitle()));
    runner.on('fail', (test, error: Error) => {
      result.failed.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
  });
}
