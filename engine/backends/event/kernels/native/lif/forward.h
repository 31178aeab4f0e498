// Layers of neurons over all steps of their samples: ../../assembly/lif/forward.ts.
#pragma once
#include "shared/neuron.h"

/** Samples of which the registers can hold what they need. */
#ifdef __AVX512F__
static const int PARALLEL = 8;
#else
static const int PARALLEL = 4;
#endif

/** The potentials of a panel in S samples at once, so that the steps of one need not wait for those of another. */
template <class R, int S>
static INLINE void stepsOfPanel(
  R, ptr row, ptr input, int steps, R leak, R theta, int mode, bool spiking, ptr spikeMasks, size_t stride
) {
  R u[S];
  for (int t = 0; t < steps; t++, row += R::bytes, spikeMasks += stride)
    for (int s = 0; s < S; s++) {
      const ptr ut = row + (size_t)s * steps * R::bytes;
      const R received = R::load(input ? input + s * R::bytes : ut);
      u[s] = t > 0 ? received + carried(u[s], leak, mode, theta) : received;
      if (t > 0 || input) u[s].store(ut);
      if (spiking) store<u16>(spikeMasks + (size_t)s * steps * stride, (u16)(u[s] >= theta).bits());
    }
}

KERNEL(lifForward) {
  const size_t stride = (size_t)panels << 1;
  for (int c = 0; c < columns; c += PANEL)
    withRow(rowBytes(c, columns), [&](auto panel) {
      using R = decltype(panel);
      const R k = R::load(leak + ((size_t)c << 2)), theta = R::all(threshold);
      ptr row = panelAt(u, rows, c);
      ptr input = constant ? panelAt(constant, constantRows, c) : nullptr;
      ptr mask = spikeMasks + ((size_t)c >> 4 << 1);
      const auto run = [&](auto mode, auto fires) {
        int b = 0;
        const auto samplesAtOnce = [&](auto s) {
          for (; b + s.value <= samples; b += s.value) {
            stepsOfPanel<R, s.value>(panel, row, input, steps, k, theta, mode.value, fires.value, mask, stride);
            row += (size_t)s.value * steps * R::bytes;
            mask += (size_t)s.value * steps * stride;
            if (input) input += s.value * R::bytes;
          }
        };
        if (PARALLEL > 4) samplesAtOnce(Constant<PARALLEL>());
        samplesAtOnce(Constant<4>());
        samplesAtOnce(Constant<2>());
        samplesAtOnce(Constant<1>());
      };
      if (!spiking) run(Constant<RESET_OFF>(), Constant<false>());
      else withReset(reset, [&](auto mode) { run(mode, Constant<true>()); });
    });
}
