/**
 * The one source of randomness. A stream is named by the run's seed, a purpose and up to three numbers (epoch,
 * sample, layer …), so what a sample looks like never depends on how many threads there are or what was drawn before.
 */

/** Finaliser of MurmurHash3: mixes 32 bits. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32-bit FNV-1a of a name. */
export function hashName(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** xoshiro128** (Blackman and Vigna): 128 bits of state, 32 bits a draw. */
export class Rng {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  /** Restart as the stream (seed, purpose, i, j, k); `purpose` is a hashName. Cheap enough for once a sample. */
  reset(seed: number, purpose: number, i = 0, j = 0, k = 0): this {
    let h = mix(seed ^ 0x9e3779b9);
    h = mix(h ^ purpose);
    h = mix((h + Math.imul(i, 0x9e3779b1)) | 0);
    h = mix((h ^ Math.imul(j + 1, 0x85ebca77)) | 0);
    h = mix((h + Math.imul(k + 1, 0xc2b2ae3d)) | 0);
    // SplitMix32 fills the state; all four words being zero is impossible for distinct increments.
    this.a = mix((h + 0x9e3779b9) | 0) | 0;
    this.b = mix((h + 0x3c6ef372) | 0) | 0;
    this.c = mix((h + 0xdaa66d2b) | 0) | 0;
    this.d = mix((h + 0x78dde6e4) | 0) | 0;
    return this;
  }

  /** Uniform 32-bit unsigned integer. */
  uint32(): number {
    const r = Math.imul(this.b, 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /**
   * One draw for each of items[from … to): those whose draw is not above their `last` (lastDraw) are written to `out`, behind
   * its first `n`; one entry more may be overwritten. Returns the new n. Written so that the state stays in registers and no
   * branch depends on a draw.
   */
  select(out: Uint16Array, n: number, items: Uint16Array, last: Int32Array, from: number, to: number): number {
    let { a, b, c, d } = this;
    let count = n | 0;
    for (let i = from; i < to; i++) {
      const r = Math.imul(b, 5);
      const x = Math.imul((r << 7) | (r >>> 25), 9);
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
      const y = last[i]!;
      out[count] = items[i]!;
      // 1 when x <= y, both without sign.
      count = (count + (((~x | y) & ((x ^ y) | ~(y - x))) >>> 31)) | 0;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    return count;
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    return this.uint32() * 2 ** -32;
  }

  /** Uniform integer in [0, n), n <= 2^32; unbiased by rejection. */
  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let x = this.uint32();
    while (x >= limit) x = this.uint32();
    return x % n;
  }

  /** Standard normal, Box-Muller without the spare value: one stream position per draw pair. */
  normal(): number {
    const u = 1 - this.uniform();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** The greatest 32-bit draw x with x·2⁻³² < p, as select() takes it; 0 < p <= 1. */
export function lastDraw(p: number): number {
  return (Math.ceil(p * 2 ** 32) - 1) | 0;
}

/** A stream of its own. */
export function stream(seed: number, purpose: string, i = 0, j = 0, k = 0): Rng {
  return new Rng().reset(seed, hashName(purpose), i, j, k);
}

/** In-place Fisher-Yates. */
export function shuffle(values: Uint32Array, rng: Rng): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const t = values[i]!;
    values[i] = values[j]!;
    values[j] = t;
  }
}
