// Layers of neurons over all steps of their samples, backward: ../../assembly/lif/backward.ts.
#pragma once
#include "lif/forward.h"

/** Columns with their padding. */
static INLINE int padded(int columns) { return (columns + 3) & ~3; }

/** transposed[j] = the numbers W⁺[c…][j] of a panel. */
template <class R> static INLINE void transposePanel(R, ptr transposed, ptr next, int nextRows, int nextSize, int c) {
  for (int j = 0; j < nextSize; j++) {
    const size_t width = rowBytes(j & ~15, padded(nextSize));
    const ptr from = panelAt(next, nextRows, j & ~15) + (size_t)c * width + ((size_t)(j & 15) << 2);
    const ptr to = transposed + ((size_t)j << 6);
    for (int i = 0; i < R::bytes / 4; i++) store(to + 4 * i, load<u32>(from + (size_t)i * width));
  }
}

/** Where the errors and gradients of a panel of one sample come from. */
struct Sources {
  ptr dropoutMask, gO, gU;
};

/** What the samples of a block share. */
struct Block {
  ptr u;
  int rows, steps, windowStart;
  ptr transposed;
  int nextSize;
  ptr nextDelta;
};

/** e[s][n] += Σ_j transposed[j]·δ⁺[row - n][j] for N steps, the latest first, of S samples; `row` is one of the first sample. */
template <class R, int S, int N>
static INLINE void addErrors(R (&e)[S][N], const Block& block, int row) {
  ptr w = block.transposed;
  for (int j = 0; j < block.nextSize; j += PANEL) {
    const size_t width = rowBytes(j, padded(block.nextSize)), used = rowBytes(j, block.nextSize);
    const size_t sample = (size_t)block.steps * width;
    const ptr d = panelAt(block.nextDelta, block.rows, j) + (size_t)row * width;
    for (size_t q = 0; q < used; q += 4, w += 64) {
      const R column = R::load(w);
#pragma GCC unroll 8
      for (int s = 0; s < S; s++)
#pragma GCC unroll 8
        for (int n = 0; n < N; n++) e[s][n] = e[s][n] + R::all(load<float>(d + s * sample + q - n * width)) * column;
    }
  }
}

/** What goes through the steps with a panel of S samples. */
template <class R, int S> struct Passing {
  /** Where step t of the first sample is, and the bytes from sample to sample. */
  ptr row;
  size_t stride;
  /** gO, δ[t+1], and what was added to dL/dk. */
  R gO[S], after[S], dk[S];
};

/**
 * Steps t, t - 1, … t - N + 1. `first`: the first row of the first sample. PLAIN: the same gradient enters at every step,
 * and there is no dropout.
 */
template <int N, bool PLAIN, class R, int S, int MODE, bool RECT, bool LEAK>
static INLINE void stepsBack(const Neurons<R>& neurons, const Block& block, const Sources* sources, int first, int t, Passing<R, S>& p) {
  const R zero = R::all(0);
  R e[S][N];
#pragma GCC unroll 8
  for (int s = 0; s < S; s++)
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) e[s][n] = PLAIN || (t - n >= block.windowStart && !sources[s].dropoutMask) ? p.gO[s] : zero;
  addErrors<R, S, N>(e, block, first + t);
  for (int s = 0; s < S && !PLAIN; s++)
    for (int n = 0; n < N && sources[s].dropoutMask; n++)
      e[s][n] = (t - n >= block.windowStart ? p.gO[s] : zero) + R::load(sources[s].dropoutMask) * e[s][n];
#pragma GCC unroll 8
  for (int n = 0; n < N; n++)
#pragma GCC unroll 8
    for (int s = 0; s < S; s++) {
      const ptr ut = p.row + s * p.stride - n * R::bytes;
      const bool outside = !PLAIN && sources[s].gU && t - n >= block.windowStart;
      const R g = outside ? R::load(sources[s].gU + (size_t)(t - n - block.windowStart) * R::bytes) : zero;
      p.after[s] = deltaOf<R, MODE, RECT>(neurons, R::load(ut), e[s][n], g, p.after[s]);
      p.after[s].store(ut);
      if (LEAK && t > n) p.dk[s] = p.dk[s] + p.after[s] * afterReset(R::load(ut - R::bytes), MODE, neurons.theta);
    }
  p.row -= N * R::bytes;
}

/**
 * Sixteen neurons (or what is left of them) through all steps, the last one first, in S samples at once, so that the steps
 * of one need not wait for those of another. `first` is the first row of the first of them; what each adds to dL/dk is
 * added to `dk` in their order.
 */
template <bool PLAIN, class R, int S, int MODE, bool RECT, bool LEAK>
static INLINE void deltasOfSamples(const Neurons<R>& neurons, const Block& block, const Sources* sources, int first, R& dk) {
  Passing<R, S> p;
  p.row = block.u + (size_t)(first + block.steps - 1) * R::bytes;
  p.stride = (size_t)block.steps * R::bytes;
  for (int s = 0; s < S; s++) {
    p.gO[s] = sources[s].gO ? R::load(sources[s].gO) : R::all(0);
    p.after[s] = p.dk[s] = R::all(0);
  }
  int t = block.steps - 1;
  for (; t >= 3; t -= 4) stepsBack<4, PLAIN, R, S, MODE, RECT, LEAK>(neurons, block, sources, first, t, p);
  for (; t >= 0; t--) stepsBack<1, PLAIN, R, S, MODE, RECT, LEAK>(neurons, block, sources, first, t, p);
  if (LEAK)
    for (int s = 0; s < S; s++) dk = dk + p.dk[s];
}

/** Samples of which the registers can hold what they need. */
#ifdef __AVX512F__
static const int PAIRED = 4;
#else
static const int PAIRED = 1;
#endif

KERNEL(lifBackward) {
  // An integrator has no window.
  const Surrogate surrogate = spiking ? Surrogate{shape, width, height} : Surrogate{SURROGATE_RECTANGULAR, 0, 0};
  const int mode = spiking ? reset : RESET_OFF;
  for (int c = 0; c < columns; c += PANEL)
    withRow(rowBytes(c, columns), [&](auto panel) {
      using R = decltype(panel);
      const size_t offset = (size_t)c << 2;
      const Neurons<R> neurons = {
        R::load(leak + offset), R::all(threshold), R::all(surrogate.width), R::all(surrogate.height), surrogate,
        resetGradient && mode >= 0,
      };
      const bool dots = spiking && next;
      if (dots) transposePanel(panel, work, next, nextRows, nextSize, nextFirst + c);
      R sum = dk ? R::load(dk + offset) : R::all(0);
      const Block block = {panelAt(u, rows, c), rows, steps, windowStart, work, dots ? nextSize : 0, nextDelta};
      const auto sourcesOf = [&](int b) {
        const size_t own = ((size_t)b * stride << 2) + offset;
        const ptr outside = gU ? gU + ((size_t)b * (steps - windowStart) * stride << 2) : nullptr;
        return Sources{dropoutMask && dots ? dropoutMask + own : nullptr, gO ? gO + own : nullptr, gU ? panelAt(outside, steps - windowStart, c) : nullptr};
      };
      const auto run = [&](auto plain, auto m, auto rectangular, auto learned) {
        int b = 0;
        for (; b + PAIRED <= samples; b += PAIRED) {
          Sources sources[PAIRED];
          for (int s = 0; s < PAIRED; s++) sources[s] = sourcesOf(b + s);
          deltasOfSamples<plain.value, R, PAIRED, m.value, rectangular.value, learned.value>(neurons, block, sources, b * steps, sum);
        }
        for (; b < samples; b++) {
          const Sources sources = sourcesOf(b);
          deltasOfSamples<plain.value, R, 1, m.value, rectangular.value, learned.value>(neurons, block, &sources, b * steps, sum);
        }
      };
      withMode(mode, surrogate.shape == SURROGATE_RECTANGULAR, dk, [&](auto m, auto rectangular, auto learned) {
        if (rectangular.value && windowStart == 0 && !gU && !dropoutMask) run(Constant<rectangular.value>(), m, rectangular, learned);
        else run(Constant<false>(), m, rectangular, learned);
      });
      if (dk) sum.store(dk + offset);
    });
}
