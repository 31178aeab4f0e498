/** Offsets (UTF-16 units) to lines and columns and back, both from 0, as VS Code counts them. */
import type { Position, Range } from '../../../protocol/experiment.ts';

export class LineIndex {
  private readonly starts: number[] = [0];
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) this.starts.push(i + 1);
    }
  }

  position(offset: number): Position {
    offset = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - this.starts[low]! };
  }

  /** Positions beyond the end of a line or of the text are moved back to it. */
  offset({ line, column }: Position): number {
    if (line < 0) return 0;
    if (line >= this.starts.length) return this.text.length;
    const start = this.starts[line]!;
    return Math.max(start, Math.min(start + column, this.lineEnd(start)));
  }

  /** Offset of the end of the line that `offset` is on, before its line break. */
  lineEnd(offset: number): number {
    while (offset < this.text.length && this.text[offset] !== '\n' && this.text[offset] !== '\r') offset++;
    return offset;
  }

  /** A range on one line: what goes on to further lines is cut off, so that an underline stays readable. */
  range(start: number, end: number): Range {
    const clipped = Math.max(start, Math.min(end, this.lineEnd(start)));
    return { start: this.position(start), end: this.position(clipped) };
  }
}
