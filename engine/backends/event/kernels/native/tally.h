// What neurons do, counted for statistics: ../assembly/tally.ts.
#pragma once
#include "shared/row.h"

/** The greatest number that a lane of eight bits holds. */
static const int FULL = 255;

/** The compiler's own vectors of 16·N bytes. */
template <int N> struct Bytes;
template <> struct Bytes<1> {
  typedef uint8_t V __attribute__((vector_size(16)));
};
template <> struct Bytes<2> {
  typedef uint8_t V __attribute__((vector_size(32)));
};

/** Counts of the neurons of N panels in eight bits each. */
template <int N> struct Counts {
  typedef typename Bytes<N>::V V;
  V v;

  static INLINE Counts zero() { return {V{}}; }
  static INLINE Counts load(const uint8_t* p) {
    Counts r;
    memcpy(&r.v, p, sizeof r.v);
    return r;
  }
  INLINE void store(ptr p) const { memcpy(p, &v, sizeof v); }
  INLINE Counts operator+(Counts o) const { return {v + o.v}; }

  /** One in the lane of each neuron that fired, of N masks side by side. */
  static INLINE Counts fired(const uint8_t* masks) {
    V lanes;
    for (int i = 0; i < 2 * N; i++) {
      // Eight lanes have the same byte of the masks, of which each wants another bit.
      const uint64_t bytes = 0x0101010101010101ull * masks[i];
      memcpy((uint8_t*)&lanes + 8 * i, &bytes, 8);
    }
    V bits;
    for (int i = 0; i < 16 * N; i++) bits[i] = (uint8_t)(1 << (i & 7));
    return {(V)((lanes & bits) == bits) & 1};
  }

  /** Adds them to those of each panel, u32 [16], which lie `distance` bytes apart. */
  INLINE void addTo(ptr sums, size_t distance) const {
    uint8_t counts[16 * N];
    store(counts);
    for (int n = 0; n < N; n++) {
      u32* const to = (u32*)(sums + n * distance);
      for (int i = 0; i < PANEL; i++) to[i] += counts[n * PANEL + i];
    }
  }
};

#ifdef __AVX2__
template <> INLINE Counts<2> Counts<2>::fired(const uint8_t* masks) {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  return {(V)_mm256_maskz_set1_epi8(::load<u32>(masks), 1)};
#else
  const __m256i places = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  const __m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201ull);
  const __m256i lanes = _mm256_shuffle_epi8(_mm256_set1_epi32(::load<int>(masks)), places);
  return {(V)_mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(lanes, bits), bits), _mm256_set1_epi8(1))};
#endif
}
#endif

/** Where the spikes of some panels lie, and where they are counted. */
struct Tally {
  int samples, steps, stepsPerBin;
  size_t stride, ownStride, binStride;
};

/**
 * N panels of one sample: `own` u32 of each neuron; of each stretch u32 in `out` or, where those of all samples fit eight bits,
 * 16·N bytes in `work`.
 */
template <int N, bool TOGETHER>
static INLINE void tallyPanels(const Tally& t, ptr masks, ptr own, ptr out, ptr work) {
  Counts<N> sum = Counts<N>::zero();
  int room = FULL;
  for (int from = 0; from < t.steps; from += t.stepsPerBin, out += 64, work += 16 * N) {
    const int to = from + t.stepsPerBin < t.steps ? from + t.stepsPerBin : t.steps;
    for (int step = from; step < to;) {
      const int end = to - step < FULL ? to : step + FULL;
      if (room < end - step) {
        sum.addTo(own, 64);
        sum = Counts<N>::zero();
        room = FULL;
      }
      room -= end - step;
      Counts<N> counts = Counts<N>::zero();
      for (; step < end; step++, masks += t.stride) counts = counts + Counts<N>::fired(masks);
      sum = sum + counts;
      if (TOGETHER) (Counts<N>::load(work) + counts).store(work);
      else counts.addTo(out, t.binStride);
    }
  }
  sum.addTo(own, 64);
}

/** Sample by sample, whose masks then stay in the first cache. */
template <bool TOGETHER>
static void tallySamples(const Tally& t, int panels, ptr masks, ptr own, ptr out, ptr work) {
  const size_t bins = t.binStride >> 6;
  for (int b = 0; b < t.samples; b++, masks += t.steps * t.stride, own += t.ownStride) {
    int p = 0;
#ifdef __AVX2__
    for (; p + 2 <= panels; p += 2)
      tallyPanels<2, TOGETHER>(t, masks + 2 * p, own + 64 * p, out + p * t.binStride, work + p * bins * 16);
#endif
    for (; p < panels; p++)
      tallyPanels<1, TOGETHER>(t, masks + 2 * p, own + 64 * p, out + p * t.binStride, work + p * bins * 16);
  }
  if (!TOGETHER) return;
  int p = 0;
#ifdef __AVX2__
  for (; p + 2 <= panels; p += 2)
    for (size_t bin = 0; bin < bins; bin++)
      Counts<2>::load(work + (p * bins + 2 * bin) * 16).addTo(out + p * t.binStride + (bin << 6), t.binStride);
#endif
  for (; p < panels; p++)
    for (size_t bin = 0; bin < bins; bin++)
      Counts<1>::load(work + (p * bins + bin) * 16).addTo(out + p * t.binStride + (bin << 6), t.binStride);
}

KERNEL(tallySpikes) {
  const int bins = (steps + stepsPerBin - 1) / stepsPerBin;
  const size_t row = (size_t)panels << 6;
  const Tally t = {samples, steps, stepsPerBin, (size_t)panels << 1, row, (size_t)bins << 6};
  memset(perSample, 0, row * (size_t)samples);
  if (samples > FULL / stepsPerBin) return tallySamples<false>(t, panels, spikeMasks, perSample, perBin, work);
  memset(work, 0, 16 * (size_t)panels * (size_t)bins);
  tallySamples<true>(t, panels, spikeMasks, perSample, perBin, work);
}

KERNEL(countWithin) {
  for (int c = 0; c < columns; c += PANEL)
    withRow(rowBytes(c, columns), [&](auto panel) {
      using R = decltype(panel);
      const R middle = R::all(threshold), half = R::all(width), one = R::all(1);
      ptr row = panelAt(u, rows, c);
      // Rows are numbered in sixteen bits, so that a float32 counts them exactly; four sums do not wait for one another.
      R sums[4] = {R::all(0), R::all(0), R::all(0), R::all(0)};
      const auto count = [&](R& sum) {
        sum = sum + one.where((R::load(row) - middle).abs() < half);
        row += R::bytes;
      };
      int r = 0;
      for (; r + 4 <= used; r += 4)
        for (R& sum : sums) count(sum);
      for (; r < used; r++) count(sums[0]);
      float all[PANEL];
      ((sums[0] + sums[1]) + (sums[2] + sums[3])).store((ptr)all);
      for (int i = 0; i < R::bytes / 4; i++) store<u32>(counts + 4 * (size_t)(c + i), (u32)all[i]);
    });
}
