/**
 * Unpacking LZ4 (github.com/lz4/lz4, doc/lz4_Frame_format.md and lz4_Block_format.md): frames, and blocks in them. What is
 * damaged never gives more bytes than it may.
 */

const MAGIC = 0x184d2204;
/** Of the flags of a frame. */
const [BLOCK_SUMS, LENGTH, CONTENT_SUM, DICTIONARY] = [0x10, 0x08, 0x04, 0x01];
const STORED = 0x80000000;

/** The content of all frames, or undefined when they are damaged or unpack to more than `limit` bytes. */
export function unpackLz4(packed: Buffer, limit: number): Buffer | undefined {
  const out = new Output(limit);
  let offset = 0;
  while (offset < packed.length) {
    if (offset + 7 > packed.length || packed.readUInt32LE(offset) !== MAGIC) return undefined;
    const flags = packed[offset + 4]!;
    if (flags >>> 6 !== 1 || flags & DICTIONARY) return undefined;
    offset += 7 + (flags & LENGTH ? 8 : 0);
    for (;;) {
      if (offset + 4 > packed.length) return undefined;
      const head = packed.readUInt32LE(offset);
      offset += 4;
      if (head === 0) break;
      const end = offset + (head & ~STORED);
      if (end > packed.length) return undefined;
      const block = packed.subarray(offset, end);
      if (!(head & STORED ? out.copy(block) : unpackBlock(block, out))) return undefined;
      offset = end + (flags & BLOCK_SUMS ? 4 : 0);
    }
    if (flags & CONTENT_SUM) offset += 4;
  }
  return out.bytes();
}

/** The content of one block without a frame, or undefined when it is damaged or unpacks to more than `limit` bytes. */
export function unpackLz4Block(block: Buffer, limit: number): Buffer | undefined {
  const out = new Output(limit);
  return unpackBlock(block, out) ? out.bytes() : undefined;
}

/** Literals, then a match: a number of bytes again, from some distance back. False when damaged. */
function unpackBlock(block: Buffer, out: Output): boolean {
  let offset = 0;
  /** Lengths from 15 on go on in further bytes. */
  const longer = (length: number): number => {
    if (length < 15) return length;
    let more: number;
    do {
      more = block[offset++] ?? -1;
      length += more;
    } while (more === 255);
    return more < 0 ? Number.NaN : length;
  };
  while (offset < block.length) {
    const token = block[offset++]!;
    const literals = longer(token >>> 4);
    if (!(offset + literals <= block.length) || !out.copy(block.subarray(offset, offset + literals))) return false;
    offset += literals;
    // The last literals have no match.
    if (offset === block.length) return true;
    if (offset + 2 > block.length) return false;
    const back = block.readUInt16LE(offset);
    offset += 2;
    const length = longer(token & 15);
    if (!out.repeat(back, length + 4)) return false;
  }
  return block.length === 0;
}

/** Bytes that grow up to a limit. */
class Output {
  private buffer = Buffer.alloc(1 << 16);
  private length = 0;

  constructor(private readonly limit: number) {}

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
    if (!(wanted <= this.limit)) return false;
    if (wanted > this.buffer.length) {
      const longer = Buffer.alloc(Math.min(this.limit, Math.max(wanted, 2 * this.buffer.length)));
      this.buffer.copy(longer, 0, 0, this.length);
      this.buffer = longer;
    }
    return true;
  }
}
