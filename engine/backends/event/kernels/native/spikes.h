// What is made of the masks of a layer's spikes: ../assembly/spikes.ts.
#pragma once
#include "shared/row.h"
#include "shared/select.h"

static_assert(TABLE_ROWS == 2 * 256, "A table has a row for each pattern of eight neurons; a panel has two.");

KERNEL(listSpikes) {
  ptr list = channels;
  store<u32>(offsets, 0);
  for (int r = 1; r <= rows; r++) {
    for (int p = 0; p < panels; p++, spikeMasks += 2) list = appendLanes(list, load<u16>(spikeMasks), p << 4, PANEL);
    store<u32>(offsets + ((size_t)r << 2), (u32)((list - channels) >> 1));
  }
}

KERNEL(countSpikes) {
  const size_t bytes = (size_t)steps * (size_t)panels << 1;
  for (int b = 0; b < samples; b++, counts += 4) {
    u32 sum = 0;
    const ptr end = spikeMasks + bytes;
    for (; spikeMasks + 8 <= end; spikeMasks += 8) sum += (u32)__builtin_popcountll(load<uint64_t>(spikeMasks));
    for (; spikeMasks < end; spikeMasks += 2) sum += (u32)__builtin_popcount(load<u16>(spikeMasks));
    store(counts, sum);
  }
}

/**
 * The sums of all patterns of neurons 0 … 7, from `start` on, and of 8 … 15, in 256 rows each: the weights of the neurons that
 * fired in ascending order. `start`: a row, or null for zeros.
 */
template <class R> static INLINE void tabulate(R, ptr start, ptr source, int inputs, ptr tables) {
  const ptr high = tables + 256 * R::bytes;
  (start ? R::load(start) : R::all(0)).store(tables);
  R::all(0).store(high);
  for (int i = 0; i < inputs; i++) {
    const R w = R::load(source + (size_t)i * R::bytes);
    // The patterns whose highest neuron is i are those below it, and i.
    const size_t bytes = (size_t)R::bytes << (i & 7);
    for (ptr m = i < 8 ? tables : high, end = m + bytes; m < end; m += R::bytes) (R::load(m) + w).store(m + bytes);
  }
}

/** The sum that the tables have for a mask. */
template <class R> static INLINE R lookUp(ptr tables, size_t mask) {
  return R::load(tables + (mask & 255) * R::bytes) + R::load(tables + (256 + (mask >> 8)) * R::bytes);
}

/** Twelve columns as eight and four: what is written with a mask cannot be read again before it is in the cache. */
template <class R> struct Unmasked {
  typedef R Row;
};
template <> struct Unmasked<Row12> {
  typedef Two<Row8, Row4> Row;
};

KERNEL(gatherSpikes) {
  withRow(rowBytes(0, columns), [&](auto whole) {
    typedef typename Unmasked<decltype(whole)>::Row R;
    const R row = {};
    for (int first = 0; first < inputs; first += PANEL, spikeMasks += 2 * (size_t)rows) {
      const int own = inputs - first < PANEL ? inputs - first : PANEL;
      tabulate(row, first == 0 ? bias : nullptr, source + (size_t)first * R::bytes, own, tables);
      ptr o = out;
      for (int r = 0; r < rows; r++, o += R::bytes) {
        const R sum = lookUp<R>(tables, load<u16>(spikeMasks + 2 * (size_t)r));
        (first == 0 ? sum : R::load(o) + sum).store(o);
      }
    }
  });
}

KERNEL(transposeMasks) {
  for (int r = 0; r < rows; r++, spikeMasks += 2)
    for (int p = 0; p < panels; p++, out += 2) store<u16>(out, load<u16>(spikeMasks + 2 * (size_t)p * (size_t)rows));
}

#ifdef __AVX512F__
/** The columns of a panel's gradient in registers, a neuron in each lane: a mask says which of them a row is added to. */
template <int COLUMNS>
static INLINE void scatterMasked(ptr out, int neurons, ptr source, ptr spikeMasks, size_t stride, int rows) {
  alignas(64) float byColumn[COLUMNS][16] = {};
  for (int i = 0; i < neurons; i++)
    for (int k = 0; k < COLUMNS; k++) byColumn[k][i] = load<float>(out + 4 * ((size_t)i * COLUMNS + k));
  __m512 sum[COLUMNS];
  for (int k = 0; k < COLUMNS; k++) sum[k] = _mm512_load_ps(byColumn[k]);
  for (int r = 0; r < rows; r++, source += 4 * COLUMNS, spikeMasks += stride) {
    const __mmask16 mask = load<u16>(spikeMasks);
    for (int k = 0; k < COLUMNS; k++)
      sum[k] = _mm512_mask_add_ps(sum[k], mask, sum[k], _mm512_set1_ps(load<float>(source + 4 * k)));
  }
  for (int k = 0; k < COLUMNS; k++) _mm512_store_ps(byColumn[k], sum[k]);
  for (int i = 0; i < neurons; i++)
    for (int k = 0; k < COLUMNS; k++) store(out + 4 * ((size_t)i * COLUMNS + k), byColumn[k][i]);
}
#endif

KERNEL(scatterSpikes) {
  withRow(rowBytes(0, columns), [&](auto row) {
    using R = decltype(row);
#ifdef __AVX512F__
    for (int p = 0; p < panels; p++) {
      const int left = outRows - p * PANEL;
      const ptr panel = out + (size_t)p * PANEL * R::bytes;
      scatterMasked<R::bytes / 4>(panel, left < PANEL ? left : PANEL, source, spikeMasks + 2 * (size_t)p, 2 * (size_t)panels, rows);
    }
#else
    (void)outRows;
    ptr s = source, f = spikeMasks;
    for (int r = 0; r < rows; r++, s += R::bytes) {
      const R x = R::load(s);
      for (int p = 0; p < panels; p++, f += 2)
        for (u32 mask = load<u16>(f); mask; mask &= mask - 1) {
          const ptr o = out + (size_t)(p * PANEL + __builtin_ctz(mask)) * R::bytes;
          (R::load(o) + x).store(o);
        }
    }
#endif
  });
}
