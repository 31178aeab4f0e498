/**
 * Unpacking LZ4 (github.com/lz4/lz4, doc/lz4_Frame_format.md and lz4_Block_format.md): frames, and blocks in them. What is
 * damaged never gives more bytes than it may.
 */

const MAGIC = 0x184d2204;
/** Of the flags of a frame. */
const [BLOCK_SUMS, LENGTH, CONTENT_SUM, DICTIONARY] = [0x10, 0x08, 0x04, 0x01];
const STORED = 0x80000000;

/** The content of all frames, or undefined when they are damaged or unpack to more than `most` bytes. */
export function unpackLz4(packed: Buffer, most: number): Buffer | undefined {
  const out = new Output(most);
  let at = 0;
  while (at < packed.length) {
    if (at + 7 > packed.length || packed.readUInt32LE(at) !== MAGIC) return undefined;
    const flags = packed[at + 4]!;
    if (flags >>> 6 !== 1 || flags & DICTIONARY) return undefined;
    at += 7 + (flags & LENGTH ? 8 : 0);
    for (;;) {
      if (at + 4 > packed.length) return undefined;
      const head = packed.readUInt32LE(at);
      at += 4;
      if (head === 0) break;
      const end = at + (head & ~STORED);
      if (end > packed.length) return undefined;
      const block = packed.subarray(at, end);
      if (!(head & STORED ? out.copy(block) : unpackBlock(block, out))) return undefined;
      at = end + (flags & BLOCK_SUMS ? 4 : 0);
    }
    if (flags & CONTENT_SUM) at += 4;
  }
  return out.bytes();
}

/** The content of one block without a frame, or undefined when it is damaged or unpacks to more than `most` bytes. */
export function unpackLz4Block(block: Buffer, most: number): Buffer | undefined {
  const out = new Output(most);
  return unpackBlock(block, out) ? out.bytes() : undefined;
}

/** Literals, then a match: so many bytes again from so far back. False when damaged. */
function unpackBlock(block: Buffer, out: Output): boolean {
  let at = 0;
  /** Lengths from 15 on go on in further bytes. */
  const longer = (length: number): number => {
    if (length < 15) return length;
    let more: number;
    do {
      more = block[at++] ?? -1;
      length += more;
    } while (more === 255);
    return more < 0 ? Number.NaN : length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = longer(token >>> 4);
    if (!(at + literals <= block.length) || !out.copy(block.subarray(at, at + literals))) return false;
    at += literals;
    // The last literals have no match.
    if (at === block.length) return true;
    if (at + 2 > block.length) return false;
    const back = block.readUInt16LE(at);
    at += 2;
    const length = longer(token & 15);
    if (!out.repeat(back, length + 4)) return false;
  }
  return block.length === 0;
}

/** Bytes that grow up to a limit. */
class Output {
  private buffer = Buffer.alloc(1 << 16);
  private length = 0;

  constructor(private readonly most: number) {}

  copy(bytes: Buffer): boolean {
    if (!this.reserve(bytes.length)) return false;
    bytes.copy(this.buffer, this.length);
    this.length += bytes.length;
    return true;
  }

  repeat(back: number, length: number): boolean {
    if (back === 0 || back > this.length || !this.reserve(length)) return false;
    // A match may reach into itself: byte after byte.
    for (let end = this.length + length; this.length < end; this.length++)
      this.buffer[this.length] = this.buffer[this.length - back]!;
    return true;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(more: number): boolean {
    const wanted = this.length + more;
    if (!(wanted <= this.most)) return false;
    if (wanted > this.buffer.length) {
      const longer = Buffer.alloc(Math.min(this.most, Math.max(wanted, 2 * this.buffer.length)));
      this.buffer.copy(longer, 0, 0, this.length);
      this.buffer = longer;
    }
    return true;
  }
}
