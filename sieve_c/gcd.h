/* gcd.h: the greatest common divisor by subtraction and shifts (Stein's algorithm). */
#ifndef MOBIUS_GCD_H
#define MOBIUS_GCD_H

#include <assert.h>
#include <stdint.h>

/* gcd(a, m) for a >= 1 and odd m. */
static inline uint64_t gcd_odd(uint64_t a, uint64_t m)
{
    assert(a >= 1 && m % 2 == 1);
    a >>= __builtin_ctzll(a);
    while (a != m) {
        uint64_t difference = a > m ? a - m : m - a;
        m = a > m ? m : a;
        a = difference >> __builtin_ctzll(difference);
    }
    return m;
}

#endif
