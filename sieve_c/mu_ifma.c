/* mu_ifma.c: mu of scattered n below 2^50, the stages of mu.c with eight numbers to an instruction.
 *
 * A block of numbers goes through the stages as a whole. Numbers that are done leave the queues,
 * so that no lane idles; each keeps one unknown factor m at any time, because what a common
 * factor with the products leaves behind is prime, a square or two primes. */
#include "mu_ifma.h"

#if MOBIUS_X86

#include "gcd.h"
#include "lanes.h"
#include "roots.h"
#include "trial.h"

#include <stdlib.h>
#include <string.h>

enum { SPLIT = 16 }; /* numbers that ifma_common takes */

typedef struct block {
    ifma_products products;
    number_queue rough, primes, composites, ordered, rest;
    settled_queue settled;
} block;

static void settle(block *work, uint64_t tag)
{
    work->settled.tag[work->settled.count++] = tag;
}

static void settle_primes(block *work)
{
    for (size_t i = 0; i < work->primes.count; i++)
        settle(work, work->primes.tag[i] ^ 1);
}

/* Composites without a factor up to their cube root: p q, or away with p^2. */
IFMA_CODE static void settle_two_primes(block *work, const number_queue *numbers)
{
    for (size_t i = 0; i < numbers->count; i += LANE_COUNT) {
        __mmask8 inside = first_lanes(numbers->count - i);
        __mmask8 chosen = (__mmask8)(inside & ~square_lanes(load(numbers->m + i)));
        work->settled.count += append(work->settled.tag + work->settled.count, chosen,
                                      load(numbers->tag + i));
    }
}

/* Composites in the order of how many groups of primes they need. */
static void order_composites(block *work)
{
    const number_queue *from = &work->composites;
    number_queue *to = &work->ordered;
    size_t start[IFMA_MOST_GROUPS + 2] = {0};
    uint8_t groups[IFMA_BLOCK];
    for (size_t i = 0; i < from->count; i++) {
        groups[i] = ifma_products_reach(&work->products, cube_root_bound(from->m[i]));
        start[groups[i] + 1]++;
    }
    for (size_t k = 1; k < IFMA_MOST_GROUPS + 2; k++)
        start[k] += start[k - 1];
    for (size_t i = 0; i < from->count; i++) {
        size_t place = start[groups[i]]++;
        to->m[place] = from->m[i];
        to->tag[place] = from->tag[i];
    }
    to->count = from->count;
    for (size_t i = 0; i < SPLIT; i++) /* whole groups of lanes */
        to->m[to->count + i] = to->m[to->count - 1];
}

/* Whether g > 541^2, a product of distinct primes above 541, has an odd number of them. Mostly
 * it is so small that there are two; else eight divisors at a time. */
IFMA_CODE static uint64_t parity(const ifma_products *products, uint64_t g)
{
    if (g <= (uint64_t)ROUGH * ROUGH * ROUGH)
        return 0;
    uint64_t odd = 0;
    for (size_t i = 0; i < products->prime_count; i += LANE_COUNT) {
        const uint32_t *primes = products->primes + i;
        if ((uint64_t)primes[0] * primes[0] > g)
            break;
        __mmask8 inside = first_lanes(products->prime_count - i);
        lanes p = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(inside, primes));
        lanes quotient = mul_lo52(all(g), inverse52(p)); /* times p it is g only if p divides g */
        lanes high = mul_hi52(quotient, p);
        unsigned hits = _mm512_mask_testn_epi64_mask(inside, high, high);
        for (; hits != 0; hits &= hits - 1) {
            g /= primes[__builtin_ctz(hits)];
            odd ^= 1;
        }
    }
    return odd ^ (g != 1);
}

/* m = g * rest, g of several primes, rest of primes above `last` or in g again. */
static void split_several(block *work, uint64_t m, uint64_t tag, uint64_t g, uint64_t last)
{
    uint64_t rest = m / g;
    if (rest != 1 && gcd_odd(g, rest) != 1)
        return;
    tag ^= parity(&work->products, g);
    if (rest == 1)
        settle(work, tag);
    else if (rest <= last * last)
        settle(work, tag ^ 1);
    else {
        work->rest.m[work->rest.count] = rest;
        work->rest.tag[work->rest.count++] = tag;
    }
}

/* Eight composites and what they have in common with the primes up to `last`. */
LANES void split_lanes(block *work, lanes m, lanes tag, lanes g, __mmask8 valid, uint64_t last)
{
    __mmask8 none = _mm512_mask_cmpeq_epi64_mask(valid, g, all(1)); /* p q or p^2 */
    none &= (__mmask8)~square_lanes(m);
    work->settled.count += append(work->settled.tag + work->settled.count, none, tag);

    __mmask8 one = _mm512_mask_cmpgt_epu64_mask(valid, g, all(1));
    one = _mm512_mask_cmple_epu64_mask(one, g, all((uint64_t)ROUGH * ROUGH)); /* g is prime */
    lanes rest = divide_lanes(m, g);
    lanes again = divide_lanes(rest, g);
    one = _mm512_mask_cmpneq_epi64_mask(one, mul_lo52(again, g), rest);
    __mmask8 prime = _mm512_mask_cmple_epu64_mask(one, rest, all(last * last));
    work->settled.count += append(work->settled.tag + work->settled.count, prime, tag);
    __mmask8 open = (__mmask8)(one & ~prime);
    append(work->rest.m + work->rest.count, open, rest);
    work->rest.count += append(work->rest.tag + work->rest.count, open,
                               _mm512_xor_si512(tag, all(1)));
}

IFMA_CODE static void split_composites(block *work)
{
    const number_queue *numbers = &work->ordered;
    work->rest.count = 0;
    for (size_t i = 0; i < numbers->count; i += SPLIT) {
        uint64_t g[SPLIT];
        size_t count = numbers->count - i < SPLIT ? numbers->count - i : SPLIT;
        uint64_t largest = numbers->m[i];
        for (size_t k = 1; k < count; k++)
            largest = numbers->m[i + k] > largest ? numbers->m[i + k] : largest;
        size_t groups = ifma_products_reach(&work->products, cube_root_bound(largest));
        uint64_t last = groups == 0 ? ROUGH : work->products.last[groups - 1];
        ifma_common(&work->products, groups, numbers->m + i, g);
        for (size_t k = 0; k < SPLIT; k += LANE_COUNT) {
            __mmask8 valid = first_lanes(count <= k ? 0 : count - k);
            split_lanes(work, load(numbers->m + i + k), load(numbers->tag + i + k), load(g + k),
                        valid, last);
        }
        for (size_t k = 0; k < count; k++)
            if (g[k] > (uint64_t)ROUGH * ROUGH)
                split_several(work, numbers->m[i + k], numbers->tag[i + k], g[k], last);
    }
}

static void settle_block(block *work, const uint64_t *n, size_t count, int8_t *mu)
{
    work->settled.count = 0;
    ifma_divide(n, count, &work->rough, &work->settled);
    ifma_test(&work->rough, &work->primes, &work->composites);
    settle_primes(work);
    if (work->composites.count != 0) {
        order_composites(work);
        split_composites(work);
        ifma_test(&work->rest, &work->primes, &work->composites);
        settle_primes(work);
        settle_two_primes(work, &work->composites);
    }
    memset(mu, 0, count);
    for (size_t i = 0; i < work->settled.count; i++) {
        uint64_t tag = work->settled.tag[i];
        mu[tag >> 1] = (int8_t)(1 - 2 * (int)(tag & 1));
    }
}

mobius_status ifma_mu(const uint64_t *n, size_t count, uint64_t largest, int8_t *mu)
{
    assert(largest >> LANE_BITS == 0);
    block *work = malloc(sizeof *work);
    if (work == NULL)
        return MOBIUS_NO_MEMORY;
    mobius_status status = ifma_products_open(&work->products, cube_root_bound(largest), largest);
    for (size_t first = 0; status == MOBIUS_OK && first < count; first += IFMA_BLOCK)
        settle_block(work, n + first, count - first < IFMA_BLOCK ? count - first : IFMA_BLOCK,
                     mu + first);
    ifma_products_close(&work->products);
    free(work);
    return status;
}

#endif
