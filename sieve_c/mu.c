/* mu.c: mu of scattered n, by multiplicativity and never more factorisation than the sign needs.
 *
 * The first hundred primes are divided out; 38 % of all n end there with a square. What is left,
 * m, is settled by size or by a primality test, else its factors up to the cube root come from
 * one gcd with a product of primes. Beyond the cube root only p, p^2 or p q can remain, and a
 * test for squares tells the last two apart without finding p.
 *
 * What is not settled waits in a queue, so that the tests run on several numbers side by side and
 * factors found are settled like the numbers themselves. Rho, remainder trees and sorting with a
 * sieve were slower at these sizes. */
#include "mobius.h"

#include "gcd.h"
#include "mu_ifma.h"
#include "primality.h"
#include "prime_products.h"
#include "roots.h"
#include "trial.h"

#include <stdlib.h>

enum {
    BLOCK = 2048, /* numbers in the queue at a time: keeps it in the second-level cache */
    /* 547^7 > 2^63, so a number splits into six factors at most, by at most eleven pushes. */
    QUEUE = BLOCK * 11,
    MIXED = 1 << 16, /* each time tables are made, 3 ms at most */
};

/* A factor of block number `index`, > 1, whose prime factors all exceed `above`. */
typedef struct rough {
    uint64_t m;
    uint32_t index;
    uint32_t above;
} rough;

typedef struct workspace {
    trial_divisors divisors;
    prime_products products;
    int8_t *mu; /* of the present block: the product over all factors settled so far */
    rough *queue;
    size_t queued;
} workspace;

/* Settles m at once if it is 1 or so small that it must be prime; else queues it. */
static void push(workspace *work, uint64_t m, uint32_t index, uint32_t above)
{
    if (m == 1)
        return;
    if (m <= (uint64_t)above * above)
        work->mu[index] = (int8_t)-work->mu[index];
    else
        work->queue[work->queued++] = (rough){m, index, above};
}

static void divide_small_primes(workspace *work, const uint64_t *n, size_t count)
{
    work->queued = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t m = 1;
        work->mu[i] = (int8_t)trial_divide(&work->divisors, n[i], &m);
        push(work, m, (uint32_t)i, ROUGH);
    }
}

/* (-1)^k for a product m of k distinct primes of the table. */
static int sign_by_trial(const prime_products *products, uint64_t m)
{
    return prime_products_count(products, m) & 1 ? -1 : 1;
}

/* Settles m = p^2 or p q. */
static void settle_two_primes(workspace *work, const rough *item)
{
    if (is_square(item->m))
        work->mu[item->index] = 0;
}

/* Takes from a composite its factors up to the cube root. */
static void split(workspace *work, const rough *item)
{
    uint64_t m = item->m;
    size_t groups = prime_products_reach(&work->products, cube_root_bound(m));
    uint64_t residue = prime_products_residue(&work->products, groups, m);
    uint64_t found = residue == 0 ? m : gcd_odd(residue, m); /* without multiplicity */
    uint64_t rest = m / found;
    if (found == 1)
        settle_two_primes(work, item);
    else if (rest == 1)
        work->mu[item->index] =
            (int8_t)(work->mu[item->index] * sign_by_trial(&work->products, m));
    else if (gcd_odd(found, rest) != 1)
        work->mu[item->index] = 0;
    else {
        push(work, found, item->index, ROUGH);
        push(work, rest, item->index, work->products.last[groups - 1]);
    }
}

static void settle(workspace *work, const rough *item, bool passes_base2)
{
    uint64_t above = item->above;
    if (passes_base2 && is_prime_given_base2(item->m))
        work->mu[item->index] = (int8_t)-work->mu[item->index];
    else if (item->m <= above * above * above)
        settle_two_primes(work, item);
    else
        split(work, item);
}

/* Empties the queue, which grows behind the reader as composites split. */
static void settle_queue(workspace *work)
{
    size_t taken;
    for (size_t first = 0; first < work->queued; first += taken) {
        uint64_t m[TEST_LANES];
        bool passes[TEST_LANES];
        size_t left = work->queued - first;
        taken = left < TEST_LANES ? left : TEST_LANES;
        for (size_t i = 0; i < TEST_LANES; i++)
            m[i] = work->queue[first + (i < taken ? i : 0)].m;
        strong_test_base2(m, passes);
        for (size_t i = 0; i < taken; i++)
            settle(work, &work->queue[first + i], passes[i]);
    }
}

static mobius_status open_workspace(workspace *work, uint64_t largest)
{
    *work = (workspace){0};
    trial_divisors_init(&work->divisors);
    /* Bounds of smaller numbers may exceed this one by its relative error. */
    uint32_t limit = cube_root_bound(largest);
    mobius_status status = prime_products_open(&work->products, limit + limit / 4096 + 1);
    work->queue = malloc(QUEUE * sizeof *work->queue);
    return work->queue == NULL ? MOBIUS_NO_MEMORY : status;
}

static void close_workspace(workspace *work)
{
    prime_products_close(&work->products);
    free(work->queue);
}

static mobius_status portable_mu(const uint64_t *n, size_t count, uint64_t largest, int8_t *mu)
{
    workspace work;
    mobius_status status = open_workspace(&work, largest);
    for (size_t first = 0; status == MOBIUS_OK && first < count; first += BLOCK) {
        work.mu = mu + first;
        divide_small_primes(&work, n + first, count - first < BLOCK ? count - first : BLOCK);
        settle_queue(&work);
    }
    close_workspace(&work);
    return status;
}

/* The largest of n, or 0 if one of them is out of range. */
static uint64_t checked_maximum(const uint64_t *n, size_t count)
{
    uint64_t largest = 0, beyond = 0; /* n = 0 shows as n - 1 = 2^64 - 1 */
    for (size_t i = 0; i < count; i++) {
        largest = n[i] > largest ? n[i] : largest;
        beyond |= n[i] | (n[i] - 1);
    }
    return beyond >> 63 ? 0 : largest;
}

#if MOBIUS_X86

/* Numbers of a batch on one side of 2^LANE_BITS, and their mu. */
typedef struct share {
    size_t count;
    uint64_t largest;
    uint64_t n[MIXED];
    int8_t mu[MIXED];
} share;

static void divide_batch(const uint64_t *n, size_t count, share sides[2])
{
    sides[0].count = sides[1].count = 0;
    sides[0].largest = sides[1].largest = 1;
    for (size_t i = 0; i < count; i++) {
        share *side = &sides[n[i] >> LANE_BITS != 0];
        side->largest = n[i] > side->largest ? n[i] : side->largest;
        side->n[side->count++] = n[i];
    }
}

static void unite_batch(const uint64_t *n, size_t count, const share sides[2], int8_t *mu)
{
    size_t taken[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        bool side = n[i] >> LANE_BITS != 0;
        mu[i] = sides[side].mu[taken[side]++];
    }
}

/* Small numbers by lanes, the others portably. */
static mobius_status mixed_mu(const uint64_t *n, size_t count, int8_t *mu)
{
    share *sides = malloc(2 * sizeof *sides);
    mobius_status status = sides == NULL ? MOBIUS_NO_MEMORY : MOBIUS_OK;
    for (size_t first = 0; status == MOBIUS_OK && first < count; first += MIXED) {
        size_t length = count - first < MIXED ? count - first : MIXED;
        divide_batch(n + first, length, sides);
        if (sides[0].count != 0)
            status = ifma_mu(sides[0].n, sides[0].count, sides[0].largest, sides[0].mu);
        if (status == MOBIUS_OK && sides[1].count != 0)
            status = portable_mu(sides[1].n, sides[1].count, sides[1].largest, sides[1].mu);
        unite_batch(n + first, length, sides, mu + first);
    }
    free(sides);
    return status;
}

#endif

mobius_status mobius_mu(const uint64_t *n, size_t count, int8_t *mu, mobius_kernel kernel)
{
    if (!mobius_has_kernel(kernel))
        return MOBIUS_NO_KERNEL;
    if (count == 0)
        return MOBIUS_OK;
    uint64_t largest = checked_maximum(n, count);
    if (largest == 0)
        return MOBIUS_BAD_NUMBER;
#if MOBIUS_X86
    if (kernel == MOBIUS_IFMA)
        return largest >> LANE_BITS == 0 ? ifma_mu(n, count, largest, mu) : mixed_mu(n, count, mu);
#endif
    return portable_mu(n, count, largest, mu);
}
