// Products in bytes: ../assembly/bytes.ts. The sums of bytes are whole numbers, the same in whatever order.
#pragma once
#include "shared/row.h"

#ifdef __AVX512VNNI__
/** Sums of the sixteen columns of a panel for N rows, inner terms at a time; u8·i8 of four terms in one instruction. */
template <int N> struct ByteSums {
  __m512i s[N];
  INLINE void clear() {
    for (int n = 0; n < N; n++) s[n] = _mm512_setzero_si512();
  }
  INLINE void add(const uint8_t* a, size_t stride, const uint8_t* b) {
    const __m512i w = _mm512_loadu_si512(b);
    for (int n = 0; n < N; n++) s[n] = _mm512_dpbusd_epi32(s[n], w, _mm512_set1_epi32(load<int32_t>(a + n * stride)));
  }
  INLINE Row16 floats(int n, int32_t less) const { return {_mm512_cvtepi32_ps(_mm512_sub_epi32(s[n], _mm512_set1_epi32(less)))}; }
};
static const int BYTE_ROWS = 8, BYTE_PANELS = 2;
#elif defined(__AVX2__)
/** In words: of each column the sums of the terms 0, 1 and 2, 3 of four, until they are added up at the end. */
template <int N> struct ByteSums {
  __m256i s[N][4];
  INLINE void clear() {
    for (int n = 0; n < N; n++)
      for (int i = 0; i < 4; i++) s[n][i] = _mm256_setzero_si256();
  }
  INLINE void add(const uint8_t* a, size_t stride, const uint8_t* b) {
    __m256i x[N];
    for (int n = 0; n < N; n++) x[n] = _mm256_cvtepi8_epi16(_mm_set1_epi32(load<int32_t>(a + n * stride)));
    for (int i = 0; i < 4; i++) {
      const __m256i w = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i*)(b + 16 * i)));
      for (int n = 0; n < N; n++) s[n][i] = _mm256_add_epi32(s[n][i], _mm256_madd_epi16(x[n], w));
    }
  }
  INLINE Row16 floats(int n, int32_t less) const {
    Row16 r;
    for (int i = 0; i < 2; i++) {
      const __m256i pairs = _mm256_hadd_epi32(s[n][2 * i], s[n][2 * i + 1]);
      const __m256i sums = _mm256_sub_epi32(_mm256_permute4x64_epi64(pairs, 0xd8), _mm256_set1_epi32(less));
      r.p[i].v = (Lanes<8>::F)_mm256_cvtepi32_ps(sums);
    }
    return r;
  }
};
static const int BYTE_ROWS = 2, BYTE_PANELS = 1;
#else
template <int N> struct ByteSums {
  alignas(16) int32_t s[N][16];
  INLINE void clear() { memset(s, 0, sizeof s); }
  INLINE void add(const uint8_t* a, size_t stride, const uint8_t* b) {
    for (int n = 0; n < N; n++) {
      const int8_t* x = (const int8_t*)(a + n * stride);
#ifdef __SSE2__
      const __m128i zero = _mm_setzero_si128();
      const __m128i bytes = _mm_set1_epi32(load<int32_t>((const uint8_t*)x));
      const __m128i words = _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
      for (int i = 0; i < 4; i++) {
        const __m128i w = _mm_loadu_si128((const __m128i*)(b + 16 * i));
        const __m128 low = _mm_castsi128_ps(_mm_madd_epi16(words, _mm_unpacklo_epi8(w, zero)));
        const __m128 high = _mm_castsi128_ps(_mm_madd_epi16(words, _mm_unpackhi_epi8(w, zero)));
        const __m128i even = _mm_castps_si128(_mm_shuffle_ps(low, high, 0x88)), odd = _mm_castps_si128(_mm_shuffle_ps(low, high, 0xdd));
        __m128i* sum = (__m128i*)(s[n] + 4 * i);
        _mm_storeu_si128(sum, _mm_add_epi32(_mm_loadu_si128(sum), _mm_add_epi32(even, odd)));
      }
#else
      for (int c = 0; c < 16; c++) s[n][c] += x[0] * b[4 * c] + x[1] * b[4 * c + 1] + x[2] * b[4 * c + 2] + x[3] * b[4 * c + 3];
#endif
    }
  }
  INLINE Row16 floats(int n, int32_t less) const {
    float f[16];
    for (int c = 0; c < 16; c++) f[c] = (float)(s[n][c] - less);
    return Row16::load((const uint8_t*)f);
  }
};
static const int BYTE_ROWS = 1, BYTE_PANELS = 1;
#endif

static_assert(GROUP_ROWS % BYTE_ROWS == 0, "Rows that are worked on at once belong to one group.");

/** Where a call of multiplyBytes reads and writes. */
struct BytesCall {
  ptr out, peaks, a, sums, scale, bound, b, columnScale, columnNorm, columnError;
  size_t inner, stride;
  int rows;
};

/** N rows of P panels, from row r and column c on. */
template <int N, int P> static INLINE void byteRowsTimesPanels(const BytesCall& call, int r, int c) {
  ByteSums<N> s[P];
  for (int p = 0; p < P; p++) s[p].clear();
  const ptr b = call.b + call.inner * (size_t)c;
  const ptr a = call.a + (size_t)r * call.inner;
  for (size_t k = 0; k < call.inner; k += 4)
    for (int p = 0; p < P; p++) s[p].add(a + k, call.inner, b + 16 * (k + p * call.inner));
  for (int p = 0; p < P; p++) {
    const size_t column = ((size_t)c << 2) + 64 * p;
    const Row16 columnScale = Row16::load(call.columnScale + column);
    const Row16 norm = Row16::load(call.columnNorm + column), error = Row16::load(call.columnError + column);
    const ptr peak = call.peaks + (size_t)(r / GROUP_ROWS) * call.stride + column;
    Row16 top = r % GROUP_ROWS == 0 ? Row16::all(0) : Row16::load(peak);
    for (int n = 0; n < N; n++) {
      const size_t row = r + n;
      const Row16 g = s[p].floats(n, load<int32_t>(call.sums + 4 * row) << 7) * Row16::all(load<float>(call.scale + 4 * row)) * columnScale;
      g.store(panelAt(call.out, call.rows, c + 16 * p) + 64 * row);
      const Row16 off = Row16::all(load<float>(call.bound + 8 * row)) * norm + Row16::all(load<float>(call.bound + 8 * row + 4)) * error;
      const Row16 most = g.abs() + off;
      // Neither is negative, so one of the two plus zero is the larger.
      const auto stays = top >= most;
      top = top.where(stays) + most.unless(stays);
    }
    top.store(peak);
  }
}

template <int P> static INLINE void bytePanels(const BytesCall& call, int c) {
  int r = 0;
  for (; r + BYTE_ROWS <= call.rows; r += BYTE_ROWS) byteRowsTimesPanels<BYTE_ROWS, P>(call, r, c);
  for (; r < call.rows; r++) byteRowsTimesPanels<1, P>(call, r, c);
}

KERNEL(multiplyBytes) {
  const BytesCall call = {out, peaks, a, sums, scale, bound, b, columnScale, columnNorm, columnError, (size_t)inner, (size_t)columns << 2, rows};
  int c = 0;
  for (; c + BYTE_PANELS * PANEL <= columns; c += BYTE_PANELS * PANEL) bytePanels<BYTE_PANELS>(call, c);
  for (; c < columns; c += PANEL) bytePanels<1>(call, c);
}

/** Sums that are under way at once, so that additions do not wait for each other: so many times four. */
static const int SUMS = 4;

/** out[i] of 4·N entries. */
template <int N> static INLINE void productsOf(ptr out, const u32* rows, const u32* columns, ptr a, ptr b, int bRows, int inner) {
#ifdef __SSE2__
  __m128 s[N];
  for (int n = 0; n < N; n++) s[n] = _mm_setzero_ps();
#else
  float s[4 * N] = {};
#endif
  for (int c = 0; c < inner; c += PANEL) {
    const size_t bytes = rowBytes(c, inner);
    const ptr panel = panelAt(b, bRows, c);
    for (size_t i = 0; i < bytes; i += 16)
      for (int n = 0; n < N; n++) {
        const auto left = [&](int k) { return a + ((size_t)rows[4 * n + k] * inner + c) * 4 + i; };
        const auto right = [&](int k) { return panel + columns[4 * n + k] * bytes + i; };
#ifdef __SSE2__
        const auto product = [&](int k) { return _mm_mul_ps(_mm_loadu_ps((const float*)left(k)), _mm_loadu_ps((const float*)right(k))); };
        __m128 p0 = product(0), p1 = product(1), p2 = product(2), p3 = product(3);
        _MM_TRANSPOSE4_PS(p0, p1, p2, p3);
        s[n] = _mm_add_ps(_mm_add_ps(_mm_add_ps(_mm_add_ps(s[n], p0), p1), p2), p3);
#else
        for (int k = 0; k < 4; k++)
          for (int j = 0; j < 16; j += 4) s[4 * n + k] = s[4 * n + k] + load<float>(left(k) + j) * load<float>(right(k) + j);
#endif
      }
  }
  memcpy(out, s, sizeof s);
}

KERNEL(productsAt) {
  int i = 0;
  const u32 *r = (const u32*)rows, *c = (const u32*)columns;
  for (; i + 4 * SUMS <= count; i += 4 * SUMS) productsOf<SUMS>(out + 4 * (size_t)i, r + i, c + i, a, b, bRows, inner);
  for (; i < count; i += 4) {
    // The last ones are filled up with the very last.
    u32 ownRows[4], ownColumns[4];
    float own[4];
    const int left = count - i < 4 ? count - i : 4;
    for (int k = 0; k < 4; k++) ownRows[k] = r[i + (k < left ? k : left - 1)], ownColumns[k] = c[i + (k < left ? k : left - 1)];
    productsOf<1>((ptr)own, ownRows, ownColumns, a, b, bRows, inner);
    memcpy(out + 4 * (size_t)i, own, 4 * (size_t)left);
  }
}
