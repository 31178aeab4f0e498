// The kernels for one set of instructions: this file is compiled once for each (build.mjs) and exports one table.
//
// They compute what ../assembly computes, to the bit: the same sums in the same order, without fused multiply-adds.
// Every kernel takes its arguments as an array of float64, in the order of its signature (../signatures): byte addresses in the
// shared memory (0: none) and numbers.
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

#include "spikes.h"
#include "bytes.h"
#include "gather.h"
#include "lif/around.h"
#include "lif/backward-steps.h"
#include "lif/backward.h"
#include "lif/forward.h"
#include "lif/recurrent.h"
#include "optimizer.h"
#include "product.h"
#include "scatter.h"
#include "tally.h"
#include "transpose.h"

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
#define ENTRY(name) {#name, Call<name>::with},
extern "C" const Kernel NAMED(ISA)[] = {EACH_KERNEL(ENTRY){nullptr, nullptr}};
