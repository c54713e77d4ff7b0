/* kernels.h: the same tests for every kernel of this machine. */
#ifndef MOBIUS_KERNELS_H
#define MOBIUS_KERNELS_H

#include "../mobius.h"

/* The kernel that a test program is at. */
static mobius_kernel tested;

#define FOR_EACH_KERNEL()                                             \
    for (tested = MOBIUS_PORTABLE; tested <= MOBIUS_IFMA; tested++)   \
        if (mobius_has_kernel(tested))

#endif
