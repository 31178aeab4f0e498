// Sums of rows: ../assembly/gather.ts in wider registers.
#pragma once
#include "row.h"

static const int FROM_BIAS = 1;
static const int FROM_OUT = 2;

/** Whole panels that are worked on at once: an index that is read serves them all, and more sums are under way. */
#if defined(__AVX2__)
static const int PAIR = 2;
#else
static const int PAIR = 1;
#endif

/**
 * P whole panels, `outStride` and `sourceStride` bytes apart. Sums of even and odd events are kept apart, as the
 * WebAssembly kernel does: the order of the additions decides the bits.
 */
template <int P>
static INLINE void gatherPanels(
  ptr out, size_t outStride, int from, ptr bias, ptr source, size_t sourceStride, ptr offsets, ptr index, int rows
) {
  ptr e = index + ((size_t)load<u32>(offsets) << 1);
  for (int r = 0; r < rows; r++, out += 64) {
    offsets += 4;
    const ptr end = index + ((size_t)load<u32>(offsets) << 1);
    if (from == FROM_OUT && e == end) continue;
    Row16 a[P], c[P];
    for (int p = 0; p < P; p++) {
      a[p] = from == FROM_OUT ? Row16::at(out + p * outStride) : from == FROM_BIAS ? Row16::at(bias + 64 * p) : Row16::all(0);
      c[p] = Row16::all(0);
    }
    for (; e + 2 < end; e += 4) {
      const ptr s = source + ((size_t)load<u16>(e) << 6), t = source + ((size_t)load<u16>(e + 2) << 6);
      for (int p = 0; p < P; p++) {
        a[p] = a[p] + Row16::at(s + p * sourceStride);
        c[p] = c[p] + Row16::at(t + p * sourceStride);
      }
    }
    if (e < end) {
      const ptr s = source + ((size_t)load<u16>(e) << 6);
      for (int p = 0; p < P; p++) a[p] = a[p] + Row16::at(s + p * sourceStride);
      e += 2;
    }
    for (int p = 0; p < P; p++) (a[p] + c[p]).to(out + p * outStride);
  }
}

/** A panel that is not whole. */
template <class R>
static INLINE void gatherRest(R, ptr out, int from, ptr bias, ptr source, ptr offsets, ptr index, int rows) {
  const R first = from == FROM_BIAS ? R::at(bias) : R::all(0);
  ptr e = index + ((size_t)load<u32>(offsets) << 1);
  for (int r = 0; r < rows; r++, out += R::bytes) {
    offsets += 4;
    const ptr end = index + ((size_t)load<u32>(offsets) << 1);
    if (from == FROM_OUT && e == end) continue;
    R a = from == FROM_OUT ? R::at(out) : first;
    for (; e < end; e += 2) a = a + R::at(source + (size_t)load<u16>(e) * R::bytes);
    a.to(out);
  }
}

static void gatherRows(
  ptr out, int outRows, int first, int from, ptr bias, ptr source, int sourceRows, ptr offsets, ptr index, int rows, int columns
) {
  const size_t outStride = (size_t)outRows << 6, sourceStride = (size_t)sourceRows << 6;
  for (int c = 0; c < columns;) {
    const size_t bytes = rowBytes(c, columns);
    const ptr o = panelAt(out, outRows, c) + (size_t)first * bytes;
    const ptr s = panelAt(source, sourceRows, c);
    const ptr b = bias + ((size_t)c << 2);
    if (c + PAIR * PANEL <= columns) {
      gatherPanels<PAIR>(o, outStride, from, b, s, sourceStride, offsets, index, rows);
      c += PAIR * PANEL;
      continue;
    }
    if (bytes == 64) gatherPanels<1>(o, outStride, from, b, s, sourceStride, offsets, index, rows);
    else withRow(bytes, [&](auto row) { gatherRest(row, o, from, b, s, offsets, index, rows); });
    c += PANEL;
  }
}

template <class R>
static INLINE void weightedPanel(R, ptr out, int from, ptr bias, ptr source, ptr offsets, ptr index, ptr values, int rows) {
  const R first = from == FROM_BIAS ? R::at(bias) : R::all(0);
  u32 e = load<u32>(offsets);
  for (int r = 0; r < rows; r++, out += R::bytes) {
    offsets += 4;
    const u32 end = load<u32>(offsets);
    if (from == FROM_OUT && e == end) continue;
    R a = from == FROM_OUT ? R::at(out) : first;
    for (; e < end; e++)
      a = a + R::all(load<float>(values + ((size_t)e << 2))) * R::at(source + (size_t)load<u16>(index + ((size_t)e << 1)) * R::bytes);
    a.to(out);
  }
}

static void gatherRowsWeighted(
  ptr out, int outRows, int from, ptr bias, ptr source, int sourceRows, ptr offsets, ptr index, ptr values, int rows, int columns
) {
  for (int c = 0; c < columns; c += PANEL) {
    const ptr o = panelAt(out, outRows, c), s = panelAt(source, sourceRows, c), b = bias + ((size_t)c << 2);
    withRow(rowBytes(c, columns), [&](auto row) { weightedPanel(row, o, from, b, s, offsets, index, values, rows); });
  }
}

static void sumRows(ptr out, int outRows, int outRow, int accumulate, ptr source, int sourceRows, int first, int rows, int columns) {
  for (int c = 0; c < columns; c += PANEL) {
    const size_t bytes = rowBytes(c, columns);
    const ptr o = panelAt(out, outRows, c) + (size_t)outRow * bytes;
    const ptr s = panelAt(source, sourceRows, c) + (size_t)first * bytes;
    withRow(bytes, [&](auto row) {
      using R = decltype(row);
      R a = accumulate ? R::at(o) : R::all(0);
      for (int r = 0; r < rows; r++) a = a + R::at(s + (size_t)r * R::bytes);
      a.to(o);
    });
  }
}

/** One panel: the rows of `source` onto the rows of `out` that their events name. */
template <class R>
static INLINE void scatterPanel(R, ptr out, ptr source, ptr offsets, ptr index, int rows, int steps) {
  ptr e = index + ((size_t)load<u32>(offsets) << 1);
  for (int r = 0; r < rows; r++, source += R::bytes) {
    offsets += 4;
    const ptr end = index + ((size_t)load<u32>(offsets) << 1);
    if (steps > 0 && (r + 1) % steps == 0) {
      e = end;
      continue;
    }
    const R x = R::at(steps > 0 ? source + R::bytes : source);
    for (; e < end; e += 2) {
      const ptr o = out + (size_t)load<u16>(e) * R::bytes;
      (R::at(o) + x).to(o);
    }
  }
}

static void scatterRows(ptr out, int outRows, ptr source, int sourceRows, ptr offsets, ptr index, int rows, int columns, int steps) {
  for (int c = 0; c < columns; c += PANEL)
    withRow(rowBytes(c, columns), [&](auto row) {
      const ptr o = panelAt(out, outRows, c), s = panelAt(source, sourceRows, c);
      if (steps > 0) scatterPanel(row, o, s, offsets, index, rows, steps);
      else scatterPanel(row, o, s, offsets, index, rows, 0);
    });
}
