/* omega.c: how many primes scattered n have, without and with multiplicity.
 *
 * The first hundred primes are divided out, then the factors up to the cube root of the rest come
 * from one gcd with a product of primes, as in mu.c. Beyond the cube root p, p^2 or p q remain,
 * which count without being taken apart. */
#include "mobius.h"

#include "gcd.h"
#include "primality.h"
#include "prime_products.h"
#include "roots.h"
#include "trial.h"

#include <stdlib.h>

enum {
    BLOCK = 2048,
    QUEUE = 2 * BLOCK, /* what is left of each number, and then of that */
};

/* A factor > 1 of block number `index` without primes up to ROUGH. */
typedef struct rough {
    uint64_t m;
    uint32_t index;
    bool at_most_two; /* it has no more than two prime factors */
} rough;

typedef struct workspace {
    trial_divisors divisors;
    prime_products products;
    uint8_t *distinct, *total; /* of the present block */
    rough *queue;
    size_t queued;
} workspace;

static void push(workspace *work, uint64_t m, uint32_t index, bool at_most_two)
{
    if (m != 1)
        work->queue[work->queued++] = (rough){m, index, at_most_two};
}

static void add(workspace *work, uint32_t index, unsigned distinct, unsigned total)
{
    work->distinct[index] = (uint8_t)(work->distinct[index] + distinct);
    work->total[index] = (uint8_t)(work->total[index] + total);
}

static void divide_small_primes(workspace *work, const uint64_t *n, size_t count)
{
    work->queued = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned twos = (unsigned)__builtin_ctzll(n[i]);
        unsigned distinct = twos != 0, total = twos;
        uint64_t m = n[i] >> twos;
        for (int k = 0; k < ODD_TRIAL_PRIMES; k++) {
            uint64_t quotient = m * work->divisors.inverse[k];
            if (quotient > work->divisors.quotient[k])
                continue;
            distinct++;
            do {
                m = quotient;
                total++;
                quotient = m * work->divisors.inverse[k];
            } while (quotient <= work->divisors.quotient[k]);
        }
        work->distinct[i] = (uint8_t)distinct;
        work->total[i] = (uint8_t)total;
        push(work, m, (uint32_t)i, false);
    }
}

/* Counts the primes of a composite up to its cube root, each as often as it divides. */
static void split(workspace *work, const rough *item)
{
    uint64_t m = item->m;
    size_t groups = prime_products_reach(&work->products, cube_root_bound(m));
    uint64_t residue = prime_products_residue(&work->products, groups, m);
    uint64_t found = residue == 0 ? m : gcd_odd(residue, m); /* without multiplicity */
    if (found == 1) {
        add(work, item->index, is_square(m) ? 1 : 2, 2);
        return;
    }
    unsigned count = prime_products_count(&work->products, found);
    add(work, item->index, count, count);
    uint64_t rest = m / found, repeated = found;
    while ((repeated = gcd_odd(repeated, rest)) != 1) {
        add(work, item->index, 0, prime_products_count(&work->products, repeated));
        rest /= repeated;
    }
    push(work, rest, item->index, true);
}

static void settle(workspace *work, const rough *item, bool passes_base2)
{
    if (passes_base2 && is_prime_given_base2(item->m))
        add(work, item->index, 1, 1);
    else if (item->at_most_two)
        add(work, item->index, is_square(item->m) ? 1 : 2, 2);
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

mobius_status mobius_omega(const uint64_t *n, size_t count, uint8_t *distinct, uint8_t *total)
{
    uint64_t largest = 1;
    for (size_t i = 0; i < count; i++) {
        if (n[i] == 0 || n[i] > MOBIUS_MAX_N)
            return MOBIUS_BAD_NUMBER;
        largest = n[i] > largest ? n[i] : largest;
    }
    workspace work;
    mobius_status status = open_workspace(&work, largest);
    for (size_t first = 0; status == MOBIUS_OK && first < count; first += BLOCK) {
        work.distinct = distinct + first;
        work.total = total + first;
        divide_small_primes(&work, n + first, count - first < BLOCK ? count - first : BLOCK);
        settle_queue(&work);
    }
    prime_products_close(&work.products);
    free(work.queue);
    return status;
}
