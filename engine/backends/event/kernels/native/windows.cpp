// Node-API on Windows: its functions are those of the program that loads the addon, which may be node.exe, Code.exe or
// another. An import names one of them; so each function is looked for when the addon is loaded, and jumped to.
#include <windows.h>

#define EACH_FUNCTION(X)                                                                                               \
  X(napi_add_finalizer) X(napi_create_array) X(napi_create_double) X(napi_create_function) X(napi_create_object)       \
  X(napi_create_string_utf8) X(napi_get_cb_info) X(napi_get_typedarray_info) X(napi_get_value_string_utf8)             \
  X(napi_get_value_uint32) X(napi_is_typedarray) X(napi_set_element) X(napi_set_named_property) X(napi_throw_error)

#define FUNCTION(name)                                                                                                 \
  extern "C" { FARPROC found_##name; __attribute__((naked)) void name() { asm("jmp *found_" #name "(%rip)"); } }
EACH_FUNCTION(FUNCTION)

#define FIND(name) found_##name = GetProcAddress(GetModuleHandleA(nullptr), #name);
__attribute__((constructor)) static void find() { EACH_FUNCTION(FIND) }
