// A recurrent layer, or one below a wide one, backward, step by step: lifBackwardSteps of ../assembly/lif-backward.ts.
#pragma once
#include "lif-backward.h"

/** The sum of the four lanes as the WebAssembly kernel forms it. */
static INLINE float sumLanes(const uint8_t* p) {
  return (load<float>(p) + load<float>(p + 8)) + (load<float>(p + 4) + load<float>(p + 12));
}

/** partial[j] += the four lanes of W[open[j]]·δ over one panel, for N neurons: lane i sums columns i, i + 4, … */
#ifdef __AVX512F__
static INLINE void addDotsOfFour(ptr partial, const ptr* rows, __m512 d) {
  const __m512 v0 = _mm512_mul_ps(_mm512_loadu_ps(rows[0]), d), v1 = _mm512_mul_ps(_mm512_loadu_ps(rows[1]), d);
  const __m512 v2 = _mm512_mul_ps(_mm512_loadu_ps(rows[2]), d), v3 = _mm512_mul_ps(_mm512_loadu_ps(rows[3]), d);
  // Quarters 0 + 1 and 2 + 3 of each, two neurons a register; then those of all four.
  const __m512 a = _mm512_add_ps(_mm512_shuffle_f32x4(v0, v1, 0x88), _mm512_shuffle_f32x4(v0, v1, 0xdd));
  const __m512 b = _mm512_add_ps(_mm512_shuffle_f32x4(v2, v3, 0x88), _mm512_shuffle_f32x4(v2, v3, 0xdd));
  const __m512 sums = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
  _mm512_storeu_ps(partial, _mm512_add_ps(_mm512_loadu_ps(partial), sums));
}
#endif

static INLINE void addDotOfPanel(ptr partial, ptr row, ptr d) {
  const Row4 a = Row4::at(row) * Row4::at(d) + Row4::at(row + 16) * Row4::at(d + 16);
  const Row4 b = Row4::at(row + 32) * Row4::at(d + 32) + Row4::at(row + 48) * Row4::at(d + 48);
  (Row4::at(partial) + (a + b)).to(partial);
}

/** partial[j] += lanes of W[open[j]]·δ[row], panel by panel so that a panel of W stays in the cache. */
static void addDots(const u16* open, int count, ptr partial, ptr w, int wRows, int columns, ptr delta, int row, int rows) {
  for (int c = 0; c < columns; c += PANEL) {
    const size_t bytes = rowBytes(c, columns);
    const ptr panel = panelAt(w, wRows, c);
    const ptr d = panelAt(delta, rows, c) + (size_t)row * bytes;
    if (bytes == 64) {
      int j = 0;
#ifdef __AVX512F__
      const __m512 all = _mm512_loadu_ps(d);
      for (; j + 4 <= count; j += 4) {
        ptr four[4];
        for (int i = 0; i < 4; i++) four[i] = panel + ((size_t)open[j + i] << 6);
        addDotsOfFour(partial + ((size_t)j << 4), four, all);
      }
#endif
      for (; j < count; j++) addDotOfPanel(partial + ((size_t)j << 4), panel + ((size_t)open[j] << 6), d);
      continue;
    }
    for (int j = 0; j < count; j++) {
      const ptr s = panel + (size_t)open[j] * bytes, p = partial + ((size_t)j << 4);
      Row4 a = Row4::at(p);
      for (size_t q = 0; q < bytes; q += 16) a = a + Row4::at(s + q) * Row4::at(d + q);
      a.to(p);
    }
  }
}

/** Writes the neurons inside the window in row `r` to `open`, and returns how many there are. */
static int openWindow(ptr u, int rows, int r, int size, float threshold, Surrogate surrogate, u16* open) {
  ptr list = (ptr)open;
  for (int c = 0; c < size; c += PANEL)
    withRow(rowBytes(c, size), [&](auto panel) {
      using R = decltype(panel);
      const R x = R::at(panelAt(u, rows, c) + (size_t)r * R::bytes) - R::all(threshold);
      const auto inside = surrogate.shape == RECTANGULAR ? x.abs() < R::all(surrogate.width) : R::all(0) < derivative(x, surrogate);
      list = appendLanes(list, inside.bits(), c, R::bytes / 4);
    });
  return (int)((list - (ptr)open) >> 1);
}

static void lifBackwardSteps(
  ptr u, int rows, int first, int steps, int size, ptr leak, float threshold, int reset, int resetGradient,
  int shape, float width, float height, ptr next, int nextSize, ptr nextDelta, ptr keep, ptr recurrent, ptr gO, ptr gU,
  int from, ptr dk, ptr work
) {
  const Surrogate surrogate = {shape, width, height};
  // Scratch: e by neuron, the neurons inside the window, their partial sums (4 lanes each).
  const ptr e = work, partial = e + ((size_t)size << 2);
  u16* const open = (u16*)(partial + ((size_t)size << 4));
  memset(e, 0, (size_t)size << 2);
  for (int t = steps - 1; t >= 0; t--) {
    const bool last = t == steps - 1;
    const int count = openWindow(u, rows, first + t, size, threshold, surrogate, open);
    memset(partial, 0, (size_t)count << 4);
    if (next) addDots(open, count, partial, next, size, nextSize, nextDelta, first + t, rows);
    for (int j = 0; j < count && keep; j++) {
      const ptr p = partial + ((size_t)j << 4);
      (Row4::at(p) * Row4::all(load<float>(keep + ((size_t)open[j] << 2)))).to(p);
    }
    if (recurrent && !last) addDots(open, count, partial, recurrent, size, size, u, first + t + 1, rows);
    for (int j = 0; j < count; j++) {
      const size_t i = (size_t)open[j] << 2;
      store(e + i, sumLanes(partial + ((size_t)j << 4)) + (gO && t >= from ? load<float>(gO + i) : 0));
    }
    for (int c = 0; c < size; c += PANEL)
      withRow(rowBytes(c, size), [&](auto panel) {
        using R = decltype(panel);
        const size_t at = (size_t)c << 2;
        const ptr row = panelAt(u, rows, c) + (size_t)(first + t) * R::bytes;
        const R zero = R::all(0);
        const Neurons<R> neurons = {
          R::at(leak + at), R::all(threshold), R::all(surrogate.width), R::all(surrogate.height), surrogate,
          resetGradient && reset >= 0,
        };
        const R g = gU && t >= from ? R::at(panelAt(gU, steps - from, c) + (size_t)(t - from) * R::bytes) : zero;
        // What lies in e outside the window is left over from other steps, but masked.
        withMode(reset, surrogate.shape == RECTANGULAR, dk, [&](auto m, auto rectangular, auto learned) {
          const R delta = deltaOf<R, m.value, rectangular.value>(
            neurons, R::at(row), R::at(e + at), g, last ? zero : R::at(row + R::bytes));
          delta.to(row);
          if (learned.value && t > 0) (R::at(dk + at) + delta * kept(R::at(row - R::bytes), m.value, neurons.theta)).to(dk + at);
        });
      });
  }
}
