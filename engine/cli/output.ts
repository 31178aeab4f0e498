/**
 * All that `lif` says leaves here: no name, path or server's reason in it can command a terminal or begin a line of its
 * own, and an answer that could not be written whole is a failure.
 */
import { fstatSync, writeSync } from 'node:fs';
import { plainJson, plainLine, plainText } from '../../protocol/text/plain-text.ts';
import { UserError } from '../base/errors.ts';
import { errorCode, reason } from '../base/files.ts';

/** The one JSON document of a command. */
export function printJson(document: unknown): void {
  write(`${plainJson(JSON.stringify(document, null, 2))}\n`);
}

export function printLines(lines: string[]): void {
  write(lines.map((line) => `${plainLine(line)}\n`).join(''));
}

/** A sentence, or some lines, beside the answer: on standard error. */
export function say(text: string): void {
  process.stderr.write(`${plainText(text)}\n`);
}

/** Throws a UserError when standard output does not take it. */
function write(text: string): void {
  // Node takes a part that a full disk took for the whole.
  if (isDisk()) writeWhole(Buffer.from(text));
  else process.stdout.write(text);
}

function isDisk(): boolean {
  if (process.stdout.isTTY) return false;
  try {
    const info = fstatSync(1);
    return info.isFile() || info.isCharacterDevice();
  } catch {
    return false;
  }
}

function writeWhole(bytes: Uint8Array): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
  } catch (error) {
    throw unwritten(error);
  }
}

const unwritten = (error: unknown) => new UserError(`The output cannot be written: ${reason(error)}.`);

/** What happens when a stream fails later: nothing, for a reader that has seen enough or a terminal that was closed. */
export function watchStreams(): void {
  process.stdout.on('error', (error) => {
    if (errorCode(error) === 'EPIPE') process.exit(0);
    say(unwritten(error).message);
    process.exit(2);
  });
  // Runs still have to be stopped in order.
  process.stderr.on('error', () => {});
}
