// Which neurons of a layer fire at several points around its weights: ../../assembly/lif/around.ts.
#pragma once
#include "shared/neuron.h"

/** Points that are followed together: what an addend is read for serves all of them, and the steps of one need not wait for those of another. */
#if defined(__AVX2__)
static const int POINTS = 4;
#else
static const int POINTS = 2;
#endif

/** What the neurons of a panel receive in one sample: addends of `steps` rows, each `part` bytes behind the one before. */
struct Addends {
  ptr source;
  size_t part;
  int directions;
};

/** The spikes of a panel at P points, whose factors, biases and masks lie one behind the other; D: the directions, where the compiler is to know them. */
template <class R, int P, int D>
static INLINE void firePanel(
  R, Addends addends, ptr scales, ptr bias, size_t biasStride, int steps, R leak, R theta, int mode, ptr masks, size_t maskStride
) {
  const int directions = D ? D : addends.directions;
  R kept[P], first[P];
  for (int p = 0; p < P; p++) kept[p] = R::all(0), first[p] = R::load(bias + p * biasStride);
  for (int t = 0; t < steps; t++, addends.source += R::bytes, masks += 2) {
    R x[P];
    const R own = R::load(addends.source);
    for (int p = 0; p < P; p++) x[p] = first[p] + own;
    for (int d = 0; d < directions; d++) {
      const R along = R::load(addends.source + (d + 1) * addends.part);
      for (int p = 0; p < P; p++) x[p] = x[p] + R::all(load<float>(scales + 4 * (size_t)(p * directions + d))) * along;
    }
    for (int p = 0; p < P; p++) {
      const R u = x[p] + kept[p];
      store<u16>(masks + p * maskStride, (u16)(u >= theta).bits());
      kept[p] = carried(u, leak, mode, theta);
    }
  }
}

KERNEL(lifAround) {
  const int rows = samples * steps, panels = (columns + PANEL - 1) / PANEL;
  const size_t maskStride = (size_t)rows * (size_t)panels << 1;
  const auto run = [&](auto mode, auto known) {
    for (int b = 0; b < samples; b++)
      for (int c = 0; c < columns; c += PANEL)
        withRow(rowBytes(c, columns), [&](auto panel) {
          using R = decltype(panel);
          const R k = R::load(leak + ((size_t)c << 2)), theta = R::all(threshold);
          const Addends addends = {panelAt(source, sourceRows, c) + (size_t)(b * steps) * R::bytes, (size_t)rows * R::bytes, directions};
          const ptr own = spikeMasks + (((size_t)(c / PANEL) * rows + (size_t)b * steps) << 1);
          int at = 0;
          const auto pointsAtOnce = [&](auto p) {
            for (; at + p.value <= points; at += p.value)
              firePanel<R, p.value, known.value>(
                panel, addends, scales + 4 * (size_t)(at * directions), bias + at * biasStride + ((size_t)c << 2), biasStride, steps,
                k, theta, mode.value, own + at * maskStride, maskStride);
          };
          pointsAtOnce(Constant<POINTS>());
          pointsAtOnce(Constant<1>());
        });
  };
  withReset(reset, [&](auto mode) {
    if (directions == 2) run(mode, Constant<2>());
    else run(mode, Constant<0>());
  });
}
