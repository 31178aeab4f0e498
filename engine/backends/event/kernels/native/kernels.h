// What addon.cpp and the compilations of kernels.cpp agree on.
#pragma once
#include <stdint.h>

struct Kernel {
  const char* name;
  void (*call)(uint8_t* memory, const double* arguments);
};
