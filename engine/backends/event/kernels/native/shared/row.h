// Rows of a panel as values: 16, 12, 8 or 4 float32 that are added, multiplied and compared lane by lane, in the widest
// registers of the processor that this file is compiled for. Lanes never mix, so every width gives the same bits.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define INLINE inline __attribute__((always_inline))

typedef uint8_t* ptr;
typedef uint32_t u32;
typedef uint16_t u16;

#include "generated/signatures.h"

template <class T> static INLINE T load(const uint8_t* p) {
  T x;
  memcpy(&x, p, sizeof x);
  return x;
}

template <class T> static INLINE void store(ptr p, T x) { memcpy(p, &x, sizeof x); }

/** The compiler's own vectors. */
template <int N> struct Vector;
template <> struct Vector<4> {
  typedef float F __attribute__((vector_size(16)));
  typedef int32_t I __attribute__((vector_size(16)));
};
template <> struct Vector<8> {
  typedef float F __attribute__((vector_size(32)));
  typedef int32_t I __attribute__((vector_size(32)));
};
template <> struct Vector<16> {
  typedef float F __attribute__((vector_size(64)));
  typedef int32_t I __attribute__((vector_size(64)));
};

/** N lanes in such a vector; a mask has all bits of a lane set or none. */
template <int N> struct Lanes {
  typedef typename Vector<N>::F F;
  typedef typename Vector<N>::I I;
  static constexpr int bytes = 4 * N;
  F v;

  struct Mask {
    I m;
    INLINE Mask operator&(Mask o) const { return {m & o.m}; }
    INLINE u32 bits() const {
#ifdef __AVX__
      if constexpr (N == 8) return (u32)_mm256_movemask_ps((__m256)m);
#endif
#ifdef __SSE2__
      if constexpr (N == 4) return (u32)_mm_movemask_ps((__m128)m);
#endif
      u32 all = 0;
      for (int i = 0; i < N; i++) all |= (u32)(m[i] & 1) << i;
      return all;
    }
  };

  static INLINE Lanes load(const uint8_t* p) {
    Lanes r;
    memcpy(&r.v, p, bytes);
    return r;
  }
  static INLINE Lanes all(float x) { return {x - F{}}; }
  INLINE void store(ptr p) const { memcpy(p, &v, bytes); }
  INLINE Lanes operator+(Lanes o) const { return {v + o.v}; }
  INLINE Lanes operator-(Lanes o) const { return {v - o.v}; }
  INLINE Lanes operator*(Lanes o) const { return {v * o.v}; }
  INLINE Lanes operator/(Lanes o) const { return {v / o.v}; }
  INLINE Mask operator>=(Lanes o) const { return {v >= o.v}; }
  INLINE Mask operator<(Lanes o) const { return {v < o.v}; }
  INLINE Lanes where(Mask m) const { return {(F)((I)v & m.m)}; }
  INLINE Lanes unless(Mask m) const { return {(F)((I)v & ~m.m)}; }
  INLINE Lanes abs() const { return {(F)((I)v & 0x7fffffff)}; }
};

/** N rows side by side that are worked on as one. */
template <class Part, int N> struct Many {
  static constexpr int bytes = N * Part::bytes;
  Part p[N];

  struct Mask {
    typename Part::Mask p[N];
    INLINE Mask operator&(Mask o) const {
      Mask r;
      for (int i = 0; i < N; i++) r.p[i] = p[i] & o.p[i];
      return r;
    }
    INLINE u32 bits() const {
      u32 all = 0;
      for (int i = 0; i < N; i++) all |= p[i].bits() << (i * (Part::bytes / 4));
      return all;
    }
  };

#define EACH(expression)                        \
  Many r;                                       \
  for (int i = 0; i < N; i++) r.p[i] = expression; \
  return r
#define EACH_MASK(expression)                   \
  Mask r;                                       \
  for (int i = 0; i < N; i++) r.p[i] = expression; \
  return r
  static INLINE Many load(const uint8_t* q) { EACH(Part::load(q + i * Part::bytes)); }
  static INLINE Many all(float x) { EACH(Part::all(x)); }
  INLINE void store(ptr q) const {
    for (int i = 0; i < N; i++) p[i].store(q + i * Part::bytes);
  }
  INLINE Many operator+(Many o) const { EACH(p[i] + o.p[i]); }
  INLINE Many operator-(Many o) const { EACH(p[i] - o.p[i]); }
  INLINE Many operator*(Many o) const { EACH(p[i] * o.p[i]); }
  INLINE Many operator/(Many o) const { EACH(p[i] / o.p[i]); }
  INLINE Mask operator>=(Many o) const { EACH_MASK(p[i] >= o.p[i]); }
  INLINE Mask operator<(Many o) const { EACH_MASK(p[i] < o.p[i]); }
  INLINE Many where(Mask m) const { EACH(p[i].where(m.p[i])); }
  INLINE Many unless(Mask m) const { EACH(p[i].unless(m.p[i])); }
  INLINE Many abs() const { EACH(p[i].abs()); }
#undef EACH
#undef EACH_MASK
};

/** Two rows of different width side by side. */
template <class A, class B> struct Two {
  static constexpr int bytes = A::bytes + B::bytes;
  A a;
  B b;
  static INLINE Two load(const uint8_t* p) { return {A::load(p), B::load(p + A::bytes)}; }
  static INLINE Two all(float x) { return {A::all(x), B::all(x)}; }
  INLINE void store(ptr p) const {
    a.store(p);
    b.store(p + A::bytes);
  }
  INLINE Two operator+(Two o) const { return {a + o.a, b + o.b}; }
};

/** No columns at all. */
struct None {
  static constexpr int bytes = 0;
  static INLINE None load(const uint8_t*) { return {}; }
  static INLINE None all(float) { return {}; }
  INLINE void store(ptr) const {}
  INLINE None operator+(None) const { return {}; }
};

#ifdef __AVX512BW__
/** Up to sixteen lanes in one register; those beyond W stay zero and are never stored. */
template <int W> struct Wide {
  static constexpr int bytes = 4 * W;
  static constexpr __mmask16 lanes = (__mmask16)((1u << W) - 1);
  __m512 v;

  struct Mask {
    __mmask16 m;
    INLINE Mask operator&(Mask o) const { return {(__mmask16)(m & o.m)}; }
    INLINE u32 bits() const { return m; }
  };

  static INLINE Wide load(const uint8_t* p) {
    return {W == 16 ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(lanes, p)};
  }
  static INLINE Wide all(float x) { return {W == 16 ? _mm512_set1_ps(x) : _mm512_maskz_mov_ps(lanes, _mm512_set1_ps(x))}; }
  INLINE void store(ptr p) const {
    if constexpr (W == 16) _mm512_storeu_ps(p, v);
    else _mm512_mask_storeu_ps(p, lanes, v);
  }
  INLINE Wide operator+(Wide o) const { return {_mm512_add_ps(v, o.v)}; }
  INLINE Wide operator-(Wide o) const { return {_mm512_sub_ps(v, o.v)}; }
  INLINE Wide operator*(Wide o) const { return {_mm512_mul_ps(v, o.v)}; }
  INLINE Wide operator/(Wide o) const { return {_mm512_div_ps(v, o.v)}; }
  INLINE Mask operator>=(Wide o) const { return {_mm512_mask_cmp_ps_mask(lanes, v, o.v, _CMP_GE_OQ)}; }
  INLINE Mask operator<(Wide o) const { return {_mm512_mask_cmp_ps_mask(lanes, v, o.v, _CMP_LT_OQ)}; }
  INLINE Wide where(Mask m) const { return {_mm512_maskz_mov_ps(m.m, v)}; }
  INLINE Wide unless(Mask m) const { return {_mm512_maskz_mov_ps((__mmask16)~m.m, v)}; }
  INLINE Wide abs() const { return {_mm512_abs_ps(v)}; }
};
typedef Wide<16> Row16;
typedef Wide<12> Row12;
typedef Lanes<8> Row8;
#elif defined(__AVX2__)
typedef Many<Lanes<8>, 2> Row16;
typedef Many<Lanes<4>, 3> Row12;
typedef Lanes<8> Row8;
#else
typedef Many<Lanes<4>, 4> Row16;
typedef Many<Lanes<4>, 3> Row12;
typedef Many<Lanes<4>, 2> Row8;
#endif
typedef Lanes<4> Row4;

/** The first `bytes` of a row of sixteen, and zeros. */
static INLINE Row16 partOf(const uint8_t* p, size_t bytes) {
#ifdef __AVX512BW__
  return {_mm512_maskz_loadu_ps((__mmask16)((1u << (bytes / 4)) - 1), p)};
#else
  alignas(64) uint8_t row[64] = {};
  memcpy(row, p, bytes);
  return Row16::load(row);
#endif
}

/** A number that the compiler knows, as a value. */
template <int N> struct Constant {
  static constexpr int value = N;
};

/** Calls `use` with a row type for panels of `bytes`. */
template <class Use> static INLINE void withRow(size_t bytes, Use use) {
  switch (bytes) {
    case 64: return use(Row16::all(0));
    case 48: return use(Row12::all(0));
    case 32: return use(Row8::all(0));
    default: return use(Row4::all(0));
  }
}

static_assert(PANEL == 16, "A row of a panel is one cache line, and its lanes are a mask of sixteen bits.");

/** Bytes of one row in the panel that starts at `column`. */
static INLINE size_t rowBytes(int column, int columns) {
  return (size_t)(columns - column < PANEL ? columns - column : PANEL) << 2;
}

/** Where the panel that starts at `column` begins in a matrix of `rows` rows. */
static INLINE ptr panelAt(ptr base, int rows, int column) { return base + ((size_t)rows * (size_t)column << 2); }
