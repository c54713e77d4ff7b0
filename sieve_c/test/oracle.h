/* oracle.h: mu by the definition, for comparison; O(sqrt(n)). */
#ifndef MOBIUS_ORACLE_H
#define MOBIUS_ORACLE_H

#include <stdint.h>

static inline int mu_by_definition(uint64_t n)
{
    int mu = 1;
    for (uint64_t d = 2; d * d <= n; d++) {
        if (n % d != 0)
            continue;
        n /= d;
        if (n % d == 0)
            return 0;
        mu = -mu;
    }
    return n > 1 ? -mu : mu;
}

#endif
