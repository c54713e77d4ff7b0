/* kernel.h: which code a batch runs, decided once per call.
 *
 * A kernel is an upper bound on the instruction set: a job without code of its own for a kernel
 * runs the next simpler one. MOBIUS_PORTABLE_ONLY builds what other architectures get. */
#ifndef MOBIUS_KERNEL_H
#define MOBIUS_KERNEL_H

#include "mobius.h"

#if defined(__x86_64__) && defined(__GNUC__) && __GNUC__ >= 9 && !defined(MOBIUS_PORTABLE_ONLY)
#define MOBIUS_X86 1
#else
#define MOBIUS_X86 0
#endif

/* Attributes instead of compiler flags: the rest of the library stays baseline. */
#define AVX2_CODE __attribute__((target("avx2")))
#define IFMA_CODE                                                                             \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512ifma,"           \
                          "avx512vpopcntdq,bmi,bmi2,popcnt,lzcnt")))

#endif
