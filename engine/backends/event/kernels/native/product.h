// Dense products: ../assembly/product.ts. Every sum runs over its terms in ascending order.
#pragma once
#include "gather.h"

/** Rows of the result that are worked on at once: as many as the registers have room for. */
#ifdef __AVX512F__
static const int TILE_ROWS = 8;
#elif defined(__AVX2__)
static const int TILE_ROWS = 4;
#else
static const int TILE_ROWS = 2;
#endif

/** N rows of a panel of the result. `a` is where the first row begins in the first panel. */
template <int N> static INLINE void rowsTimesPanel(ptr out, int start, ptr init, ptr a, ptr b, int rows, int inner) {
  Row16 s[N];
  for (int n = 0; n < N; n++)
    s[n] = start == START_BIAS ? Row16::load(init) : start == START_OUT ? Row16::load(out + 64 * n) : Row16::all(0);
  for (int k = 0; k < inner; k += PANEL, a += (size_t)rows << 6)
    for (int p = 0; p < 64; p += 4, b += 64) {
      const Row16 w = Row16::load(b);
      for (int n = 0; n < N; n++) s[n] = s[n] + Row16::all(load<float>(a + 64 * n + p)) * w;
    }
  for (int n = 0; n < N; n++) s[n].store(out + 64 * n);
}

KERNEL(multiply) {
  for (int c = 0; c < columns; c += PANEL) {
    const ptr panel = panelAt(b, inner, c), init = bias + ((size_t)c << 2);
    ptr o = panelAt(out, rows, c);
    int r = 0;
    for (; r + TILE_ROWS <= rows; r += TILE_ROWS, o += 64 * TILE_ROWS)
      rowsTimesPanel<TILE_ROWS>(o, start, init, a + ((size_t)r << 6), panel, rows, inner);
    for (; r < rows; r++, o += 64) rowsTimesPanel<1>(o, start, init, a + ((size_t)r << 6), panel, rows, inner);
  }
}

/** N rows of a panel of out: N entries of every row of `a`, sixteen of every row of `b`. */
template <int N> static INLINE void addOuterProducts(ptr out, bool accumulate, ptr a, ptr b, int rows) {
  Row16 s[N];
  for (int n = 0; n < N; n++) s[n] = accumulate ? Row16::load(out + 64 * n) : Row16::all(0);
  for (int r = 0; r < rows; r++, a += 64, b += 64) {
    const Row16 w = Row16::load(b);
    for (int n = 0; n < N; n++) s[n] = s[n] + Row16::all(load<float>(a + 4 * n)) * w;
  }
  for (int n = 0; n < N; n++) s[n].store(out + 64 * n);
}

/** Rows that are gone through at a time: their parts of two panels fit the L1 cache. */
static const int CHUNK = 128;

KERNEL(multiplyTransposed) {
  for (int first = 0; first < rows || first == 0; first += CHUNK) {
    const int count = rows - first < CHUNK ? rows - first : CHUNK;
    const bool continued = accumulate || first > 0;
    for (int c = 0; c < n; c += PANEL) {
      const ptr right = panelAt(b, rows, c) + ((size_t)first << 6);
      for (int i = 0; i < m; i += PANEL) {
        const ptr left = panelAt(a, rows, i) + ((size_t)first << 6);
        const ptr tile = panelAt(out, m, c) + ((size_t)i << 6);
        for (int q = 0; q < 16; q += TILE_ROWS) addOuterProducts<TILE_ROWS>(tile + 64 * q, continued, left + 4 * q, right, count);
      }
    }
  }
}

/** Panels that are multiplied at once: a value that is read serves them all, and as many sums are under way. */
#if defined(__AVX2__)
static const int SPARSE_PANELS = 4;
#else
static const int SPARSE_PANELS = 1;
#endif

/** P panels of every row of the result. */
template <int P>
static INLINE void sparseRowsTimesPanels(ptr out, size_t stride, ptr offsets, ptr indices, ptr values, ptr b, size_t panel, int rows) {
  u32 e = load<u32>(offsets);
  for (int r = 0; r < rows; r++, out += stride) {
    offsets += 4;
    const u32 end = load<u32>(offsets);
    Row16 s[P];
    for (int p = 0; p < P; p++) s[p] = Row16::all(0);
    for (; e < end; e++) {
      const Row16 x = Row16::all(load<float>(values + ((size_t)e << 2)));
      const ptr row = b + ((size_t)load<u16>(indices + ((size_t)e << 1)) << 6);
      for (int p = 0; p < P; p++) s[p] = s[p] + x * Row16::load(row + p * panel);
    }
    for (int p = 0; p < P; p++) s[p].store(out + 64 * p);
  }
}

KERNEL(multiplySparse) {
  const size_t stride = (size_t)columns << 2, panel = (size_t)inner << 6;
  int c = 0;
  for (; c + SPARSE_PANELS * PANEL <= columns; c += SPARSE_PANELS * PANEL)
    sparseRowsTimesPanels<SPARSE_PANELS>(out + ((size_t)c << 2), stride, offsets, indices, values, panelAt(b, inner, c), panel, rows);
  for (; c < columns; c += PANEL)
    sparseRowsTimesPanels<1>(out + ((size_t)c << 2), stride, offsets, indices, values, panelAt(b, inner, c), panel, rows);
}
