// Sums of rows: ../assembly/gather.ts in wider registers.
#pragma once
#include "shared/row.h"

/** Whole panels that are worked on at once: an index that is read serves them all, and more sums are under way. */
#if defined(__AVX2__)
static const int PAIR = 2;
#else
static const int PAIR = 1;
#endif

/** Where P whole panels and a rest of columns lie, in the output and in the source. */
struct Panels {
  ptr out, rest;
  size_t outStride;
  ptr source;
  size_t sourceStride;
  ptr bias;
};

/**
 * P whole panels and, where R is a row, the rest of the columns. Sums of even and odd events are kept apart in whole
 * panels, as the WebAssembly kernel does: the order of the additions decides the bits.
 */
template <int P, class R>
static INLINE void gatherPanels(const Panels& panels, int start, ptr offsets, ptr indices, int rows) {
  static const bool REST = R::bytes > 0;
  ptr out = panels.out, rest = panels.rest;
  const ptr restSource = panels.source + P * panels.sourceStride;
  ptr e = indices + ((size_t)load<u32>(offsets) << 1);
  // What the panels behind these weights need is on its way from the last cache while these are at work.
  ptr next = panels.source + P * panels.sourceStride;
  const size_t ahead = start == START_BIAS && rows > 0 ? (P * panels.sourceStride / rows + 63) / 64 * 64 : 0;
  for (int r = 0; r < rows; r++, out += 64, rest += R::bytes) {
    offsets += 4;
    const ptr end = indices + ((size_t)load<u32>(offsets) << 1);
    if (start == START_OUT && e == end) continue;
    for (const ptr until = next + ahead; next < until; next += 64) __builtin_prefetch(next, 0, 2);
    Row16 a[P + 1], c[P + 1];
    R d = R::all(0);
    for (int p = 0; p < P; p++) {
      a[p] = start == START_OUT ? Row16::load(out + p * panels.outStride) : start == START_BIAS ? Row16::load(panels.bias + 64 * p) : Row16::all(0);
      c[p] = Row16::all(0);
    }
    if (REST) d = start == START_OUT ? R::load(rest) : start == START_BIAS ? R::load(panels.bias + 64 * P) : d;
    const auto add = [&](size_t channel, bool odd) __attribute__((always_inline)) {
      for (int p = 0; p < P; p++) {
        const Row16 x = Row16::load(panels.source + p * panels.sourceStride + (channel << 6));
        if (odd) c[p] = c[p] + x;
        else a[p] = a[p] + x;
      }
      if (REST) d = d + R::load(restSource + channel * R::bytes);
    };
    for (; e + 2 < end; e += 4) {
      add(load<u16>(e), false);
      add(load<u16>(e + 2), true);
    }
    if (e < end) {
      add(load<u16>(e), false);
      e += 2;
    }
    for (int p = 0; p < P; p++) (a[p] + c[p]).store(out + p * panels.outStride);
    if (REST) d.store(rest);
  }
}

KERNEL(gatherRows) {
  for (int c = 0; c < columns;) {
    const int whole = (columns - c) / PANEL < PAIR ? (columns - c) / PANEL : PAIR;
    const int left = columns - c - whole * PANEL;
    // The rest goes along with the last whole panels.
    const int along = left < PANEL ? left : 0;
    const Panels panels = {
      panelAt(out, outRows, c) + (size_t)firstRow * 64,
      panelAt(out, outRows, c + whole * PANEL) + (size_t)firstRow * along * 4, (size_t)outRows << 6,
      panelAt(source, sourceRows, c), (size_t)sourceRows << 6, bias + ((size_t)c << 2),
    };
    const auto run = [&](auto p, auto rest) { gatherPanels<p.value, decltype(rest)>(panels, start, offsets, indices, rows); };
    const auto with = [&](auto rest) {
      if (whole == 0) run(Constant<0>(), rest);
      else if (whole == 1) run(Constant<1>(), rest);
      else run(Constant<PAIR>(), rest);
    };
    if (along) withRow((size_t)along << 2, with);
    else with(None());
    c += whole * PANEL + along;
  }
}

template <class R>
static INLINE void weightedPanel(R, ptr out, int start, ptr bias, ptr source, ptr offsets, ptr indices, ptr values, int rows) {
  const R first = start == START_BIAS ? R::load(bias) : R::all(0);
  u32 e = load<u32>(offsets);
  for (int r = 0; r < rows; r++, out += R::bytes) {
    offsets += 4;
    const u32 end = load<u32>(offsets);
    if (start == START_OUT && e == end) continue;
    R a = start == START_OUT ? R::load(out) : first;
    for (; e < end; e++)
      a = a + R::all(load<float>(values + ((size_t)e << 2))) * R::load(source + (size_t)load<u16>(indices + ((size_t)e << 1)) * R::bytes);
    a.store(out);
  }
}

KERNEL(gatherRowsWeighted) {
  for (int c = 0; c < columns; c += PANEL) {
    const ptr o = panelAt(out, outRows, c), s = panelAt(source, sourceRows, c), b = bias + ((size_t)c << 2);
    withRow(rowBytes(c, columns), [&](auto row) { weightedPanel(row, o, start, b, s, offsets, indices, values, rows); });
  }
}

KERNEL(sumRows) {
  for (int c = 0; c < columns; c += PANEL) {
    const size_t bytes = rowBytes(c, columns);
    const ptr o = panelAt(out, outRows, c) + (size_t)outRow * bytes;
    const ptr s = panelAt(source, sourceRows, c) + (size_t)firstRow * bytes;
    withRow(bytes, [&](auto row) {
      using R = decltype(row);
      R a = accumulate ? R::load(o) : R::all(0), b = R::all(0), d = b, e = b;
      ptr p = s;
      int r = 0;
      for (; r + 4 <= rows; r += 4, p += 4 * R::bytes) {
        a = a + R::load(p), b = b + R::load(p + R::bytes);
        d = d + R::load(p + 2 * R::bytes), e = e + R::load(p + 3 * R::bytes);
      }
      for (; r < rows; r++, p += R::bytes) a = a + R::load(p);
      ((a + b) + (d + e)).store(o);
    });
  }
}

KERNEL(fillRows) {
  for (int c = 0; c < columns; c += PANEL) {
    const ptr o = panelAt(out, outRows, c), b = bias + ((size_t)c << 2);
    withRow(rowBytes(c, columns), [&](auto row) {
      using R = decltype(row);
      const R x = R::load(b);
      for (int r = 0; r < rows; r++) x.store(o + (size_t)r * R::bytes);
    });
  }
}
