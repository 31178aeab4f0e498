/** The n strongest of numbers of which only bounds are known: how strong one must be able to be to belong to them. */

/** Numbers are sorted by their first bits into classes of 1/64 of a power of two. */
const SHIFT = 17;
const CLASSES = 2 ** (31 - SHIFT);

/** A number that at least `wanted` of those that were added reach, close below the largest such. */
export class Threshold {
  private readonly counts = new Uint32Array(CLASSES);
  private readonly value = new Float32Array(1);
  private readonly bits = new Uint32Array(this.value.buffer);
  private wanted = 1;
  private above = 0;
  private from = 0;
  private top = 0;

  begin(wanted: number): void {
    this.counts.fill(0, this.from, this.top + 1);
    this.wanted = wanted;
    this.above = 0;
    this.from = 0;
    this.top = 0;
  }

  /** Positive and finite. */
  add(x: number): void {
    this.value[0] = x;
    // Rounded to float32 a number may have risen, but by less than a class.
    const own = Math.max(0, (this.bits[0]! >>> SHIFT) - 1);
    if (own < this.from) return;
    this.counts[own]!++;
    this.above++;
    if (own > this.top) this.top = own;
    // The lowest class is not needed any more once those above it are enough.
    while (this.above - this.counts[this.from]! >= this.wanted) {
      this.above -= this.counts[this.from]!;
      this.counts[this.from++] = 0;
    }
  }

  /** 0 where too few were added. */
  get(): number {
    if (this.above < this.wanted) return 0;
    this.bits[0] = this.from << SHIFT;
    return this.value[0]!;
  }
}
