/**
 * The gaps between the spikes of a Bernoulli process are geometric: one draw per spike, none per cell. A gap is
 * ⌊ln(1 − x·2⁻³²) / ln(1 − p)⌋ for a 32-bit draw x; since that rises with x it is looked up, where the table is not too long.
 */
const LONGEST_TABLE = 16_384;
/** The table is entered by the highest bits of a draw. */
const GUIDE_BITS = 10;
const GUIDE_SHIFT = 32 - GUIDE_BITS;

export class Gaps {
  private readonly perLog: number;
  /** The least draw whose gap is k, or more; empty when gaps are computed. */
  private readonly least: Uint32Array;
  private readonly guide = new Uint16Array(1 << GUIDE_BITS);

  /** p: spikes per cell, 0 < p <= 1. */
  constructor(p: number) {
    this.perLog = 1 / Math.log1p(-p);
    const longest = this.compute(2 ** 32 - 1);
    this.least = new Uint32Array(longest < LONGEST_TABLE ? longest + 1 : 0);
    if (this.least.length === 0) return;
    for (let k = 1; k <= longest; k++) this.least[k] = this.leastDraw(k);
    for (let i = 0; i < this.guide.length; i++) this.guide[i] = this.compute(i * 2 ** GUIDE_SHIFT);
  }

  /** Cells without a spike before the next one, of a 32-bit draw. */
  of(draw: number): number {
    const { least } = this;
    if (least.length === 0) return this.compute(draw);
    let gap = this.guide[draw >>> GUIDE_SHIFT]!;
    while (gap + 1 < least.length && least[gap + 1]! <= draw) gap++;
    return gap;
  }

  private compute(draw: number): number {
    return Math.floor(Math.log(1 - draw * 2 ** -32) * this.perLog);
  }

  private leastDraw(gap: number): number {
    let [low, high] = [0, 2 ** 32 - 1];
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (this.compute(middle) >= gap) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
