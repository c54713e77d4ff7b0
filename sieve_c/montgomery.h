/* montgomery.h: arithmetic modulo an odd m < 2^63 without divisions, R = 2^64.
 *
 * Source: P. L. Montgomery, Modular multiplication without trial division, Math. Comp. 44 (1985);
 * the reduction here subtracts q*m, so that the inverse is positive and nothing overflows. */
#ifndef MOBIUS_MONTGOMERY_H
#define MOBIUS_MONTGOMERY_H

#include <stdint.h>

__extension__ typedef unsigned __int128 uint128;

/* The inverse of an odd m modulo 2^64: 3m ^ 2 is right to 5 bits, each step doubles them. */
static inline uint64_t inverse64(uint64_t m)
{
    uint64_t x = (3 * m) ^ 2;
    for (int bits = 5; bits < 64; bits *= 2)
        x *= 2 - m * x;
    return x;
}

static inline uint64_t mul_high(uint64_t a, uint64_t b)
{
    return (uint64_t)(((uint128)a * b) >> 64);
}

/* a * b / R mod m, in [0, m), for a, b < m and inverse = inverse64(m). */
static inline uint64_t mont_mul(uint64_t a, uint64_t b, uint64_t m, uint64_t inverse)
{
    uint128 product = (uint128)a * b;
    uint64_t high = (uint64_t)(product >> 64);
    uint64_t carried = mul_high((uint64_t)product * inverse, m);
    uint64_t difference = high - carried;
    return high < carried ? difference + m : difference;
}

/* 2 * a mod m for a < m < 2^63. */
static inline uint64_t double_mod(uint64_t a, uint64_t m)
{
    uint64_t twice = a + a;
    return twice >= m ? twice - m : twice;
}

/* a + b mod m for a, b < m < 2^63. */
static inline uint64_t add_mod(uint64_t a, uint64_t b, uint64_t m)
{
    uint64_t sum = a + b;
    return sum >= m ? sum - m : sum;
}

/* R mod m: the number one in Montgomery form. */
static inline uint64_t mont_one(uint64_t m)
{
    return (0 - m) % m;
}

#endif
