// From a mask to a list of neurons, without a branch: ../../assembly/shared/select.ts.
#pragma once
#include "row.h"

static_assert(SPARE_EVENTS >= 16, "Sixteen entries are written at a time, however few of them count.");

#if !defined(__AVX512VBMI2__) || !defined(__AVX512VL__)
/** The set lanes of each pattern of four bits. */
alignas(8) static const u16 LANES[16][4] = {
  {0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {2, 0, 0, 0}, {0, 2, 0, 0}, {1, 2, 0, 0}, {0, 1, 2, 0},
  {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0}, {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3},
};
#endif

/** Writes first + lane of the set lanes of `bits` to `list` (u16); returns the new end of the list. */
static INLINE ptr appendLanes(ptr list, u32 bits, int first, int lanes) {
#if defined(__AVX512VBMI2__) && defined(__AVX512VL__)
  const __m256i iota = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m256i neurons = _mm256_add_epi16(iota, _mm256_set1_epi16((short)first));
  _mm256_storeu_si256((__m256i*)list, _mm256_maskz_compress_epi16((__mmask16)bits, neurons));
  (void)lanes;
  return list + 2 * __builtin_popcount(bits);
#else
  for (int i = 0; i < lanes; i += 4) {
    const u32 four = bits >> i & 15;
    uint64_t all;
    memcpy(&all, LANES[four], 8);
    store(list, all + 0x0001000100010001ull * (u16)(first + i));
    list += 2 * __builtin_popcount(four);
  }
  return list;
#endif
}
