// A wide recurrent layer, or one below a wide one, backward, step by step: lifBackwardSteps of ../assembly/lif-backward-steps.ts.
// Samples take their steps together, so that weights that are read serve them all.
#pragma once
#include "lif-recurrent.h"

/** The neurons inside the window of one sample at one step, and of each sixteen lanes of its sum. */
struct Open {
  u16* neurons;
  ptr sums;
  int count;
};

/** Finds the neurons inside the window in row `r`. */
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

/** sums[j] += W[neurons[j]]·δ of N whole panels, the first at `w`, lane by lane. */
template <int N> static INLINE void addProducts(const Open& open, ptr w, size_t panel, const ptr* delta) {
  Row16 d[N];
#pragma GCC unroll 4
  for (int n = 0; n < N; n++) d[n] = Row16::at(delta[n]);
  for (int j = 0; j < open.count; j++) {
    const ptr sum = open.sums + ((size_t)j << 6), row = w + ((size_t)open.neurons[j] << 6);
    Row16 a = Row16::at(sum);
#pragma GCC unroll 4
    for (int n = 0; n < N; n++) a = a + Row16::at(row + n * panel) * d[n];
    a.to(sum);
  }
}

/** The sums of all open neurons of all samples += W·δ; row `row` of δ [rows × columns] is the first sample's, `stride` apart. */
static void addDots(const Open* open, int samples, ptr w, int wRows, int columns, ptr delta, int row, int stride, int rows) {
  static const int AT_ONCE = 4;
  const size_t panel = (size_t)wRows << 6;
  int c = 0;
  for (; columns - c >= PANEL;) {
    const bool several = columns - c >= AT_ONCE * PANEL;
    for (int s = 0; s < samples; s++) {
      ptr d[AT_ONCE];
      for (int n = 0; n < (several ? AT_ONCE : 1); n++) d[n] = panelAt(delta, rows, c + n * PANEL) + ((size_t)(row + s * stride) << 6);
      if (several) addProducts<AT_ONCE>(open[s], panelAt(w, wRows, c), panel, d);
      else addProducts<1>(open[s], panelAt(w, wRows, c), panel, d);
    }
    c += several ? AT_ONCE * PANEL : PANEL;
  }
  if (c == columns) return;
  const size_t bytes = rowBytes(c, columns);
  for (int s = 0; s < samples; s++) {
    const ptr d = panelAt(delta, rows, c) + (size_t)(row + s * stride) * bytes;
    for (int j = 0; j < open[s].count; j++) {
      const ptr from = panelAt(w, wRows, c) + (size_t)open[s].neurons[j] * bytes, sum = open[s].sums + ((size_t)j << 6);
      for (size_t q = 0; q < bytes; q += 16) (Row4::at(sum + q) + Row4::at(from + q) * Row4::at(d + q)).to(sum + q);
    }
  }
}

/** The sum of sixteen lanes: quarters first, then as sumLanes of ../assembly/panel.ts. */
static INLINE float sumOf(ptr p) {
  const Row4 a = (Row4::at(p) + Row4::at(p + 16)) + (Row4::at(p + 32) + Row4::at(p + 48));
  return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]);
}

static void lifBackwardSteps(
  ptr u, int rows, int samples, int steps, int size, ptr leak, float threshold, int reset, int resetGradient, int shape,
  float width, float height, ptr next, int nextSize, ptr nextDelta, ptr keep, ptr recurrent, ptr gO, ptr gU, int from, ptr dk,
  ptr work
) {
  // Samples together, at most: their sums, 64 bytes for each open neuron, should stay in the second cache.
  static const int MOST = 16;
  const Surrogate surrogate = {shape, width, height};
  const int panels = (size + PANEL - 1) / PANEL, most = samples < MOST ? samples : MOST;
  const size_t dkStride = (size_t)panels << 6, listBytes = (size_t)panels << 5;
  // Scratch: e by neuron; dL/dk, open neurons and their sums of each sample.
  const ptr e = work, ownDk = e + dkStride, lists = ownDk + most * dkStride, sums = lists + most * listBytes + 64;
  memset(e, 0, dkStride);
  Open open[MOST];
  for (int s = 0; s < most; s++) open[s] = {(u16*)(lists + s * listBytes), sums + ((size_t)s * size << 6), 0};
  for (int b = 0, count; b < samples; b += count) {
    count = samples - b < most ? samples - b : most;
    memset(ownDk, 0, count * dkStride);
    for (int t = steps - 1; t >= 0; t--) {
      const int first = b * steps + t;
      for (int s = 0; s < count; s++) {
        open[s].count = openWindow(u, rows, first + s * steps, size, threshold, surrogate, open[s].neurons);
        memset(open[s].sums, 0, (size_t)open[s].count << 6);
      }
      if (next) addDots(open, count, next, size, nextSize, nextDelta, first, steps, rows);
      for (int s = 0; s < count && keep; s++)
        for (int j = 0; j < open[s].count; j++) {
          const ptr sum = open[s].sums + ((size_t)j << 6);
          const float factor = load<float>(keep + (((size_t)(b + s) * size + open[s].neurons[j]) << 2));
          (Row16::at(sum) * Row16::all(factor)).to(sum);
        }
      if (recurrent && t + 1 < steps) addDots(open, count, recurrent, size, size, u, first + 1, steps, rows);
      for (int s = 0; s < count; s++) {
        const size_t own = (size_t)(b + s) * size << 2;
        for (int j = 0; j < open[s].count; j++) {
          const size_t i = (size_t)open[s].neurons[j] << 2;
          store(e + i, sumOf(open[s].sums + ((size_t)j << 6)) + (gO && t >= from ? load<float>(gO + own + i) : 0));
        }
        for (int c = 0; c < size; c += PANEL)
          withRow(rowBytes(c, size), [&](auto panel) {
            using R = decltype(panel);
            const size_t at = (size_t)c << 2;
            const Neurons<R> neurons = {
              R::at(leak + at), R::all(threshold), R::all(width), R::all(height), surrogate, resetGradient && reset >= 0,
            };
            const Block block = {panelAt(u, rows, c), rows, steps, from, nullptr, 0, nullptr};
            const Sources sources = {nullptr, nullptr, gU ? panelAt(gU + (steps - from) * own, steps - from, c) : nullptr};
            // What lies in e outside the window is left over from other samples and steps, but masked.
            withMode(reset, shape == RECTANGULAR, dk, [&](auto m, auto rectangular, auto learned) {
              deltasOfStep<R, m.value, rectangular.value, learned.value>(
                neurons, block, &sources, 1, (b + s) * steps, t, e + at, ownDk + s * dkStride + at, dkStride);
            });
          });
      }
    }
    addOwn(dk, ownDk, dkStride, count, size);
  }
}
