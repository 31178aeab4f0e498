// How fast this processor adds at best with the instructions that this is compiled for (bench/floor.ts): prints the
// nanoseconds per four float32 that are added with an operand from the first cache, in the types of the native kernels.
#include <stdio.h>
#include <time.h>
#include "shared/row.h"

static const int BYTES = 8192, REPEATS = 2000, MEASUREMENTS = 9;
alignas(64) static uint8_t source[BYTES], result[64];

static double nanoseconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/** Eight sums that do not wait for each other keep both load ports of a core busy. */
__attribute__((noinline)) static void add(ptr source, ptr out) {
  const Row16 zero = Row16::all(0);
  Row16 a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
  for (int r = 0; r < REPEATS; r++)
    for (ptr p = source; p < source + BYTES; p += 512) {
      a = a + Row16::at(p), b = b + Row16::at(p + 64), c = c + Row16::at(p + 128), d = d + Row16::at(p + 192);
      e = e + Row16::at(p + 256), f = f + Row16::at(p + 320), g = g + Row16::at(p + 384), h = h + Row16::at(p + 448);
    }
  (((a + b) + (c + d)) + ((e + f) + (g + h))).to(out);
}

int main() {
  double best = 1e30;
  for (int m = 0; m < MEASUREMENTS; m++) {
    const double began = nanoseconds();
    add(source, result);
    const double took = nanoseconds() - began;
    if (took < best) best = took;
  }
  printf("%.6f\n", best / (REPEATS * (BYTES / 16.0)));
}
