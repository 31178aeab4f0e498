// Recurrent layers over all steps of their samples: ../../assembly/lif/recurrent.ts. Samples take their steps together: the
// steps of one need not wait for those of another, and weights that are read serve several.
#pragma once
#include "spikes.h"
#include "gather.h"
#include "lif/backward.h"

static_assert(MAX_PANELWISE_RECURRENT % PANEL == 0, "The samples of whole panels are kept on the stack.");

/** A layer of one panel in S samples: what its neurons receive of each other is looked up. */
template <class R, int S>
static INLINE void recurrentPanel(R, ptr row, ptr input, int steps, R leak, R theta, int mode, ptr tables, ptr spikeMasks) {
  R u[S];
  size_t mask[S];
  for (int t = 0; t < steps; t++, row += R::bytes, spikeMasks += 2)
    for (int s = 0; s < S; s++) {
      const ptr ut = row + (size_t)s * steps * R::bytes;
      R x = R::load(input ? input + s * R::bytes : ut);
      if (t > 0) x = (x + lookUp<R>(tables, mask[s])) + carried(u[s], leak, mode, theta);
      x.store(ut);
      u[s] = x;
      mask[s] = (x >= theta).bits();
      store<u16>(spikeMasks + 2 * (size_t)s * steps, (u16)mask[s]);
    }
}

/** Where the spikes of a sample in one step are listed: u32 0 and their number, and the list. */
struct StepList {
  ptr begin;
  StepList(ptr work, int sample, int size) : begin(work + (size_t)sample * (8 + 2 * ((size_t)size + SPARE_EVENTS))) {}
  ptr ends() const { return begin; }
  ptr neurons() const { return begin + 8; }
};

KERNEL(lifForwardRecurrent) {
  if (size <= PANEL) {
    withRow(rowBytes(0, size), [&](auto panel) {
      using R = decltype(panel);
      tabulate(panel, nullptr, recurrent, size, work);
      const R k = R::load(leak), theta = R::all(threshold);
      int b = 0;
      const auto samplesAtOnce = [&](auto s) {
        for (; b + s.value <= samples; b += s.value) {
          const size_t first = (size_t)b * steps;
          const ptr input = constant ? constant + b * R::bytes : nullptr;
          recurrentPanel<R, s.value>(panel, u + first * R::bytes, input, steps, k, theta, reset, work, spikeMasks + 2 * first);
        }
      };
      samplesAtOnce(Constant<8>());
      samplesAtOnce(Constant<2>());
      samplesAtOnce(Constant<1>());
    });
    return;
  }
  const int panels = (size + PANEL - 1) / PANEL, strip = PAIR * PANEL;
  for (int t = 0; t < steps; t++) {
    for (int c = 0; c < size; c += strip) {
      const int columns = size - c < strip ? size - c : strip;
      for (int b = 0; b < samples; b++) {
        const int r = b * steps + t;
        if (constant)
          for (int i = c; i < c + columns; i += PANEL) {
            const size_t bytes = rowBytes(i, size);
            memcpy(panelAt(u, rows, i) + r * bytes, panelAt(constant, constantRows, i) + b * bytes, bytes);
          }
        const StepList list(work, b, size);
        if (t > 0)
          gatherRows(panelAt(u, rows, c), rows, r, START_OUT, nullptr, panelAt(recurrent, size, c), size, list.ends(), list.neurons(), 1, columns);
        for (int i = c; i < c + columns; i += PANEL)
          withRow(rowBytes(i, size), [&](auto panel) {
            using R = decltype(panel);
            const ptr row = panelAt(u, rows, i) + (size_t)r * R::bytes;
            const R theta = R::all(threshold);
            R x = R::load(row);
            if (t > 0) {
              x = x + carried(R::load(row - R::bytes), R::load(leak + ((size_t)i << 2)), reset, theta);
              x.store(row);
            }
            store<u16>(spikeMasks + 2 * ((size_t)r * panels + (i >> 4)), (u16)(x >= theta).bits());
          });
      }
    }
    for (int b = 0; b < samples && t + 1 < steps; b++) {
      const StepList list(work, b, size);
      const ptr masks = spikeMasks + 2 * ((size_t)b * steps + t) * panels;
      ptr end = list.neurons();
      for (int p = 0; p < panels; p++) end = appendLanes(end, load<u16>(masks + 2 * p), p << 4, PANEL);
      store<u32>(list.ends(), 0);
      store<u32>(list.ends() + 4, (u32)((end - list.neurons()) >> 1));
    }
  }
}

/** e of a panel in S samples: gO + W⁺δ⁺, or gO + m·W⁺δ⁺, then + V·δ[t+1]; `row` is step t of the first one. */
template <class R, int S>
static void errorsOfPanel(
  R, const Block& next, const Block& own, const Sources* sources, int row, bool inWindow, bool last, ptr e
) {
  R sum[S][1];
#pragma GCC unroll 8
  for (int s = 0; s < S; s++) sum[s][0] = inWindow && sources[s].gO && !sources[s].dropoutMask ? R::load(sources[s].gO) : R::all(0);
  addErrors<R, S, 1>(sum, next, row);
  if (sources[0].dropoutMask)
#pragma GCC unroll 8
    for (int s = 0; s < S; s++) sum[s][0] = (inWindow && sources[s].gO ? R::load(sources[s].gO) : R::all(0)) + R::load(sources[s].dropoutMask) * sum[s][0];
  if (!last) addErrors<R, S, 1>(sum, own, row + 1);
#pragma GCC unroll 8
  for (int s = 0; s < S; s++) sum[s][0].store(e + 64 * s);
}

/** δ of a panel at step t of `samples` samples, and what each adds to its dL/dk. */
template <class R, int MODE, bool RECT, bool LEAK>
static void deltasOfStep(
  const Neurons<R>& neurons, const Block& block, const Sources* sources, int samples, int first, int t, ptr e, size_t eStride,
  ptr dk, size_t dkStride
) {
  const R zero = R::all(0);
  const bool last = t == block.steps - 1;
  for (int s = 0; s < samples; s++) {
    const ptr row = block.u + (size_t)(first + s * block.steps + t) * R::bytes;
    const R g = sources[s].gU && t >= block.windowStart ? R::load(sources[s].gU + (size_t)(t - block.windowStart) * R::bytes) : zero;
    const R after = last ? zero : R::load(row + R::bytes);
    const R delta = deltaOf<R, MODE, RECT>(neurons, R::load(row), R::load(e + s * eStride), g, after);
    delta.store(row);
    const ptr sum = dk + s * dkStride;
    if (LEAK && t > 0) (R::load(sum) + delta * afterReset(R::load(row - R::bytes), MODE, neurons.theta)).store(sum);
  }
}

/** dk += what each of the samples adds, in their order. */
static void addOwn(ptr dk, ptr own, size_t stride, int samples, int size) {
  for (int s = 0; s < samples && dk; s++)
    for (size_t i = 0; i < (size_t)size << 2; i += 16) (Row4::load(dk + i) + Row4::load(own + s * stride + i)).store(dk + i);
}

KERNEL(lifBackwardRecurrent) {
  const Surrogate surrogate = {shape, width, height};
  const int panels = (size + PANEL - 1) / PANEL, nextColumns = next ? nextSize : 0;
  const size_t dkStride = (size_t)panels << 6;
  // Scratch: W⁺ and V of every panel with rows and columns exchanged; e of a panel, and dL/dk of all, by sample.
  const ptr nextTransposed = work, ownTransposed = nextTransposed + (size_t)panels * nextColumns * 64;
  const ptr e = ownTransposed + (size_t)panels * size * 64, ownDk = e + RECURRENT_SAMPLES * 64;
  for (int p = 0; p < panels; p++)
    withRow(rowBytes(p << 4, size), [&](auto panel) {
      if (next) transposePanel(panel, nextTransposed + (size_t)p * nextColumns * 64, next, size, nextColumns, p << 4);
      transposePanel(panel, ownTransposed + (size_t)p * size * 64, recurrent, size, size, p << 4);
    });
  for (int b = 0; b < samples;) {
    const int parallel = samples - b >= RECURRENT_SAMPLES ? RECURRENT_SAMPLES : samples - b >= 2 ? 2 : 1, first = b * steps;
    memset(ownDk, 0, RECURRENT_SAMPLES * dkStride);
    Sources sources[MAX_PANELWISE_RECURRENT / PANEL][RECURRENT_SAMPLES];
    for (int p = 0; p < panels; p++)
      for (int s = 0; s < parallel; s++) {
        const size_t own = ((size_t)(b + s) * size + (size_t)(p << 4)) << 2;
        const ptr outside = gU ? gU + ((size_t)(b + s) * (steps - windowStart) * size << 2) : nullptr;
        sources[p][s] = {dropoutMask ? dropoutMask + own : nullptr, gO ? gO + own : nullptr, gU ? panelAt(outside, steps - windowStart, p << 4) : nullptr};
      }
    for (int t = steps - 1; t >= 0; t--)
      for (int p = 0; p < panels; p++)
        withRow(rowBytes(p << 4, size), [&](auto panel) {
          using R = decltype(panel);
          const size_t offset = (size_t)p << 6;
          const Neurons<R> neurons = {
            R::load(leak + offset), R::all(threshold), R::all(width), R::all(height), surrogate, resetGradient && reset >= 0,
          };
          const Block own = {panelAt(u, rows, p << 4), rows, steps, windowStart, ownTransposed + (size_t)p * size * 64, size, u};
          const Block above = {own.u, rows, steps, windowStart, nextTransposed + (size_t)p * nextColumns * 64, nextColumns, nextDelta};
          const bool inWindow = t >= windowStart, last = t == steps - 1;
          if (parallel == RECURRENT_SAMPLES) errorsOfPanel<R, RECURRENT_SAMPLES>(panel, above, own, sources[p], first + t, inWindow, last, e);
          else if (parallel == 2) errorsOfPanel<R, 2>(panel, above, own, sources[p], first + t, inWindow, last, e);
          else errorsOfPanel<R, 1>(panel, above, own, sources[p], first + t, inWindow, last, e);
          withMode(reset, shape == SURROGATE_RECTANGULAR, dk, [&](auto m, auto rectangular, auto learned) {
            deltasOfStep<R, m.value, rectangular.value, learned.value>(
              neurons, own, sources[p], parallel, first, t, e, 64, ownDk + offset, dkStride);
          });
        });
    addOwn(dk, ownDk, dkStride, parallel, size);
    b += parallel;
  }
}
