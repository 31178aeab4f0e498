/** The query process behind the editor: `lif host`. */

import { plainText } from '../../protocol/text/plain-text.ts';
import { engineServices } from './engine-services.ts';
import { serve } from './server.ts';

/**
 * Serves standard input and output until the input ends, that is: until the editor goes.
 * @param lif program and first arguments that start `lif` again, for the processes that train.
 */
export async function startHost(lif: string[]): Promise<void> {
  // Standard output belongs to the protocol; whatever a library prints must not get into it.
  const log = (line: unknown): void => void process.stderr.write(`${plainText(String(line))}\n`);
  console.log = console.info = console.debug = log;
  // The other side is gone: the end of the input follows.
  process.stdout.on('error', () => {});
  endWithParent();
  await serve(process.stdin, process.stdout, engineServices(lif), log);
}

/** Also when somebody else still holds the other end of the input. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
}
