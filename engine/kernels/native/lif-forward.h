// One layer of neurons over all steps of one sample: ../assembly/lif-forward.ts.
#pragma once
#include "gather.h"
#include "select.h"

static const int HARD = 0;
static const int SOFT = 1;

/** r(u, o): what reset leaves of a potential. */
template <class R> static INLINE R kept(R u, int mode, R theta) {
  if (mode == HARD) return u.unless(u >= theta);
  if (mode == SOFT) return u - theta.where(u >= theta);
  return u;
}

/** One panel in one step: u = I + k·r(u of the step before); the neurons that fire are appended to `list`. */
template <class R>
static INLINE ptr stepPanel(R, ptr row, ptr input, ptr leak, bool first, int mode, bool spiking, float threshold, int column, ptr list) {
  const R theta = R::all(threshold);
  R u = R::at(input);
  if (!first) u = u + R::at(leak) * kept(R::at(row - R::bytes), mode, theta);
  if (!first || input != row) u.to(row);
  return spiking ? appendLanes(list, (u >= theta).bits(), column, R::bytes / 4) : list;
}

static void lifForward(
  ptr u, int rows, int first, ptr constant, int constantRows, int constantRow, int steps, int size, ptr leak, float threshold,
  int reset, int spiking, ptr recurrent, ptr offsets, ptr channels
) {
  const int mode = spiking ? reset : -1;
  ptr list = channels + ((size_t)load<u32>(offsets) << 1);
  for (int t = 0; t < steps; t++) {
    if (recurrent && t > 0 && constant)
      for (int c = 0; c < size; c += PANEL) {
        const size_t bytes = rowBytes(c, size);
        memcpy(panelAt(u, rows, c) + (size_t)(first + t) * bytes, panelAt(constant, constantRows, c) + (size_t)constantRow * bytes, bytes);
      }
    const bool ready = !constant || (recurrent && t > 0);
    if (recurrent && t > 0)
      gatherRows(u, rows, first + t, FROM_OUT, 0, recurrent, size, offsets + ((size_t)(t - 1) << 2), channels, 1, size);
    for (int c = 0; c < size; c += PANEL) {
      const size_t bytes = rowBytes(c, size);
      const ptr row = panelAt(u, rows, c) + (size_t)(first + t) * bytes;
      const ptr input = ready ? row : panelAt(constant, constantRows, c) + (size_t)constantRow * bytes;
      withRow(bytes, [&](auto r) {
        const ptr k = leak + ((size_t)c << 2);
        if (mode == HARD) list = stepPanel(r, row, input, k, t == 0, HARD, true, threshold, c, list);
        else list = stepPanel(r, row, input, k, t == 0, mode, spiking, threshold, c, list);
      });
    }
    if (spiking) store<u32>(offsets + ((size_t)(t + 1) << 2), (u32)((list - channels) >> 1));
  }
}
