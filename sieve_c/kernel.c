/* kernel.c: the kernels by name, and those this processor runs. */
#include "kernel.h"

const char *mobius_kernel_name(mobius_kernel kernel)
{
    switch (kernel) {
    case MOBIUS_PORTABLE:
        return "portable";
    case MOBIUS_AVX2:
        return "avx2";
    case MOBIUS_IFMA:
        return "ifma";
    }
    return "unknown";
}

bool mobius_has_kernel(mobius_kernel kernel)
{
#if MOBIUS_X86
    /* avx512vpopcntdq came a generation after ifma; every later processor has both. */
    if (kernel == MOBIUS_IFMA)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512ifma") &&
               __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("bmi2");
    if (kernel == MOBIUS_AVX2)
        return __builtin_cpu_supports("avx2");
#endif
    return kernel == MOBIUS_PORTABLE;
}

mobius_kernel mobius_best_kernel(void)
{
    mobius_kernel best = MOBIUS_PORTABLE;
    for (mobius_kernel kernel = MOBIUS_PORTABLE; kernel <= MOBIUS_IFMA; kernel++)
        if (mobius_has_kernel(kernel))
            best = kernel;
    return best;
}
