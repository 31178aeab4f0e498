// The bridge to Node (Node-API): bind(memory, arguments) gives the kernels as functions without arguments, which find
// theirs in the float64 array `arguments` and work in the bytes of `memory`. The widest set of instructions that the
// processor has is chosen; bind's third argument, a name out of `sets`, asks for another.
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include "generated/signatures.h"
#include "kernels.h"
#ifdef __x86_64__
#include "processor.h"
#endif

extern "C" {
#ifdef __x86_64__
extern const Kernel kernels_avx512[], kernels_avx2[];
#endif
extern const Kernel kernels_baseline[];
}

struct Set {
  const char* name;
  const Kernel* kernels;
  bool (*runs)();
};

/** The widest first. */
static const Set SETS[] = {
#ifdef __x86_64__
  {"avx512", kernels_avx512, [] { return Processor().avx512; }},
  {"avx2", kernels_avx2, [] { return Processor().avx2; }},
#endif
  {"baseline", kernels_baseline, [] { return true; }},
};

struct Bound {
  void (*call)(uint8_t*, const double*);
  uint8_t* memory;
  const double* arguments;
};

static napi_value call(napi_env env, napi_callback_info info) {
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const Bound* bound = (const Bound*)data;
  bound->call(bound->memory, bound->arguments);
  return nullptr;
}

static napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

/** Where the elements of a typed array lie, or null. */
static void* dataOf(napi_env env, napi_value array, napi_typedarray_type wanted) {
  bool typed = false;
  napi_typedarray_type type;
  void* data = nullptr;
  if (napi_is_typedarray(env, array, &typed) != napi_ok || !typed) return nullptr;
  if (napi_get_typedarray_info(env, array, &type, nullptr, &data, nullptr, nullptr) != napi_ok || type != wanted) return nullptr;
  return data;
}

/** copy(target, source, from, count, add): target[i] = source[from + i] + add for i < count, of two Uint16Array or two Uint32Array. */
static napi_value copy(napi_env env, napi_callback_info info) {
  size_t count = 5;
  napi_value args[5];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  size_t lengths[2] = {0, 0};
  void* data[2];
  napi_typedarray_type types[2];
  uint32_t numbers[3] = {0, 0, 0};
  bool right = count == 5;
  for (size_t i = 0; i < 2 && right; i++) {
    right = napi_is_typedarray(env, args[i], &right) == napi_ok && right &&
            napi_get_typedarray_info(env, args[i], &types[i], &lengths[i], &data[i], nullptr, nullptr) == napi_ok;
  }
  for (size_t i = 0; i < 3 && right; i++) right = napi_get_value_uint32(env, args[2 + i], &numbers[i]) == napi_ok;
  const size_t from = numbers[0], amount = numbers[1];
  const uint32_t add = numbers[2];
  if (!right || types[0] != types[1] || (types[0] != napi_uint16_array && types[0] != napi_uint32_array))
    return fail(env, "copy takes two Uint16Array or two Uint32Array and three numbers.");
  if (from + amount > lengths[1] || amount > lengths[0]) return fail(env, "copy was asked for more than there is.");
  if (types[0] == napi_uint32_array) {
    uint32_t* const target = (uint32_t*)data[0];
    const uint32_t* const source = (const uint32_t*)data[1] + from;
    for (size_t i = 0; i < amount; i++) target[i] = source[i] + add;
  } else {
    uint16_t* const target = (uint16_t*)data[0];
    const uint16_t* const source = (const uint16_t*)data[1] + from;
    for (size_t i = 0; i < amount; i++) target[i] = (uint16_t)(source[i] + add);
  }
  return nullptr;
}

static napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value args[3];
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  uint8_t* memory = count == 3 ? (uint8_t*)dataOf(env, args[0], napi_uint8_array) : nullptr;
  const double* arguments = count == 3 ? (const double*)dataOf(env, args[1], napi_float64_array) : nullptr;
  if (!memory || !arguments) return fail(env, "bind takes the memory (Uint8Array), the arguments (Float64Array) and a name.");
  char name[16] = "";
  napi_get_value_string_utf8(env, args[2], name, sizeof name, nullptr);
  for (const Set& set : SETS) {
    if (strcmp(set.name, name) != 0 || !set.runs()) continue;
    napi_value functions;
    if (napi_create_object(env, &functions) != napi_ok) return nullptr;
    for (const Kernel* kernel = set.kernels; kernel->name; kernel++) {
      Bound* bound = (Bound*)malloc(sizeof(Bound));
      if (!bound) return fail(env, "There is no memory for the kernels.");
      *bound = {kernel->call, memory, arguments};
      napi_value function;
      napi_create_function(env, kernel->name, NAPI_AUTO_LENGTH, call, bound, &function);
      napi_add_finalizer(env, function, bound, [](napi_env, void* data, void*) { free(data); }, nullptr, nullptr);
      // What it works in lives as long as the function does.
      napi_set_named_property(env, function, "memory", args[0]);
      napi_set_named_property(env, function, "numbers", args[1]);
      napi_set_named_property(env, functions, kernel->name, function);
    }
    return functions;
  }
  return fail(env, "This processor has no such instructions.");
}

NAPI_MODULE_INIT() {
  napi_value names, function, signatures;
  napi_create_double(env, SIGNATURES, &signatures);
  napi_set_named_property(env, exports, "signatures", signatures);
  napi_create_array(env, &names);
  uint32_t index = 0;
  for (const Set& set : SETS) {
    if (!set.runs()) continue;
    napi_value name;
    napi_create_string_utf8(env, set.name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, index++, name);
  }
  napi_set_named_property(env, exports, "sets", names);
  napi_create_function(env, "bind", NAPI_AUTO_LENGTH, bind, nullptr, &function);
  napi_set_named_property(env, exports, "bind", function);
  napi_create_function(env, "copy", NAPI_AUTO_LENGTH, copy, nullptr, &function);
  napi_set_named_property(env, exports, "copy", function);
  return exports;
}
