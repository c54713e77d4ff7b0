/* mu_ifma.h: the stages of mu for scattered n < 2^LANE_BITS by AVX-512; mu_ifma.c runs them. */
#ifndef MOBIUS_MU_IFMA_H
#define MOBIUS_MU_IFMA_H

#include "kernel.h"

#include "prime_products.h"

#if MOBIUS_X86

enum {
    LANE_BITS = 50, /* n and every modulus are below 2^50 */
    IFMA_BLOCK = 8192, /* numbers at a time: the queues stay in the second-level cache */
    IFMA_QUEUE = IFMA_BLOCK + 64, /* stages work on whole groups of lanes and write past the end */
};

/* Numbers that wait for a stage. A tag is 2 * (index in the block) + parity of the prime factors
 * taken out so far; mu of a number is that of what remains with the tag's sign. */
typedef struct number_queue {
    size_t count;
    uint64_t m[IFMA_QUEUE];
    uint64_t tag[IFMA_QUEUE];
} number_queue;

/* Tags of squarefree numbers with no prime factor left: mu = 1 - 2 * (tag % 2). */
typedef struct settled_queue {
    size_t count;
    uint64_t tag[IFMA_QUEUE];
} settled_queue;

/* Divides by the primes up to LAST_TRIAL_PRIME. Numbers with a square among them disappear, those
 * with at most one prime left are settled, the others have m > 541^2 without such factors. */
void ifma_divide(const uint64_t *n, size_t count, number_queue *rough, settled_queue *settled);

/* Distributes numbers, all factors above 541, to primes and composites. */
void ifma_test(const number_queue *numbers, number_queue *primes, number_queue *composites);

/* Products as in prime_products.h, in 52-bit digits that all lie in [floor, 2^52). */
enum {
    IFMA_CHAINS = 4,
    IFMA_DIGITS = 16,
    IFMA_MOST_GROUPS = 64, /* the primes up to the cube root of 2^50 fill 46 */
};

typedef struct ifma_group {
    uint64_t digit[IFMA_DIGITS][IFMA_CHAINS]; /* least significant first */
} ifma_group;

typedef struct ifma_products {
    uint32_t limit;
    uint32_t *primes; /* those in (ROUGH, limit], ascending */
    size_t prime_count;
    ifma_group *group;
    uint32_t *last; /* last[k]: the largest prime in groups 0..k */
    size_t group_count;
    uint8_t *reach; /* reach[x / 64]: how many groups hold every prime <= x */
} ifma_products;

/* Products of all primes in (ROUGH, limit] for m up to `largest`. Close it even after an error. */
mobius_status ifma_products_open(ifma_products *products, uint32_t limit, uint64_t largest);

void ifma_products_close(ifma_products *products);

/* How many groups hold every prime in (ROUGH, x]; any x. */
uint8_t ifma_products_reach(const ifma_products *products, uint32_t x);

/* g[i] = the product of the primes of the first `groups` groups that divide m[i], for 16 m. */
void ifma_common(const ifma_products *products, size_t groups, const uint64_t *m, uint64_t *g);

/* mobius_mu for n in 1..largest < 2^LANE_BITS. */
mobius_status ifma_mu(const uint64_t *n, size_t count, uint64_t largest, int8_t *mu);

#endif
#endif
