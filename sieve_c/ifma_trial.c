/* ifma_trial.c: dividing out the first hundred primes, eight numbers at a time.
 *
 * p divides n < 2^52 exactly if n / p mod 2^52 <= 2^52 / p, one product and one comparison. The
 * primes up to 13 go first and without branches, for 38 % of all n have one of their squares; the
 * rest closes up, so that later primes see full lanes. From 61 on hits are so rare that a branch
 * over what they cost is cheaper than to do it always. */
#include "mu_ifma.h"

#if MOBIUS_X86

#include "lanes.h"
#include "trial.h"

enum { TINY = 5, BRANCH_FREE = 16, GROUP = 4 }; /* odd primes up to 13 and up to 59; vectors */

typedef struct divisor_table {
    uint64_t inverse[ODD_TRIAL_PRIMES], quotient[ODD_TRIAL_PRIMES];
} divisor_table;

static void make_divisors(divisor_table *table)
{
    trial_divisors divisors;
    trial_divisors_init(&divisors);
    for (int k = 0; k < ODD_TRIAL_PRIMES; k++) {
        uint64_t p = UINT64_MAX / divisors.quotient[k];
        table->inverse[k] = divisors.inverse[k] & ((UINT64_C(1) << 52) - 1);
        table->quotient[k] = ((UINT64_C(1) << 52) - 1) / p;
    }
}

/* Takes p out of the lanes it divides; the lanes where p divides twice. */
LANES __mmask8 take_out(const divisor_table *table, int k, lanes *m, lanes *tag)
{
    lanes inverse = all(table->inverse[k]), bound = all(table->quotient[k]);
    lanes quotient = mul_lo52(*m, inverse);
    __mmask8 hit = _mm512_cmple_epu64_mask(quotient, bound);
    *m = _mm512_mask_mov_epi64(*m, hit, quotient);
    *tag = _mm512_mask_xor_epi64(*tag, hit, *tag, all(1));
    return _mm512_mask_cmple_epu64_mask(hit, mul_lo52(quotient, inverse), bound);
}

IFMA_CODE static void divide_tiny(const divisor_table *table, const uint64_t *n, size_t count,
                                  number_queue *left)
{
    lanes tag = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    left->count = 0;
    for (size_t i = 0; i < count; i += LANE_COUNT) {
        lanes m = _mm512_maskz_loadu_epi64(first_lanes(count - i), n + i);
        lanes sign = tag;
        __mmask8 square = _mm512_testn_epi64_mask(m, all(3)); /* and behind the end */
        __mmask8 even = _mm512_testn_epi64_mask(m, all(1));
        m = _mm512_mask_srli_epi64(m, even, m, 1);
        sign = _mm512_mask_xor_epi64(sign, even, sign, all(1));
        for (int k = 0; k < TINY; k++)
            square |= take_out(table, k, &m, &sign);
        append(left->m + left->count, (__mmask8)~square, m);
        left->count += append(left->tag + left->count, (__mmask8)~square, sign);
        tag = _mm512_add_epi64(tag, all(2 * LANE_COUNT));
    }
}

LANES void divide_small(const divisor_table *table, lanes *m, lanes *tag, __mmask8 *square)
{
    for (int k = TINY; k < BRANCH_FREE; k++)
        for (int v = 0; v < GROUP; v++)
            square[v] |= take_out(table, k, &m[v], &tag[v]);
    for (int k = BRANCH_FREE; k < ODD_TRIAL_PRIMES; k++) {
        lanes inverse = all(table->inverse[k]), bound = all(table->quotient[k]);
        unsigned hits = 0;
        for (int v = 0; v < GROUP; v++)
            hits |= _mm512_cmple_epu64_mask(mul_lo52(m[v], inverse), bound);
        if (hits != 0)
            for (int v = 0; v < GROUP; v++)
                square[v] |= take_out(table, k, &m[v], &tag[v]);
    }
}

/* Sends eight numbers on: away, to the settled, or to the rough. */
LANES void sort_rough(lanes m, lanes tag, __mmask8 alive, number_queue *rough,
                      settled_queue *settled)
{
    __mmask8 open = _mm512_mask_cmpgt_epu64_mask(alive, m, all((uint64_t)ROUGH * ROUGH));
    __mmask8 prime = _mm512_mask_cmpgt_epu64_mask((__mmask8)(alive & ~open), m, all(1));
    append(rough->m + rough->count, open, m);
    rough->count += append(rough->tag + rough->count, open, tag);
    tag = _mm512_mask_xor_epi64(tag, prime, tag, all(1));
    settled->count += append(settled->tag + settled->count, (__mmask8)(alive & ~open), tag);
}

IFMA_CODE void ifma_divide(const uint64_t *n, size_t count, number_queue *rough,
                           settled_queue *settled)
{
    number_queue left;
    divisor_table table;
    make_divisors(&table);
    divide_tiny(&table, n, count, &left);
    rough->count = 0;
    for (size_t i = 0; i < left.count; i += GROUP * LANE_COUNT) {
        lanes m[GROUP], tag[GROUP];
        __mmask8 square[GROUP];
        for (int v = 0; v < GROUP; v++) {
            size_t first = i + (size_t)v * LANE_COUNT;
            square[v] = (__mmask8)~first_lanes(first >= left.count ? 0 : left.count - first);
            /* Lanes behind the end become 1, which nothing divides. */
            m[v] = _mm512_mask_mov_epi64(load(left.m + first), square[v], all(1));
            tag[v] = load(left.tag + first);
        }
        divide_small(&table, m, tag, square);
        for (int v = 0; v < GROUP; v++)
            sort_rough(m[v], tag[v], (__mmask8)~square[v], rough, settled);
    }
}

#endif
