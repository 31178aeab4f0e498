// What an x86 processor can do and the system lets it: asked of the processor itself, since not every compiler brings
// the runtime behind __builtin_cpu_supports.
#pragma once
#include <cpuid.h>

struct Processor {
  bool avx2 = false, avx512 = false;

  Processor() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_POPCNT)) return;
    // XCR0: the registers that the system saves when it changes threads (1, 2: to 256 bits; 5 to 7: to 512 bits).
    unsigned saved, high;
    asm volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    const unsigned wide = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL | bit_BMI2;
    avx2 = (saved & 0x06) == 0x06 && (b & bit_AVX2);
    avx512 = (saved & 0xe6) == 0xe6 && (b & wide) == wide && (c & bit_AVX512VBMI2) && (c & bit_AVX512VNNI);
  }
};
