// The shards' gradients are added in a fixed order and the optimizer is applied in the same pass: ../assembly/optimizer.ts.
#pragma once
#include "shared/row.h"

#if defined(__AVX512F__)
typedef Lanes<16> Widest;
#elif defined(__AVX__)
typedef Lanes<8> Widest;
#else
typedef Lanes<4> Widest;
#endif

template <class R> static INLINE R root(R x) {
  R r;
  for (int i = 0; i < R::bytes / 4; i++) r.v[i] = __builtin_sqrtf(x.v[i]);
  return r;
}
#if defined(__AVX512F__)
template <> INLINE Lanes<16> root(Lanes<16> x) { return {(Lanes<16>::F)_mm512_sqrt_ps((__m512)x.v)}; }
#endif
#if defined(__AVX__)
template <> INLINE Lanes<8> root(Lanes<8> x) { return {(Lanes<8>::F)_mm256_sqrt_ps((__m256)x.v)}; }
#endif
#if defined(__SSE2__)
template <> INLINE Lanes<4> root(Lanes<4> x) { return {(Lanes<4>::F)_mm_sqrt_ps((__m128)x.v)}; }
#endif

template <class R> static INLINE R sumShards(ptr p, size_t shardBytes, int shards) {
  R g = R::load(p);
  for (int s = 1; s < shards; s++) g = g + R::load(p += shardBytes);
  return g;
}

/** Calls `use` with a vector type and a byte position for all elements [begin, end), multiples of 4. */
template <class Use> static INLINE void eachVector(int begin, int end, Use use) {
  size_t i = (size_t)begin << 2;
  const size_t last = (size_t)end << 2;
  for (; i + Widest::bytes <= last; i += Widest::bytes) use(Widest::all(0), i);
  for (; i < last; i += 16) use(Lanes<4>::all(0), i);
}

KERNEL(reduceShards) {
  eachVector(begin, end, [&](auto v, size_t i) { sumShards<decltype(v)>(gradients + i, shardBytes, shards).store(gradients + i); });
}

KERNEL(adam) {
  eachVector(begin, end, [&](auto x, size_t i) {
    using R = decltype(x);
    const R g = R::all(scale) * sumShards<R>(gradients + i, shardBytes, shards);
    const R m1 = R::all(beta1) * R::load(m + i) + R::all(1 - beta1) * g;
    const R v1 = R::all(beta2) * R::load(v + i) + R::all(1 - beta2) * (g * g);
    m1.store(m + i);
    v1.store(v + i);
    const R step = (R::all(rate) * m1) / (root(v1) * R::all(correction) + R::all(epsilon));
    (R::all(weightFactor) * R::load(w + i) - step).store(w + i);
  });
}

KERNEL(sgd) {
  eachVector(begin, end, [&](auto x, size_t i) {
    using R = decltype(x);
    const R m1 = R::all(momentum) * R::load(m + i) + R::all(scale) * sumShards<R>(gradients + i, shardBytes, shards);
    m1.store(m + i);
    (R::load(w + i) - R::all(rate) * m1).store(w + i);
  });
}
