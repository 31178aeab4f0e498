// Rows onto rows that events name: ../assembly/scatter.ts.
#pragma once
#include "row.h"

/** Where one or two panels of a gradient and of the deltas lie. */
struct Gradient {
  ptr out, source, restOut, restSource;
};

/** One panel, or two side by side: the rows of `source` onto the rows of `out` that their events name. */
template <class R, class Rest>
static INLINE void scatterPanels(const Gradient& at, ptr offsets, ptr index, int rows, int steps) {
  ptr e = index + ((size_t)load<u32>(offsets) << 1);
  for (int r = 0, t = 1; r < rows; r++, t++) {
    offsets += 4;
    const ptr end = index + ((size_t)load<u32>(offsets) << 1);
    if (t == steps) {
      t = 0;
      e = end;
      continue;
    }
    const size_t row = steps > 0 ? r + 1 : r;
    const R x = R::at(at.source + row * R::bytes);
    const Rest y = Rest::at(at.restSource + row * Rest::bytes);
    for (; e < end; e += 2) {
      const size_t channel = load<u16>(e);
      const ptr o = at.out + channel * R::bytes, p = at.restOut + channel * Rest::bytes;
      (R::at(o) + x).to(o);
      (Rest::at(p) + y).to(p);
    }
  }
}

/** As many rows of `source` onto rows of `out` as there are numbers in `from` and `to`. */
template <class R, class Rest>
static INLINE void addPanels(const Gradient& at, ptr to, ptr from, u32 count) {
  for (u32 e = 0; e < count; e++) {
    const size_t row = load<u16>(from + 2 * (size_t)e), channel = load<u16>(to + 2 * (size_t)e);
    const ptr o = at.out + channel * R::bytes, p = at.restOut + channel * Rest::bytes;
    (R::at(o) + R::at(at.source + row * R::bytes)).to(o);
    (Rest::at(p) + Rest::at(at.restSource + row * Rest::bytes)).to(p);
  }
}

/** Calls `use` with where one or two panels lie and the types of their rows, for all panels. */
template <class Use>
static INLINE void byTwoPanels(ptr out, int outRows, ptr source, int sourceRows, int columns, Use use) {
  for (int c = 0; c < columns; c += PANEL) {
    const int left = columns - c;
    const auto go = [&](auto row, auto rest) {
      use(Gradient{panelAt(out, outRows, c), panelAt(source, sourceRows, c), panelAt(out, outRows, c + PANEL),
                   panelAt(source, sourceRows, c + PANEL)}, row, rest);
    };
    // A row that is written in one piece with a mask cannot be read again at once.
    const auto with = [&](size_t bytes, auto then) {
      if (bytes == 48) then(Two<Row8, Row4>{Row8::all(0), Row4::all(0)});
      else withRow(bytes, then);
    };
    if (left < PANEL || left >= 2 * PANEL) with(rowBytes(c, columns), [&](auto row) { go(row, None()); });
    else if (left == PANEL) go(Row16::all(0), None());
    else {
      with((size_t)(left - PANEL) << 2, [&](auto rest) { go(Row16::all(0), rest); });
      c += PANEL;
    }
  }
}

static void scatterRows(ptr out, int outRows, ptr source, int sourceRows, ptr offsets, ptr index, int rows, int columns, int steps) {
  byTwoPanels(out, outRows, source, sourceRows, columns, [&](const Gradient& at, auto row, auto rest) {
    scatterPanels<decltype(row), decltype(rest)>(at, offsets, index, rows, steps);
  });
}

static void addRows(ptr out, int outRows, ptr to, ptr source, int sourceRows, ptr from, u32 count, int columns) {
  byTwoPanels(out, outRows, source, sourceRows, columns, [&](const Gradient& at, auto row, auto rest) {
    addPanels<decltype(row), decltype(rest)>(at, to, from, count);
  });
}
