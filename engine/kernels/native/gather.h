// Sums of rows: ../assembly/gather.ts in wider registers.
#pragma once
#include "row.h"

static const int FROM_BIAS = 1;
static const int FROM_OUT = 2;

/** Whole panels that are worked on at once: an index that is read serves them all, and more sums are under way. */
#if defined(__AVX2__)
static const int PAIR = 2;
#else
static const int PAIR = 1;
#endif

/** What is added where there is no event: no sum changes its bits by it, not even one of -0. */
alignas(64) static const float NOTHING[16] = {-0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f, -0.f};

/** `a` where all bits of `is` are set, `b` where none is; without a branch. */
static INLINE ptr either(ptr a, ptr b, uintptr_t is) { return (ptr)(((uintptr_t)a & is) | ((uintptr_t)b & ~is)); }

/** Up to so many events per row, on average, rows are shorter than what a mistaken guess of their length costs. */
static const u32 SHORT = 3;

/** Where P whole panels and a rest of columns lie, in the output and in the source. */
struct Panels {
  ptr out, rest;
  size_t outStride;
  ptr source;
  size_t sourceStride;
  ptr bias;
};

/**
 * P whole panels and, where R is a row, the rest of the columns. Sums of even and odd events are kept apart in whole
 * panels, as the WebAssembly kernel does: the order of the additions decides the bits. The first U events of a row are
 * added without asking how many there are; behind a list there must be room for as many entries (SPARE_EVENTS in kernels.ts).
 */
template <int P, class R, int U>
static INLINE void gatherPanels(const Panels& at, int from, ptr offsets, ptr index, int rows) {
  static const bool REST = R::bytes > 0;
  const ptr nothing = (ptr)NOTHING;
  ptr out = at.out, rest = at.rest;
  const ptr restSource = at.source + P * at.sourceStride;
  ptr e = index + ((size_t)load<u32>(offsets) << 1);
  for (int r = 0; r < rows; r++, out += 64, rest += R::bytes) {
    offsets += 4;
    const ptr end = index + ((size_t)load<u32>(offsets) << 1);
    if (from == FROM_OUT && e == end) continue;
    Row16 a[P + 1], c[P + 1];
    R d = R::all(0);
    for (int p = 0; p < P; p++) {
      a[p] = from == FROM_OUT ? Row16::at(out + p * at.outStride) : from == FROM_BIAS ? Row16::at(at.bias + 64 * p) : Row16::all(0);
      c[p] = Row16::all(0);
    }
    if (REST) d = from == FROM_OUT ? R::at(rest) : from == FROM_BIAS ? R::at(at.bias + 64 * P) : d;
    const auto add = [&](size_t channel, bool odd, uintptr_t is) __attribute__((always_inline)) {
      for (int p = 0; p < P; p++) {
        const ptr s = at.source + p * at.sourceStride + (channel << 6);
        const Row16 x = Row16::at(U ? either(s, nothing, is) : s);
        if (odd) c[p] = c[p] + x;
        else a[p] = a[p] + x;
      }
      if (REST) {
        const ptr s = restSource + channel * R::bytes;
        d = d + R::at(U ? either(s, nothing, is) : s);
      }
    };
    for (int i = 0; i < U; i++) {
      add(load<u16>(e), i & 1, -(uintptr_t)(e < end));
      e += 2;
    }
    if (U && e > end) e = end;
    for (; e + 2 < end; e += 4) {
      add(load<u16>(e), false, -1);
      add(load<u16>(e + 2), true, -1);
    }
    if (e < end) {
      add(load<u16>(e), false, -1);
      e += 2;
    }
    for (int p = 0; p < P; p++) (a[p] + c[p]).to(out + p * at.outStride);
    if (REST) d.to(rest);
  }
}

/** No columns at all. */
struct None {
  static constexpr int bytes = 0;
  static INLINE None at(const uint8_t*) { return {}; }
  static INLINE None all(float) { return {}; }
  INLINE void to(ptr) const {}
  INLINE None operator+(None) const { return {}; }
};

static void gatherRows(
  ptr out, int outRows, int first, int from, ptr bias, ptr source, int sourceRows, ptr offsets, ptr index, int rows, int columns
) {
  const u32 events = load<u32>(offsets + ((size_t)rows << 2)) - load<u32>(offsets);
  // A row without events keeps its bits when it is accumulated onto, also those of -0.
  const bool brief = from != FROM_OUT && events <= SHORT * (u32)rows;
  for (int c = 0; c < columns;) {
    const int whole = (columns - c) / PANEL < PAIR ? (columns - c) / PANEL : PAIR;
    const int left = columns - c - whole * PANEL;
    // The rest goes along with the last whole panels.
    const int along = left < PANEL ? left : 0;
    const Panels at = {
      panelAt(out, outRows, c) + (size_t)first * 64,
      panelAt(out, outRows, c + whole * PANEL) + (size_t)first * along * 4, (size_t)outRows << 6,
      panelAt(source, sourceRows, c), (size_t)sourceRows << 6, bias + ((size_t)c << 2),
    };
    const auto go = [&](auto p, auto rest) {
      using R = decltype(rest);
      if (brief) gatherPanels<p.value, R, 4>(at, from, offsets, index, rows);
      else gatherPanels<p.value, R, 0>(at, from, offsets, index, rows);
    };
    const auto with = [&](auto rest) {
      if (whole == 0) go(Constant<0>(), rest);
      else if (whole == 1) go(Constant<1>(), rest);
      else go(Constant<PAIR>(), rest);
    };
    if (along) withRow((size_t)along << 2, with);
    else with(None());
    c += whole * PANEL + along;
  }
}

template <class R>
static INLINE void weightedPanel(R, ptr out, int from, ptr bias, ptr source, ptr offsets, ptr index, ptr values, int rows) {
  const R first = from == FROM_BIAS ? R::at(bias) : R::all(0);
  u32 e = load<u32>(offsets);
  for (int r = 0; r < rows; r++, out += R::bytes) {
    offsets += 4;
    const u32 end = load<u32>(offsets);
    if (from == FROM_OUT && e == end) continue;
    R a = from == FROM_OUT ? R::at(out) : first;
    for (; e < end; e++)
      a = a + R::all(load<float>(values + ((size_t)e << 2))) * R::at(source + (size_t)load<u16>(index + ((size_t)e << 1)) * R::bytes);
    a.to(out);
  }
}

static void gatherRowsWeighted(
  ptr out, int outRows, int from, ptr bias, ptr source, int sourceRows, ptr offsets, ptr index, ptr values, int rows, int columns
) {
  for (int c = 0; c < columns; c += PANEL) {
    const ptr o = panelAt(out, outRows, c), s = panelAt(source, sourceRows, c), b = bias + ((size_t)c << 2);
    withRow(rowBytes(c, columns), [&](auto row) { weightedPanel(row, o, from, b, s, offsets, index, values, rows); });
  }
}

static void sumRows(ptr out, int outRows, int outRow, int accumulate, ptr source, int sourceRows, int first, int rows, int columns) {
  for (int c = 0; c < columns; c += PANEL) {
    const size_t bytes = rowBytes(c, columns);
    const ptr o = panelAt(out, outRows, c) + (size_t)outRow * bytes;
    const ptr s = panelAt(source, sourceRows, c) + (size_t)first * bytes;
    withRow(bytes, [&](auto row) {
      using R = decltype(row);
      R a = accumulate ? R::at(o) : R::all(0);
      for (int r = 0; r < rows; r++) a = a + R::at(s + (size_t)r * R::bytes);
      a.to(o);
    });
  }
}

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

/** Rows of few events: which row each of the next events belongs to is written down first, without asking how many. */
template <class R, class Rest>
static INLINE void scatterShort(const Gradient& at, ptr offsets, ptr index, int rows) {
  static const int MOST = 512, AT_ONCE = 8;
  u16 rowOf[MOST + AT_ONCE];
  u32 e = load<u32>(offsets);
  int r = 0;
  while (r < rows) {
    const u32 first = e;
    for (; r < rows && e - first + AT_ONCE < MOST; r++) {
      const u32 end = load<u32>(offsets + 4 * ((size_t)r + 1));
      if (end - first > MOST) break;
      for (u32 to = e; to < end || to == e; to += AT_ONCE)
        for (int i = 0; i < AT_ONCE; i++) rowOf[to - first + i] = (u16)r;
      e = end;
    }
    if (e == first && r < rows && load<u32>(offsets + 4 * ((size_t)r + 1)) - first > MOST) {
      // More events than there is room for.
      const size_t own = r;
      const Gradient here = {at.out, at.source + own * R::bytes, at.restOut, at.restSource + own * Rest::bytes};
      scatterPanels<R, Rest>(here, offsets + 4 * own, index, 1, 0);
      e = load<u32>(offsets + 4 * (own + 1));
      r++;
      continue;
    }
    for (u32 i = 0; i < e - first; i++) {
      const size_t channel = load<u16>(index + 2 * ((size_t)first + i)), row = rowOf[i];
      const ptr o = at.out + channel * R::bytes, p = at.restOut + channel * Rest::bytes;
      (R::at(o) + R::at(at.source + row * R::bytes)).to(o);
      (Rest::at(p) + Rest::at(at.restSource + row * Rest::bytes)).to(p);
    }
  }
}

static void scatterRows(ptr out, int outRows, ptr source, int sourceRows, ptr offsets, ptr index, int rows, int columns, int steps) {
  const u32 events = load<u32>(offsets + ((size_t)rows << 2)) - load<u32>(offsets);
  const bool brief = steps == 0 && events <= SHORT * (u32)rows;
  for (int c = 0; c < columns; c += PANEL) {
    const int left = columns - c;
    const auto go = [&](auto row, auto rest) {
      using R = decltype(row);
      using Rest = decltype(rest);
      const Gradient at = {
        panelAt(out, outRows, c), panelAt(source, sourceRows, c), panelAt(out, outRows, c + PANEL),
        panelAt(source, sourceRows, c + PANEL),
      };
      if (brief) scatterShort<R, Rest>(at, offsets, index, rows);
      else scatterPanels<R, Rest>(at, offsets, index, rows, steps);
    };
    // A row that is written in one piece with a mask cannot be read again at once.
    const auto with = [&](size_t bytes, auto use) {
      if (bytes == 48) use(Two<Row8, Row4>{Row8::all(0), Row4::all(0)});
      else withRow(bytes, use);
    };
    if (left < PANEL || left >= 2 * PANEL) with(rowBytes(c, columns), [&](auto row) { go(row, None()); });
    else if (left == PANEL) go(Row16::all(0), None());
    else {
      with((size_t)(left - PANEL) << 2, [&](auto rest) { go(Row16::all(0), rest); });
      c += PANEL;
    }
  }
}
