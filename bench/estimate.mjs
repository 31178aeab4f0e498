/**
 * The time that `lif validate` foretells beside the time that all runs take:
 * `node bench/estimate.mjs FILE…`, with nothing else running. Measures the pace of each variant anew.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lif = fileURLToPath(new URL('../dist/lif.mjs', import.meta.url));

/** What `lif` answers, and the seconds that it took. @param {string[]} args */
function ask(...args) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [lif, ...args, '--json'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`lif ${args.join(' ')} ended with ${status}: ${stderr.trim() || stdout}`);
  return { answer: JSON.parse(stdout), seconds: (performance.now() - began) / 1000 };
}

console.log('| study | runs | foretold, s | measured, s | ratio | asking, s |\n|---|---|---|---|---|---|');
for (const file of process.argv.slice(2)) {
  const store = mkdtempSync(join(tmpdir(), 'lif-estimate-'));
  try {
    const { answer, seconds: asking } = ask('validate', file, '--estimate', '2');
    const { seconds } = ask('run', file, '--store', store);
    const foretold = answer.estimate.seconds;
    const numbers = [foretold, seconds, foretold / seconds, asking].map((n, i) => n.toFixed(i === 2 ? 2 : 1));
    console.log(`| ${[file, answer.runs, ...numbers].join(' | ')} |`);
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}
