// Layers of neurons over all steps of their samples, backward: ../assembly/lif-backward.ts.
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

/** across[j] = the numbers W⁺[c…][j] of a panel. */
template <class R> static INLINE void exchange(R, ptr across, ptr next, int nextRows, int nextSize, int c) {
  for (int j = 0; j < nextSize; j++) {
    const size_t width = rowBytes(j & ~15, nextSize);
    const ptr from = panelAt(next, nextRows, j & ~15) + (size_t)c * width + ((size_t)(j & 15) << 2);
    const ptr to = across + ((size_t)j << 6);
    for (int i = 0; i < R::bytes / 4; i++) store(to + 4 * i, load<u32>(from + (size_t)i * width));
  }
}

/** e[n] += Σ_j across[j]·δ⁺[row - n][j] for N steps, the latest first. */
template <class R, int N>
static INLINE void addErrors(R* e, ptr across, int nextSize, ptr nextDelta, int rows, int row) {
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

/** What δ depends on besides potentials and errors, of the neurons of a panel. */
template <class R> struct Neurons {
  R leak, theta, half, high;
  Surrogate surrogate;
  bool through;
};

/** δ[t] from u[t], its error, the gradient from outside and δ[t+1]. */
template <class R, int MODE, bool RECT>
static INLINE R deltaOf(const Neurons<R>& n, R u, R error, R g, R after) {
  const R zero = R::all(0), one = R::all(1);
  const R distance = u - n.theta;
  R h, open;
  if (RECT) {
    const auto inside = distance.abs() < n.half;
    h = n.high.where(inside);
    open = (n.high * error).where(inside);
  } else {
    h = derivative(distance, n.surrogate);
    // Where h' is 0, the error may be anything, even infinite.
    open = (h * error).where(zero < h);
  }
  // s = ∂r/∂u + h'·∂r/∂o
  const R rest = MODE == HARD ? one.unless(u >= n.theta) : one;
  const R pull = MODE == HARD ? u : MODE == SOFT ? n.theta : zero;
  const R s = rest - h * (n.through ? pull : zero);
  return (open + g) + (s * n.leak) * after;
}

/** Where a panel of one sample gets its errors and gradients from. */
struct Sources {
  ptr across;
  int nextSize;
  ptr nextDelta, keep, gO, gU;
  int from;
};

/** Sixteen neurons (or what is left of them) of a sample through all steps, the last one first. */
template <class R, int MODE, bool RECT, bool LEAK>
static INLINE void deltasOfSample(const Neurons<R>& neurons, const Sources& s, ptr u, int rows, int first, int steps, R& dk) {
  static const int TOGETHER = 4;
  const R zero = R::all(0), given = s.gO ? R::at(s.gO) : zero;
  R after = zero;
  ptr row = u + (size_t)(first + steps - 1) * R::bytes;
  for (int t = steps - 1; t >= 0;) {
    const int together = t >= TOGETHER - 1 ? TOGETHER : 1;
    R e[TOGETHER];
    for (int n = 0; n < TOGETHER; n++) e[n] = t - n >= s.from && !s.keep ? given : zero;
    if (s.across) {
      if (together == TOGETHER) addErrors<R, TOGETHER>(e, s.across, s.nextSize, s.nextDelta, rows, first + t);
      else addErrors<R, 1>(e, s.across, s.nextSize, s.nextDelta, rows, first + t);
      if (s.keep)
        for (int n = 0; n < together; n++) e[n] = (t - n >= s.from ? given : zero) + R::at(s.keep) * e[n];
    }
    for (int n = 0; n < together; n++, t--, row -= R::bytes) {
      const R g = s.gU && t >= s.from ? R::at(s.gU + (size_t)(t - s.from) * R::bytes) : zero;
      after = deltaOf<R, MODE, RECT>(neurons, R::at(row), e[n], g, after);
      after.to(row);
      if (LEAK && t > 0) dk = dk + after * kept(R::at(row - R::bytes), MODE, neurons.theta);
    }
  }
}

/** Calls `use` with mode, whether the window is rectangular and whether leaks are learned, as constants. */
template <class Use> static INLINE void withMode(int mode, bool rectangular, bool learned, Use use) {
  const auto third = [&](auto m, auto r) {
    if (learned) use(m, r, Constant<true>());
    else use(m, r, Constant<false>());
  };
  const auto second = [&](auto m) {
    if (rectangular) third(m, Constant<true>());
    else third(m, Constant<false>());
  };
  if (mode == HARD) second(Constant<HARD>());
  else if (mode == SOFT) second(Constant<SOFT>());
  else second(Constant<-1>());
}

static void lifBackward(
  ptr u, int rows, int samples, int steps, int columns, ptr leak, float threshold, int reset, int resetGradient, int spiking,
  int shape, float width, float height, ptr next, int nextRows, int nextFirst, int nextSize, ptr nextDelta, ptr keep,
  ptr gO, ptr gU, int stride, int from, ptr dk, ptr work
) {
  // An integrator has no window.
  const Surrogate surrogate = spiking ? Surrogate{shape, width, height} : Surrogate{RECTANGULAR, 0, 0};
  const int mode = spiking ? reset : -1;
  for (int c = 0; c < columns; c += PANEL)
    withRow(rowBytes(c, columns), [&](auto panel) {
      using R = decltype(panel);
      const size_t at = (size_t)c << 2;
      const Neurons<R> neurons = {
        R::at(leak + at), R::all(threshold), R::all(surrogate.width), R::all(surrogate.height), surrogate,
        resetGradient && mode >= 0,
      };
      const bool dots = spiking && next;
      if (dots) exchange(panel, work, next, nextRows, nextSize, nextFirst + c);
      R sum = dk ? R::at(dk + at) : R::all(0);
      withMode(mode, surrogate.shape == RECTANGULAR, dk, [&](auto m, auto rectangular, auto learned) {
        for (int b = 0; b < samples; b++) {
          const size_t own = ((size_t)b * stride << 2) + at;
          const Sources sources = {
            dots ? work : nullptr, nextSize, nextDelta, keep ? keep + own : nullptr, gO ? gO + own : nullptr,
            gU ? panelAt(gU + ((size_t)b * (steps - from) * stride << 2), steps - from, c) : nullptr, from,
          };
          deltasOfSample<R, m.value, rectangular.value, learned.value>(neurons, sources, panelAt(u, rows, c), rows, b * steps, steps, sum);
        }
      });
      if (dk) sum.to(dk + at);
    });
}
