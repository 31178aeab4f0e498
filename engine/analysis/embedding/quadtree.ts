/** Points in the plane, gathered in squares: Barnes–Hut sums over all of them. Flat arrays, used again for every iteration. */

/** Squares within squares; points that are nearer than that share one. */
const MAX_DEPTH = 50;

export class Quadtree {
  private nodes = 0;
  /** By node: the first of four children in a row (0: none); how many points, where their middle is, the side squared. */
  private children: Int32Array;
  private mass: Float64Array;
  private x: Float64Array;
  private y: Float64Array;
  private area: Float64Array;
  /**
   * Squares that hold points once more, each followed by all that lies in it: x, y, mass and area (−1 where it is not divided)
   * side by side, and the number of the square that comes after all of it. A walk then needs no list of what is left.
   */
  private walk: Float64Array;
  private after: Int32Array;
  private length = 0;
  /** What `repel` adds up: Σ q, where q = 1/(1 + d²), and Σ q²·(difference), the point itself included. */
  sum = 0;
  forceX = 0;
  forceY = 0;

  constructor(points: number) {
    const room = 8 * points + 64;
    this.children = new Int32Array(room);
    this.mass = new Float64Array(room);
    this.x = new Float64Array(room);
    this.y = new Float64Array(room);
    this.area = new Float64Array(room);
    this.walk = new Float64Array(4 * room);
    this.after = new Int32Array(room);
  }

  /** @param positions [n, 2], finite */
  build(positions: Float64Array): void {
    let [left, right, bottom, top] = [positions[0]!, positions[0]!, positions[1]!, positions[1]!];
    for (let i = 0; i < positions.length; i += 2) {
      left = Math.min(left, positions[i]!);
      right = Math.max(right, positions[i]!);
      bottom = Math.min(bottom, positions[i + 1]!);
      top = Math.max(top, positions[i + 1]!);
    }
    const half = (Math.max(right - left, top - bottom) / 2) * (1 + 1e-9) + 1e-300;
    this.nodes = 0;
    this.add(4 * half * half);
    for (let i = 0; i < positions.length; i += 2)
      this.insert(positions[i]!, positions[i + 1]!, (left + right) / 2, (bottom + top) / 2, half);
    this.length = 0;
    if (this.nodes > this.after.length) {
      this.walk = new Float64Array(4 * this.mass.length);
      this.after = new Int32Array(this.mass.length);
    }
    this.follow(0);
  }

  /** Appends a square and all in it to the walk. Sums become means. */
  private follow(node: number): void {
    const mass = this.mass[node]!;
    if (mass === 0) return;
    const own = this.length++;
    const first = this.children[node]!;
    this.walk[4 * own] = this.x[node]! / mass;
    this.walk[4 * own + 1] = this.y[node]! / mass;
    this.walk[4 * own + 2] = mass;
    this.walk[4 * own + 3] = first === 0 ? -1 : this.area[node]!;
    for (let quarter = first; first !== 0 && quarter < first + 4; quarter++) this.follow(quarter);
    this.after[own] = this.length;
  }

  /** Sums over all points as one at (x, y) sees them; squares count as one point when their side is less than θ times away. */
  repel(x: number, y: number, theta: number): void {
    const { walk, after, length } = this;
    const square = theta * theta;
    let sum = 0;
    let forceX = 0;
    let forceY = 0;
    for (let node = 0; node < length; ) {
      const entry = 4 * node;
      const dx = x - walk[entry]!;
      const dy = y - walk[entry + 1]!;
      const distance = dx * dx + dy * dy;
      if (walk[entry + 3]! >= square * distance) {
        node++;
        continue;
      }
      const q = 1 / (1 + distance);
      const weighted = walk[entry + 2]! * q;
      sum += weighted;
      const force = weighted * q;
      forceX += force * dx;
      forceY += force * dy;
      node = after[node]!;
    }
    this.sum = sum;
    this.forceX = forceX;
    this.forceY = forceY;
  }

  private add(area: number): number {
    const node = this.nodes++;
    if (node === this.mass.length) this.grow();
    this.children[node] = 0;
    this.mass[node] = 0;
    this.x[node] = 0;
    this.y[node] = 0;
    this.area[node] = area;
    return node;
  }

  private insert(x: number, y: number, centreX: number, centreY: number, half: number): void {
    let node = 0;
    for (let depth = 0; ; depth++) {
      const before = this.mass[node]!;
      const first = this.children[node]!;
      // A square with points in one place only is not divided.
      const same = before > 0 && this.x[node] === before * x && this.y[node] === before * y;
      if (first === 0 && (before === 0 || same || depth === MAX_DEPTH)) {
        this.put(node, 1, x, y);
        return;
      }
      half /= 2;
      if (first === 0) this.divide(node, centreX, centreY, half);
      this.put(node, 1, x, y);
      const quarter = (x >= centreX ? 1 : 0) + (y >= centreY ? 2 : 0);
      centreX += x >= centreX ? half : -half;
      centreY += y >= centreY ? half : -half;
      node = this.children[node]! + quarter;
    }
  }

  private put(node: number, count: number, sumX: number, sumY: number): void {
    this.mass[node]! += count;
    this.x[node]! += sumX;
    this.y[node]! += sumY;
  }

  /** Four quarters; the points of the node, all in one place, move into theirs. */
  private divide(node: number, centreX: number, centreY: number, half: number): void {
    const area = 4 * half * half;
    const first = this.add(area);
    for (let i = 1; i < 4; i++) this.add(area);
    this.children[node] = first;
    const [count, sumX, sumY] = [this.mass[node]!, this.x[node]!, this.y[node]!];
    const quarter = (sumX >= count * centreX ? 1 : 0) + (sumY >= count * centreY ? 2 : 0);
    this.put(first + quarter, count, sumX, sumY);
  }

  private grow(): void {
    const larger = <A extends Int32Array | Float64Array>(old: A): A => {
      const next = new (old.constructor as new (length: number) => A)(2 * old.length);
      next.set(old);
      return next;
    };
    this.children = larger(this.children);
    this.mass = larger(this.mass);
    this.x = larger(this.x);
    this.y = larger(this.y);
    this.area = larger(this.area);
  }
}
