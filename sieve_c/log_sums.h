/* log_sums.h: telling from rounded logarithms whether all primes of a squarefree n were found.
 *
 * Every prime p <= sqrt(hi) adds round(log2 p) to the sum of each multiple below hi. For squarefree
 * n the product Q of those primes is n, or n / q for one prime q > sqrt(hi), and then Q < sqrt(n).
 * Since for every prime
 *     0.861 log2 p < round(log2 p) < 1.262 log2 p      (tight at 5 and at 3),
 * sums of the two kinds never meet: at least 0.861 log2 n against at most 0.631 log2 n. One
 * comparison tells whether q is missing, with no product and no division per n. */
#ifndef MOBIUS_LOG_SUMS_H
#define MOBIUS_LOG_SUMS_H

#include <stdint.h>

enum {
    PARITY = 0x80, /* flipped by every prime: it is added, and the carry leaves the byte */
    LOGS = 0x7F,   /* sums stay below 1.262 * 63 = 80 */
};

/* round(log2 p) for p < 2^32. */
static inline uint8_t log2_rounded(uint64_t p)
{
    int floor_log = 63 - __builtin_clzll(p);
    /* p >= 2^(floor + 1/2) exactly when p^2 >= 2^(2 floor + 1). */
    return (uint8_t)(floor_log + (p * p >> (2 * floor_log + 1) != 0));
}

/* The smallest sum of logs of an n with floor(log2 n) = k whose primes were all found: above
 * 0.6328 (k + 1), which n / q cannot reach, and at most the 0.861 k that n does reach. */
static inline uint8_t complete_sum(int k)
{
    return (uint8_t)(k < 2 ? k : (k + 1) * 81 / 128 + 1);
}

/* Distance from lo to the first multiple of step at or above it. */
static inline uint64_t first_multiple(uint64_t lo, uint64_t step)
{
    uint64_t past = lo % step;
    return past == 0 ? 0 : step - past;
}

#endif
