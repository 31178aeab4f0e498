// The kernels for one set of instructions: this file is compiled once for each (build.mjs) and exports one table.
//
// They compute what ../assembly computes, to the bit: the same sums in the same order, without fused multiply-adds.
// Every kernel takes its arguments as an array of float64: byte addresses in the shared memory (0: none) and numbers.
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif
#include "kernels.h"

// All of it is private to this compilation. The same templates are compiled for several processors: the linker would
// keep one copy of each that it can see, and a processor would be given instructions that it does not have.
namespace {

#include "fired.h"
#include "gather.h"
#include "lif-backward-steps.h"
#include "lif-backward.h"
#include "lif-forward.h"
#include "lif-recurrent.h"
#include "optimizer.h"
#include "product.h"
#include "scatter.h"
#include "transpose.h"

/**
 * Not a kernel: `repeats` times the sum of all rows of 16 float32 in `bytes` bytes, by which benchmarks tell what the
 * processor can do at best.
 */
static void additions(ptr source, int bytes, int repeats, ptr out) {
  const Row16 zero = Row16::all(0);
  Row16 a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
  for (int r = 0; r < repeats; r++)
    for (ptr p = source; p < source + bytes; p += 512) {
      a = a + Row16::at(p), b = b + Row16::at(p + 64), c = c + Row16::at(p + 128), d = d + Row16::at(p + 192);
      e = e + Row16::at(p + 256), f = f + Row16::at(p + 320), g = g + Row16::at(p + 384), h = h + Row16::at(p + 448);
    }
  (((a + b) + (c + d)) + ((e + f) + (g + h))).to(out);
}

/** Hands out the arguments of a call, one after the other, as what the kernel takes them for. */
struct Arguments {
  ptr memory;
  const double* next;
  template <class T> INLINE T take();
};
template <> INLINE ptr Arguments::take<ptr>() {
  const double address = *next++;
  return address == 0 ? nullptr : memory + (size_t)address;
}
template <> INLINE int Arguments::take<int>() { return (int)*next++; }
template <> INLINE u32 Arguments::take<u32>() { return (u32)*next++; }
template <> INLINE float Arguments::take<float>() { return (float)*next++; }
template <> INLINE size_t Arguments::take<size_t>() { return (size_t)*next++; }

/** Calls `kernel` with its arguments; braces make the order of taking them that of the list. */
template <auto kernel> struct Call;
template <class... T, void (*kernel)(T...)> struct Call<kernel> {
  static void with(ptr memory, const double* arguments) {
    Arguments a = {memory, arguments};
    struct Apply {
      INLINE Apply(T... values) { kernel(values...); }
    };
    Apply{a.take<T>()...};
  }
};

}  // namespace

#define TABLE_OF(isa) kernels_##isa
#define NAMED(isa) TABLE_OF(isa)
extern "C" const Kernel NAMED(ISA)[] = {
  {"gatherRows", Call<gatherRows>::with},
  {"gatherRowsWeighted", Call<gatherRowsWeighted>::with},
  {"fillRows", Call<fillRows>::with},
  {"scatterRows", Call<scatterRows>::with},
  {"addRows", Call<addRows>::with},
  {"sumRows", Call<sumRows>::with},
  {"transposeEvents", Call<transposeEvents>::with},
  {"rowsOfEvents", Call<rowsOfEvents>::with},
  {"lifForward", Call<lifForward>::with},
  {"listFired", Call<listFired>::with},
  {"countFired", Call<countFired>::with},
  {"gatherFired", Call<gatherFired>::with},
  {"scatterFired", Call<scatterFired>::with},
  {"lifForwardRecurrent", Call<lifForwardRecurrent>::with},
  {"lifBackward", Call<lifBackward>::with},
  {"lifBackwardRecurrent", Call<lifBackwardRecurrent>::with},
  {"lifBackwardSteps", Call<lifBackwardSteps>::with},
  {"multiply", Call<multiply>::with},
  {"multiplyTransposed", Call<multiplyTransposed>::with},
  {"reduceShards", Call<reduceShards>::with},
  {"adam", Call<adam>::with},
  {"sgd", Call<sgd>::with},
  {"additions", Call<additions>::with},
  {nullptr, nullptr},
};
