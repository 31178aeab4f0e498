// A wide recurrent layer, or one below a wide one, backward, step by step: lifBackwardSteps of ../../assembly/lif/backward-steps.ts.
// Samples take their steps together, so that weights that are read serve them all.
#pragma once
#include "lif/recurrent.h"

static_assert(STEPS_SAMPLES <= 16, "A mask of samples has sixteen bits.");

/** A bit matrix turned over: bit s of columns[i] is bit i of rows[s], of sixteen by sixteen. */
static INLINE void turnBits(const u16* rows, ptr columns) {
#ifdef __AVX512BW__
  const __m256i all = _mm256_loadu_si256((const __m256i*)rows);
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) store<u16>(columns + 2 * i, (u16)_mm256_movepi16_mask(_mm256_slli_epi16(all, 15 - i)));
#else
  for (int i = 0; i < 16; i++) {
    u32 column = 0;
    for (int s = 0; s < 16; s++) column |= (u32)(rows[s] >> i & 1) << s;
    store<u16>(columns + 2 * i, (u16)column);
  }
#endif
}

/** In which samples each neuron is inside its window, in rows first, first + steps …: a bit each, u16 [whole panels]. */
static void findActive(ptr u, int rows, int first, int steps, int samples, int size, float threshold, Surrogate surrogate, ptr active) {
  for (int c = 0; c < size; c += PANEL)
    withRow(rowBytes(c, size), [&](auto panel) {
      using R = decltype(panel);
      const R theta = R::all(threshold);
      u16 inside[16] = {};
      for (int s = 0; s < samples; s++) {
        const R x = R::load(panelAt(u, rows, c) + (size_t)(first + s * steps) * R::bytes) - theta;
        inside[s] = (u16)(surrogate.shape == SURROGATE_RECTANGULAR ? x.abs() < R::all(surrogate.width) : R::all(0) < derivative(x, surrogate)).bits();
      }
      turnBits(inside, active + 2 * (size_t)c);
    });
}

/** Weights, row after row, and what rows are multiplied with: of each sample the deltas of one step. Both end with zeros. */
struct Product {
  ptr weights, deltas;
  size_t stride;

  /** Lays the rows of a matrix in panels one after the other, so that they are read in order. */
  void toRowMajor(ptr matrix, int rows, int columns) const {
    for (int c = 0; c < columns; c += PANEL) {
      const size_t bytes = rowBytes(c, columns);
      for (int i = 0; i < rows; i++)
        partOf(panelAt(matrix, rows, c) + i * bytes, bytes).store(weights + i * stride + 4 * (size_t)c);
    }
  }

  /** Takes the deltas of the rows `row`, row + steps … */
  void take(ptr delta, int rows, int columns, int row, int steps, int samples) const {
    for (int c = 0; c < columns; c += PANEL) {
      const size_t bytes = rowBytes(c, columns);
      for (int s = 0; s < samples; s++)
        partOf(panelAt(delta, rows, c) + (size_t)(row + s * steps) * bytes, bytes).store(deltas + s * stride + 4 * (size_t)c);
    }
  }

  /** sum[n] += lanes of the weights of neuron `i` times the deltas of sample of[n]. */
  template <int N> INLINE void addTo(Row16* sum, int i, const int* of) const {
    ptr d[N];
#pragma GCC unroll 4
    for (int n = 0; n < N; n++) d[n] = deltas + of[n] * stride;
    const ptr w = weights + i * stride;
    for (size_t offset = 0; offset < stride; offset += 64) {
      const Row16 v = Row16::load(w + offset);
#pragma GCC unroll 4
      for (int n = 0; n < N; n++) sum[n] = sum[n] + v * Row16::load(d[n] + offset);
    }
  }
};

/** The sum of sixteen lanes: quarters first, then as sumLanes of ../assembly/shared/panel.ts. */
static INLINE float sumOf(Row16 x) {
  alignas(64) uint8_t p[64];
  x.store(p);
  const Row4 a = (Row4::load(p) + Row4::load(p + 16)) + (Row4::load(p + 32) + Row4::load(p + 48));
  return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]);
}

/** Where the errors of a block of samples come from and go to: dropoutMask, gO and e are [samples × stride]. */
struct Errors {
  const Product *next, *own;
  ptr dropoutMask, gO;
  size_t stride;
  ptr e;
  size_t eStride;
};

/** e = m·W⁺δ⁺ + V·δ[t+1] + gO of neuron `i` in N samples. */
template <int N> static INLINE void errorOf(const Errors& errors, int i, const int* of) {
  Row16 sum[N];
#pragma GCC unroll 4
  for (int n = 0; n < N; n++) sum[n] = Row16::all(0);
  const size_t offset = (size_t)i << 2;
  if (errors.next) errors.next->addTo<N>(sum, i, of);
  if (errors.dropoutMask)
#pragma GCC unroll 4
    for (int n = 0; n < N; n++) sum[n] = sum[n] * Row16::all(load<float>(errors.dropoutMask + of[n] * errors.stride + offset));
  if (errors.own) errors.own->addTo<N>(sum, i, of);
#pragma GCC unroll 4
  for (int n = 0; n < N; n++)
    store(errors.e + of[n] * errors.eStride + offset, sumOf(sum[n]) + (errors.gO ? load<float>(errors.gO + of[n] * errors.stride + offset) : 0));
}

/** e of all neurons where they are inside their window; a row of weights that is read serves all samples. */
static void errorsOf(const Errors& errors, ptr active, int size) {
  for (int i = 0; i < size; i++) {
    u32 mask = load<u16>(active + 2 * (size_t)i);
    while (mask) {
      int of[4], n = 0;
      for (; mask && n < 4; mask &= mask - 1) of[n++] = __builtin_ctz(mask);
      switch (n) {
        case 4: errorOf<4>(errors, i, of); break;
        case 3: errorOf<3>(errors, i, of); break;
        case 2: errorOf<2>(errors, i, of); break;
        default: errorOf<1>(errors, i, of);
      }
    }
  }
}

KERNEL(lifBackwardSteps) {
  const Surrogate surrogate = {shape, width, height};
  const int atOnce = samples < STEPS_SAMPLES ? samples : STEPS_SAMPLES;
  const size_t stride = (size_t)size << 2, whole = (size_t)((size + PANEL - 1) & -PANEL) << 2;
  const int nextColumns = padded(nextSize);
  const size_t nextWhole = next ? (size_t)((nextSize + PANEL - 1) & -PANEL) << 2 : 0;
  // Scratch: who is active; of each sample e, dL/dk and the deltas of a step; the weights.
  const ptr active = work, e = work + whole, ownDk = e + atOnce * whole, deltas = ownDk + atOnce * whole;
  const ptr weights = deltas + atOnce * (whole + nextWhole);
  const Product own = {weights, deltas, whole};
  const Product above = {weights + (recurrent ? size * whole : 0), deltas + atOnce * whole, nextWhole};
  if (recurrent) own.toRowMajor(recurrent, size, size);
  if (next) above.toRowMajor(next, size, nextColumns);
  memset(e, 0, atOnce * whole);
  for (int b = 0, count; b < samples; b += count) {
    count = samples - b < atOnce ? samples - b : atOnce;
    memset(ownDk, 0, count * whole);
    for (int t = steps - 1; t >= 0; t--) {
      const int first = b * steps + t;
      const bool carried = recurrent && t + 1 < steps;
      findActive(u, rows, first, steps, count, size, threshold, surrogate, active);
      if (next) above.take(nextDelta, rows, nextColumns, first, steps, count);
      if (carried) own.take(u, rows, size, first + 1, steps, count);
      const Errors errors = {
        next ? &above : nullptr, carried ? &own : nullptr, dropoutMask ? dropoutMask + b * stride : nullptr,
        gO && t >= windowStart ? gO + b * stride : nullptr, stride, e, whole,
      };
      errorsOf(errors, active, size);
      for (int c = 0; c < size; c += PANEL)
        withRow(rowBytes(c, size), [&](auto panel) {
          using R = decltype(panel);
          const size_t offset = (size_t)c << 2;
          const Neurons<R> neurons = {
            R::load(leak + offset), R::all(threshold), R::all(width), R::all(height), surrogate, resetGradient && reset >= 0,
          };
          const Block block = {panelAt(u, rows, c), rows, steps, windowStart, nullptr, 0, nullptr};
          Sources sources[STEPS_SAMPLES];
          for (int s = 0; s < count; s++)
            sources[s] = {nullptr, nullptr, gU ? panelAt(gU + (steps - windowStart) * (b + s) * stride, steps - windowStart, c) : nullptr};
          // What lies in e outside the window is left over from other steps, but masked.
          withMode(reset, shape == SURROGATE_RECTANGULAR, dk, [&](auto m, auto rectangular, auto learned) {
            deltasOfStep<R, m.value, rectangular.value, learned.value>(
              neurons, block, sources, count, b * steps, t, e + offset, whole, ownDk + offset, whole);
          });
        });
    }
    addOwn(dk, ownDk, whole, count, size);
  }
}
