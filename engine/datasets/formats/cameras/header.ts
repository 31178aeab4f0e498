/** What the formats of event cameras share: events one after another, behind lines of text. */

export interface Sensor {
  width: number;
  height: number;
}

/** Takes one event: µs, pixel from the left and from the top, and 1 for brighter or 0 for darker. */
export type Emit = (time: number, x: number, y: number, polarity: number) => void;

export interface Camera {
  format: string;
  /** Where the file tells. */
  sensor: Sensor | undefined;
  /** Gives the events of the whole file in their order. Throws a UserError with the byte. */
  decode(bytes: Buffer, emit: Emit): void;
}

export interface TextHeader {
  lines: string[];
  /** Byte at which the events start. */
  start: number;
}

/**
 * Lines of text that begin with `mark`, up to the line `last` or one that is no text: the first byte of an event may be the
 * mark, too.
 */
export function textHeader(head: Buffer, mark: string, last: string): TextHeader {
  const lines: string[] = [];
  let start = 0;
  while (head.toString('latin1', start, start + 1) === mark) {
    const end = head.indexOf('\n', start);
    const line = head.toString('latin1', start, end).trimEnd();
    if (end < 0 || /[^\t\x20-\x7e\xa0-\xff]/.test(line)) break;
    lines.push(line);
    start = end + 1;
    if (line.toLowerCase() === last.toLowerCase()) break;
  }
  return { lines, start };
}
