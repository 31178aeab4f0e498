// Dropout between layers: in training each neuron is silent for the next layer with probability p, for one sample and all
// its steps, and what the others send counts 1/(1−p) times. The factors m (0 or 1/(1−p)) come from the caller.

/**
 * The events of the neurons whose factor dropoutMask [f32 per channel] is not 0: offsets [rows+1] and channels (u16) →
 * outOffsets [rows+1], whose first entry is given, and outChannels.
 */
export function dropEvents(
  offsets: usize, channels: usize, rows: i32, dropoutMask: usize, outOffsets: usize, outChannels: usize,
): void {
  let out = outChannels + (<usize>load<u32>(outOffsets) << 1);
  let e = channels + (<usize>load<u32>(offsets) << 1);
  for (let r = 1; r <= rows; r++) {
    const end = channels + (<usize>load<u32>(offsets + (<usize>r << 2)) << 1);
    for (; e < end; e += 2) {
      const channel = load<u16>(e);
      store<u16>(out, channel);
      // Overwritten by the next event unless this one is kept.
      out += <usize>(load<f32>(dropoutMask + (<usize>channel << 2)) != 0) << 1;
    }
    store<u32>(outOffsets + (<usize>r << 2), <u32>((out - outChannels) >> 1));
  }
}

/** out[i] = factor·source[i] of `count` (a multiple of 4) numbers. */
export function scale(out: usize, source: usize, factor: f32, count: i32): void {
  const f = f32x4.splat(factor);
  for (const end = source + (<usize>count << 2); source < end; source += 16, out += 16)
    v128.store(out, f32x4.mul(f, v128.load(source)));
}

/** a[i] = a[i]·m[i] of `count` (a multiple of 4) numbers. */
export function multiplyElements(a: usize, m: usize, count: i32): void {
  for (const end = a + (<usize>count << 2); a < end; a += 16, m += 16)
    v128.store(a, f32x4.mul(v128.load(a), v128.load(m)));
}
