// The shards' gradients are added in a fixed order and Adam is applied in the same pass, so a gradient is read once.

/** g[i] = Σ_shards gradients[s][i] for i in [begin, end), into the first shard. Elements, multiples of 4. */
export function reduceShards(gradients: usize, shardBytes: usize, shards: i32, begin: i32, end: i32): void {
  const last: usize = <usize>end << 2;
  for (let i: usize = <usize>begin << 2; i < last; i += 16) v128.store(gradients + i, sumShards(gradients + i, shardBytes, shards));
}

// @ts-ignore: decorator
@inline
function sumShards(p: usize, shardBytes: usize, shards: i32): v128 {
  let g = v128.load(p);
  for (let s = 1; s < shards; s++) {
    p += shardBytes;
    g = f32x4.add(g, v128.load(p));
  }
  return g;
}

/** Σ g[i]² for i in [begin, end): a part of the squared norm that clipping needs. */
export function sumSquares(g: usize, begin: i32, end: i32): f64 {
  let sum: f64 = 0;
  for (let i: usize = <usize>begin << 2; i < <usize>end << 2; i += 4) {
    const x = <f64>load<f32>(g + i);
    sum += x * x;
  }
  return sum;
}

/**
 * With g = scale·Σ_shards: m = β1·m + (1-β1)·g, v = β2·v + (1-β2)·g², w = weightFactor·w - rate·m / (√v·correction + ε)
 * with rate = lr/(1-β1^t) and correction = 1/√(1-β2^t) (Kingma and Ba; ε outside the root, as PyTorch has it), and
 * weightFactor = 1 - lr·decay (AdamW) or 1.
 */
export function adam(
  w: usize, m: usize, v: usize, gradients: usize, shardBytes: usize, shards: i32, begin: i32, end: i32,
  scale: f32, weightFactor: f32, rate: f32, beta1: f32, beta2: f32, epsilon: f32, correction: f32,
): void {
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2), c2 = f32x4.splat(1 - beta2);
  const lr = f32x4.splat(rate), eps = f32x4.splat(epsilon), corr = f32x4.splat(correction);
  const factor = f32x4.splat(scale), decay = f32x4.splat(weightFactor);
  const last: usize = <usize>end << 2;
  for (let i: usize = <usize>begin << 2; i < last; i += 16) {
    const g = f32x4.mul(factor, sumShards(gradients + i, shardBytes, shards));
    const m1 = f32x4.add(f32x4.mul(b1, v128.load(m + i)), f32x4.mul(c1, g));
    const v1 = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(m + i, m1);
    v128.store(v + i, v1);
    const step = f32x4.div(f32x4.mul(lr, m1), f32x4.add(f32x4.mul(f32x4.sqrt(v1), corr), eps));
    v128.store(w + i, f32x4.sub(f32x4.mul(decay, v128.load(w + i)), step));
  }
}

/** With g = scale·Σ_shards: m = momentum·m + g, w -= lr·m (as PyTorch has it). */
export function sgd(
  w: usize, m: usize, gradients: usize, shardBytes: usize, shards: i32, begin: i32, end: i32, scale: f32, rate: f32, momentum: f32,
): void {
  const factor = f32x4.splat(scale), lr = f32x4.splat(rate), mu = f32x4.splat(momentum);
  const last: usize = <usize>end << 2;
  for (let i: usize = <usize>begin << 2; i < last; i += 16) {
    const m1 = f32x4.add(f32x4.mul(mu, v128.load(m + i)), f32x4.mul(factor, sumShards(gradients + i, shardBytes, shards)));
    v128.store(m + i, m1);
    v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.mul(lr, m1)));
  }
}

/** k[i] = sigmoid(a[i]), or sigmoid(a[0]) for all when `shared`. */
export function leakFromParameter(k: usize, a: usize, size: i32, shared: i32): void {
  for (let i = 0; i < size; i++) {
    const x = load<f32>(shared ? a : a + (<usize>i << 2));
    store<f32>(k + (<usize>i << 2), <f32>1 / (<f32>1 + Mathf.exp(-x)));
  }
}

/** da[i] (+)= dk[i]·k[i]·(1-k[i]), the gradient of the sigmoid; into da[0] when `shared`. */
export function leakGradient(da: usize, dk: usize, k: usize, size: i32, shared: i32): void {
  for (let i = 0; i < size; i++) {
    const ki = load<f32>(k + (<usize>i << 2));
    const p = shared ? da : da + (<usize>i << 2);
    store<f32>(p, load<f32>(p) + load<f32>(dk + (<usize>i << 2)) * ki * (<f32>1 - ki));
  }
}
