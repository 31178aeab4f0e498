// One layer of neurons over all steps of one sample, backward: the way panel by panel of ../assembly/lif-backward.ts.
#pragma once
#include "lif-forward.h"

static const int RECTANGULAR = 0;
static const int TRIANGULAR = 1;
static const int ARCTAN = 3;
static const int SUPERSPIKE = 4;

struct Surrogate {
  int shape;
  float width, height;
};

/** h'(x) of the shapes that need no exponential. */
template <class R> static INLINE R derivative(R x, Surrogate s) {
  const R one = R::all(1), height = R::all(s.height);
  const R z = x.abs() / R::all(s.width);
  if (s.shape == TRIANGULAR) {
    const R y = one - z;
    return height * y.where(R::all(0) < y);
  }
  if (s.shape == ARCTAN) return height / (one + z * z);
  const R d = one + z;
  return height / (d * d);
}

/** across[j] = the numbers W⁺[c…][j] of a panel, times those of `keep` unless that is 0. */
template <class R> static INLINE void exchange(R, ptr across, ptr next, int size, int nextSize, int c, ptr keep) {
  for (int j = 0; j < nextSize; j++) {
    const size_t width = rowBytes(j & ~15, nextSize);
    const ptr from = panelAt(next, size, j & ~15) + (size_t)c * width + ((size_t)(j & 15) << 2);
    const ptr to = across + ((size_t)j << 6);
    for (int i = 0; i < R::bytes / 4; i++) store(to + 4 * i, load<u32>(from + (size_t)i * width));
    if (keep) (R::at(to) * R::at(keep)).to(to);
  }
}

/** e[n] = given[n] + Σ_j across[j]·δ⁺[row - n][j] for N steps, the latest first. */
template <class R, int N>
static INLINE void errors(R* e, ptr across, int nextSize, ptr nextDelta, int rows, int row) {
  ptr w = across;
  for (int j = 0; j < nextSize; j += PANEL) {
    const size_t width = rowBytes(j, nextSize);
    const ptr d = panelAt(nextDelta, rows, j) + (size_t)row * width;
    for (size_t q = 0; q < width; q += 4, w += 64) {
      const R column = R::at(w);
      for (int n = 0; n < N; n++) e[n] = e[n] + R::all(load<float>(d + q - (size_t)n * width)) * column;
    }
  }
}

/** What the deltas of a layer depend on besides its potentials. */
struct Backward {
  int rows, first, steps, size;
  float threshold;
  int mode, through, spiking;
  Surrogate surrogate;
  ptr next;
  int nextSize;
  ptr nextDelta, gO, gU;
  int from;
};

/** Sixteen neurons (or what is left of them) through all steps, the last one first. */
template <class R, int MODE, bool RECT, bool LEAK>
static INLINE void deltasOfPanel(R, const Backward& b, ptr u, int c, ptr across, ptr leak, ptr dk) {
  static const int TOGETHER = 4;
  const R zero = R::all(0), one = R::all(1), theta = R::all(b.threshold), k = R::at(leak);
  const R half = R::all(b.surrogate.width), high = R::all(b.surrogate.height);
  const R given = b.gO ? R::at(b.gO) : zero;
  const bool dots = b.spiking && b.next;
  R after = zero, sum = LEAK ? R::at(dk) : zero;
  ptr row = panelAt(u, b.rows, c) + (size_t)(b.first + b.steps - 1) * R::bytes;
  for (int t = b.steps - 1; t >= 0;) {
    const int together = t >= TOGETHER - 1 ? TOGETHER : 1;
    R e[TOGETHER];
    for (int n = 0; n < together; n++) e[n] = t - n >= b.from ? given : zero;
    if (dots) {
      if (together == TOGETHER) errors<R, TOGETHER>(e, across, b.nextSize, b.nextDelta, b.rows, b.first + t);
      else errors<R, 1>(e, across, b.nextSize, b.nextDelta, b.rows, b.first + t);
    }
    for (int n = 0; n < together; n++, t--, row -= R::bytes) {
      const R x = R::at(row);
      const R distance = x - theta;
      R h, open;
      if (RECT) {
        const auto inside = distance.abs() < half;
        h = high.where(inside);
        open = (high * e[n]).where(inside);
      } else {
        h = derivative(distance, b.surrogate);
        // Where h' is 0, e may be anything, even infinite.
        open = (h * e[n]).where(zero < h);
      }
      const R rest = MODE == HARD ? one.unless(x >= theta) : one;
      const R pull = MODE == HARD ? x : MODE == SOFT ? theta : zero;
      const R s = rest - h * (b.through ? pull : zero);
      const R g = b.gU && t >= b.from ? R::at(panelAt(b.gU, b.steps - b.from, c) + (size_t)(t - b.from) * R::bytes) : zero;
      after = (open + g) + (s * k) * after;
      after.to(row);
      if (LEAK && t > 0) sum = sum + after * kept(R::at(row - R::bytes), MODE, theta);
    }
  }
  if (LEAK) sum.to(dk);
}

static void lifBackward(
  ptr u, int rows, int first, int steps, int size, ptr leak, float threshold, int reset, int resetGradient, int spiking,
  int shape, float width, float height, ptr next, int nextSize, ptr nextDelta, ptr keep, ptr,
  ptr gO, ptr gU, int from, ptr dk, ptr work
) {
  // An integrator has no window.
  const Surrogate surrogate = spiking ? Surrogate{shape, width, height} : Surrogate{RECTANGULAR, 0, 0};
  const int mode = spiking ? reset : -1;
  Backward b = {rows, first, steps, size, threshold, mode, resetGradient && mode >= 0, spiking, surrogate,
                next, nextSize, nextDelta, 0, gU, from};
  const bool rectangular = surrogate.shape == RECTANGULAR;
  for (int c = 0; c < size; c += PANEL) {
    const size_t at = (size_t)c << 2;
    b.gO = gO ? gO + at : 0;
    withRow(rowBytes(c, size), [&](auto row) {
      const ptr k = leak + at, d = dk ? dk + at : 0;
      if (spiking && next) exchange(row, work, next, size, nextSize, c, keep ? keep + at : 0);
#define GO(MODE)                                                                         \
  (rectangular ? (dk ? deltasOfPanel<decltype(row), MODE, true, true>(row, b, u, c, work, k, d)    \
                     : deltasOfPanel<decltype(row), MODE, true, false>(row, b, u, c, work, k, d))  \
               : (dk ? deltasOfPanel<decltype(row), MODE, false, true>(row, b, u, c, work, k, d)   \
                     : deltasOfPanel<decltype(row), MODE, false, false>(row, b, u, c, work, k, d)))
      if (mode == HARD) GO(HARD);
      else if (mode == SOFT) GO(SOFT);
      else GO(-1);
#undef GO
    });
  }
}
