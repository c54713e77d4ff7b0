/* roots.h: integer square and cube roots by floating point, corrected where it may round. */
#ifndef MOBIUS_ROOTS_H
#define MOBIUS_ROOTS_H

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* floor(sqrt(n)) for n <= 2^63. */
static inline uint64_t isqrt(uint64_t n)
{
    assert(n <= UINT64_C(1) << 63);
    uint64_t root = (uint64_t)sqrt((double)n);
    while (root * root > n)
        root--;
    while ((root + 1) * (root + 1) <= n)
        root++;
    return root;
}

static inline bool is_square(uint64_t n)
{
    uint64_t root = isqrt(n);
    return root * root == n;
}

/* An integer at least cbrt(n) and at most cbrt(n) * 1.0001 + 1, for 1 <= n < 2^63.
 * Newton's iteration for x^3 = n never lands below the root, so two steps from a guess by the
 * exponent (off by at most 6 %) are enough for a bound, and cheaper than cbrt(). */
static inline uint32_t cube_root_bound(uint64_t n)
{
    double value = (double)n;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    /* Dividing the exponent by three divides its bias too; the constant puts the bias back and
     * centres the error of treating the mantissa linearly. */
    bits = bits / 3 + UINT64_C(0x2A9F789300000000);
    double x;
    memcpy(&x, &bits, sizeof x);
    x = (2 * x + value / (x * x)) / 3;
    x = (2 * x + value / (x * x)) / 3;
    return (uint32_t)x + 1;
}

#endif
