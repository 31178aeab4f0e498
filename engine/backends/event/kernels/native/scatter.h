// Rows onto rows that events name: ../assembly/scatter.ts.
#pragma once
#include "shared/row.h"

/** Where one or two panels of a gradient and of the deltas lie. */
struct Gradient {
  ptr out, source, restOut, restSource;
};

/** One panel, or two side by side: the rows of `source` onto the rows of `out` that their events name. */
template <class R, class Rest>
static INLINE void scatterPanels(const Gradient& gradient, ptr offsets, ptr indices, int rows, int delayWithin) {
  ptr e = indices + ((size_t)load<u32>(offsets) << 1);
  for (int r = 0, t = 1; r < rows; r++, t++) {
    offsets += 4;
    const ptr end = indices + ((size_t)load<u32>(offsets) << 1);
    if (t == delayWithin) {
      t = 0;
      e = end;
      continue;
    }
    const size_t row = delayWithin > 0 ? r + 1 : r;
    const R x = R::load(gradient.source + row * R::bytes);
    const Rest y = Rest::load(gradient.restSource + row * Rest::bytes);
    for (; e < end; e += 2) {
      const size_t channel = load<u16>(e);
      const ptr o = gradient.out + channel * R::bytes, p = gradient.restOut + channel * Rest::bytes;
      (R::load(o) + x).store(o);
      (Rest::load(p) + y).store(p);
    }
  }
}

/** As many rows of `source` onto rows of `out` as there are numbers in the two lists. */
template <class R, class Rest>
static INLINE void addPanels(const Gradient& gradient, ptr outIndices, ptr sourceIndices, u32 count) {
  for (u32 e = 0; e < count; e++) {
    const size_t row = load<u16>(sourceIndices + 2 * (size_t)e), channel = load<u16>(outIndices + 2 * (size_t)e);
    const ptr o = gradient.out + channel * R::bytes, p = gradient.restOut + channel * Rest::bytes;
    (R::load(o) + R::load(gradient.source + row * R::bytes)).store(o);
    (Rest::load(p) + Rest::load(gradient.restSource + row * Rest::bytes)).store(p);
  }
}

/** Calls `use` with where one or two panels lie and the types of their rows, for all panels. */
template <class Use>
static INLINE void byTwoPanels(ptr out, int outRows, ptr source, int sourceRows, int columns, Use use) {
  for (int c = 0; c < columns; c += PANEL) {
    const int left = columns - c;
    const auto run = [&](auto row, auto rest) {
      use(Gradient{panelAt(out, outRows, c), panelAt(source, sourceRows, c), panelAt(out, outRows, c + PANEL),
                   panelAt(source, sourceRows, c + PANEL)}, row, rest);
    };
    // A row that is written in one piece with a mask cannot be read again at once.
    const auto with = [&](size_t bytes, auto then) {
      if (bytes == 48) then(Two<Row8, Row4>{Row8::all(0), Row4::all(0)});
      else withRow(bytes, then);
    };
    if (left < PANEL || left >= 2 * PANEL) with(rowBytes(c, columns), [&](auto row) { run(row, None()); });
    else if (left == PANEL) run(Row16::all(0), None());
    else {
      with((size_t)(left - PANEL) << 2, [&](auto rest) { run(Row16::all(0), rest); });
      c += PANEL;
    }
  }
}

KERNEL(scatterRows) {
  byTwoPanels(out, outRows, source, sourceRows, columns, [&](const Gradient& gradient, auto row, auto rest) {
    scatterPanels<decltype(row), decltype(rest)>(gradient, offsets, indices, rows, delayWithin);
  });
}

KERNEL(addRows) {
  byTwoPanels(out, outRows, source, sourceRows, columns, [&](const Gradient& gradient, auto row, auto rest) {
    addPanels<decltype(row), decltype(rest)>(gradient, outIndices, sourceIndices, count);
  });
}
