/* ifma_primality.c: the Baillie-PSW test on lanes, a proof of primality below 2^64.
 *
 * A strong test to base 2, then an almost extra strong Lucas test: Q = 1, P the first of 3, 4, ...
 * for which P^2 - 4 is no square modulo m. No composite below 2^64 passes both: D. Jacobsen,
 * Pseudoprime statistics, tables, and data (ntheory.org/pseudoprimes.html), from the complete list
 * of pseudoprimes to base 2 by J. Feitsma and W. Galway. It costs as much as three bases of a
 * Miller-Rabin test, where six more than base 2 would be needed for 3.4 * 10^14.
 *
 * Both tests end in squarings of which some must give a certain value, at positions that differ
 * by lane; so the exponent is taken whole and the last steps compare. */
#include "mu_ifma.h"

#if MOBIUS_X86

#include "lanes.h"
#include "primality.h"

enum {
    STRONG_GROUP = 8, /* vectors side by side: a product waits 13 cycles for the one before */
    LUCAS_GROUP = 4,
    NARROW_BITS = 48, /* below, one more bit of slack saves a reduction at each step */
    SYMBOLS = 11,
};

/* The numbers of bits to go through for the largest of some m, and where comparing begins. */
typedef struct steps {
    int first, compare;
} steps;

LANES steps plan(const lanes *exponent, int vectors)
{
    lanes any = exponent[0], low = _mm512_and_si512(any, _mm512_sub_epi64(all(0), any));
    for (int v = 1; v < vectors; v++) {
        any = _mm512_or_si512(any, exponent[v]);
        low = _mm512_max_epu64(
            low, _mm512_and_si512(exponent[v], _mm512_sub_epi64(all(0), exponent[v])));
    }
    return (steps){63 - __builtin_clzll((unsigned long long)_mm512_reduce_or_epi64(any)),
                   63 - __builtin_clzll(largest_lane(low))};
}

/* The lanes of each vector that are strong probable primes to base 2. */
LANES void strong_lanes(const lanes *m, __mmask8 *passes, bool narrow)
{
    enum { FREE = 4 }; /* 2^(top bits of m - 1) needs no squarings while it is below 2^16 */
    lanes x[STRONG_GROUP], inverse[STRONG_GROUP], exponent[STRONG_GROUP];
    for (int v = 0; v < STRONG_GROUP; v++) {
        inverse[v] = inverse52(m[v]);
        exponent[v] = _mm512_sub_epi64(m[v], all(1));
        passes[v] = 0;
    }
    steps at = plan(exponent, STRONG_GROUP);
    int bit = at.first - (FREE - 1);
    for (int v = 0; v < STRONG_GROUP; v++) {
        lanes top = _mm512_srli_epi64(exponent[v], (unsigned)bit);
        lanes power = _mm512_slli_epi64(_mm512_add_epi64(top, all(1023 + 52)), 52);
        x[v] = multiple_of_r_mod(_mm512_castsi512_pd(power), m[v]);
    }
    for (bit--; bit >= 1; bit--) {
        lanes mask = all(UINT64_C(1) << bit);
        for (int v = 0; v < STRONG_GROUP; v++) {
            x[v] = mont_lanes(x[v], x[v], m[v], inverse[v], m[v]);
            x[v] = _mm512_mask_add_epi64(x[v], _mm512_test_epi64_mask(exponent[v], mask), x[v],
                                         x[v]);
            if (!narrow)
                x[v] = reduce_once(x[v], _mm512_add_epi64(m[v], m[v]));
        }
        if (bit > at.compare)
            continue;
        for (int v = 0; v < STRONG_GROUP; v++) {
            lanes one = multiple_of_r_mod(_mm512_set1_pd(0x1p52), m[v]);
            lanes value = reduce_once(reduce_once(x[v], _mm512_add_epi64(m[v], m[v])), m[v]);
            /* x = 2^((m - 1) / 2^bit): before the exponent is odd, nothing counts. */
            __mmask8 reached = _mm512_testn_epi64_mask(exponent[v], _mm512_sub_epi64(mask, all(1)));
            __mmask8 odd = _mm512_mask_test_epi64_mask(reached, exponent[v], mask);
            passes[v] |= _mm512_mask_cmpeq_epi64_mask(reached, value, _mm512_sub_epi64(m[v], one)) |
                         _mm512_mask_cmpeq_epi64_mask(odd, value, one);
        }
    }
}

/* For each prime l: l is no square modulo m if bit m mod l of `nonresidues` differs from
 * m / 2 mod 2 for l = 3 mod 4 (quadratic reciprocity), and P is the first with l in P^2 - 4 beyond
 * squares and the primes before. Remainders come unreduced, so the pattern is there twice. */
typedef struct symbol {
    uint8_t l, p;
    uint64_t reciprocal, nonresidues;
} symbol;

static void make_symbols(symbol *symbols)
{
    /* P^2 - 4 = 5, 12, 21, 32, 77, 117, 221, 285, 437, 725, 837. */
    static const uint8_t L[SYMBOLS] = {5, 3, 7, 2, 11, 13, 17, 19, 23, 29, 31};
    static const uint8_t P[SYMBOLS] = {3, 4, 5, 6, 9, 11, 15, 17, 21, 27, 29};
    for (int k = 0; k < SYMBOLS; k++) {
        unsigned l = L[k] == 2 ? 8 : L[k];
        uint64_t squares = 1, pattern = ((UINT64_C(1) << l) - 1);
        for (unsigned a = 1; a < l; a++)
            squares |= UINT64_C(1) << (a * a % l);
        pattern &= l == 8 ? UINT64_C(0x28) : ~squares; /* 2 is a square modulo 8 k +- 1 */
        symbols[k] = (symbol){(uint8_t)l, P[k], (UINT64_C(1) << 52) / l, pattern | pattern << l};
    }
}

/* P of each lane; the lanes where none was found. */
LANES __mmask8 choose_p(const symbol *symbols, lanes m, lanes *p)
{
    __mmask8 open = 0xFF, half = _mm512_test_epi64_mask(m, all(2));
    *p = all(3);
    for (int k = 0; k < SYMBOLS && open != 0; k++) {
        lanes l = all(symbols[k].l);
        lanes r = _mm512_sub_epi64(m, mul_lo52(mul_hi52(m, all(symbols[k].reciprocal)), l));
        lanes bit = _mm512_srlv_epi64(all(symbols[k].nonresidues), r);
        __mmask8 no_square = _mm512_test_epi64_mask(bit, all(1));
        if (symbols[k].l % 4 == 3)
            no_square ^= half;
        *p = _mm512_mask_mov_epi64(*p, open & no_square, all(symbols[k].p));
        open &= (__mmask8)~no_square;
    }
    return open;
}

/* The lanes of each vector that pass the Lucas test with parameter p. */
LANES void lucas_lanes(const lanes *m, const lanes *p, __mmask8 *passes, bool narrow)
{
    lanes v0[LUCAS_GROUP], v1[LUCAS_GROUP], two[LUCAS_GROUP]; /* V_k, V_k+1 */
    lanes inverse[LUCAS_GROUP], exponent[LUCAS_GROUP], less_p[LUCAS_GROUP], less_two[LUCAS_GROUP];
    for (int v = 0; v < LUCAS_GROUP; v++) {
        inverse[v] = inverse52(m[v]);
        exponent[v] = _mm512_add_epi64(m[v], all(1));
        two[v] = multiple_of_r_mod(_mm512_set1_pd(0x1p53), m[v]);
        v0[v] = two[v];
        v1[v] = multiple_of_r_mod(
            _mm512_mul_pd(_mm512_cvtepu64_pd(p[v]), _mm512_set1_pd(0x1p52)), m[v]);
        less_p[v] = _mm512_sub_epi64(_mm512_add_epi64(m[v], m[v]), v1[v]);
        less_two[v] = _mm512_sub_epi64(_mm512_add_epi64(m[v], m[v]), two[v]);
        passes[v] = 0;
    }
    steps at = plan(exponent, LUCAS_GROUP);
    for (int bit = at.first; bit >= 1; bit--) {
        lanes mask = all(UINT64_C(1) << bit);
        for (int v = 0; v < LUCAS_GROUP; v++) {
            __mmask8 set = _mm512_test_epi64_mask(exponent[v], mask);
            lanes next = mont_lanes(v0[v], v1[v], m[v], inverse[v], less_p[v]);
            lanes base = _mm512_mask_mov_epi64(v0[v], set, v1[v]);
            lanes square = mont_lanes(base, base, m[v], inverse[v], less_two[v]);
            if (!narrow) { /* from below 3 m to below 2 m */
                next = reduce_once(next, _mm512_add_epi64(m[v], m[v]));
                square = reduce_once(square, _mm512_add_epi64(m[v], m[v]));
            }
            v0[v] = _mm512_mask_mov_epi64(square, set, next);
            v1[v] = _mm512_mask_mov_epi64(next, set, square);
        }
        if (bit > at.compare)
            continue;
        for (int v = 0; v < LUCAS_GROUP; v++) {
            lanes value = reduce_once(reduce_once(v0[v], _mm512_add_epi64(m[v], m[v])), m[v]);
            __mmask8 reached = _mm512_testn_epi64_mask(exponent[v], _mm512_sub_epi64(mask, all(1)));
            __mmask8 odd = _mm512_mask_test_epi64_mask(reached, exponent[v], mask);
            passes[v] |= _mm512_mask_cmpeq_epi64_mask(odd, value, two[v]) |
                         _mm512_mask_cmpeq_epi64_mask(odd, value, _mm512_sub_epi64(m[v], two[v]));
            if (bit >= 2)
                passes[v] |= _mm512_mask_cmpeq_epi64_mask(reached, value, all(0));
        }
    }
}

/* Vectors from a queue; lanes behind its end repeat its first number. */
LANES void take(const uint64_t *queue, size_t count, size_t first, int vectors, lanes *m)
{
    for (int v = 0; v < vectors; v++) {
        size_t i = first + (size_t)v * LANE_COUNT;
        __mmask8 inside = first_lanes(i >= count ? 0 : count - i);
        m[v] = _mm512_mask_loadu_epi64(all(queue[0]), inside, queue + i);
    }
}

/* Appends lanes of `numbers` from `first` on, never beyond its end. */
LANES void keep(const number_queue *numbers, size_t first, __mmask8 chosen, number_queue *out)
{
    chosen &= first_lanes(first >= numbers->count ? 0 : numbers->count - first);
    append(out->m + out->count, chosen, load(numbers->m + first));
    out->count += append(out->tag + out->count, chosen, load(numbers->tag + first));
}

IFMA_CODE static void test_strong(const number_queue *numbers, number_queue *passed,
                                  number_queue *failed, bool narrow)
{
    for (size_t i = 0; i < numbers->count; i += STRONG_GROUP * LANE_COUNT) {
        lanes m[STRONG_GROUP];
        __mmask8 passes[STRONG_GROUP];
        take(numbers->m, numbers->count, i, STRONG_GROUP, m);
        if (narrow)
            strong_lanes(m, passes, true);
        else
            strong_lanes(m, passes, false);
        for (int v = 0; v < STRONG_GROUP; v++) {
            keep(numbers, i + (size_t)v * LANE_COUNT, passes[v], passed);
            keep(numbers, i + (size_t)v * LANE_COUNT, (__mmask8)~passes[v], failed);
        }
    }
}

IFMA_CODE static void test_lucas(const number_queue *numbers, number_queue *passed,
                                 number_queue *failed, bool narrow)
{
    symbol symbols[SYMBOLS];
    make_symbols(symbols);
    for (size_t i = 0; i < numbers->count; i += LUCAS_GROUP * LANE_COUNT) {
        lanes m[LUCAS_GROUP], p[LUCAS_GROUP];
        __mmask8 passes[LUCAS_GROUP], open[LUCAS_GROUP];
        take(numbers->m, numbers->count, i, LUCAS_GROUP, m);
        for (int v = 0; v < LUCAS_GROUP; v++)
            open[v] = choose_p(symbols, m[v], &p[v]);
        if (narrow)
            lucas_lanes(m, p, passes, true);
        else
            lucas_lanes(m, p, passes, false);
        for (int v = 0; v < LUCAS_GROUP; v++) {
            size_t first = i + (size_t)v * LANE_COUNT;
            for (size_t lane = 0; open[v] >> lane != 0; lane++) { /* one in two thousand */
                if (!(open[v] >> lane & 1) || first + lane >= numbers->count)
                    continue;
                __mmask8 here = (__mmask8)(1u << lane);
                passes[v] &= (__mmask8)~here;
                if (is_prime_given_base2(numbers->m[first + lane]))
                    passes[v] |= here;
            }
            keep(numbers, first, passes[v], passed);
            keep(numbers, first, (__mmask8)~passes[v], failed);
        }
    }
}

void ifma_test(const number_queue *numbers, number_queue *primes, number_queue *composites)
{
    number_queue probable;
    uint64_t any = 0;
    for (size_t i = 0; i < numbers->count; i++)
        any |= numbers->m[i];
    bool narrow = any >> NARROW_BITS == 0;
    probable.count = primes->count = composites->count = 0;
    test_strong(numbers, &probable, composites, narrow);
    test_lucas(&probable, primes, composites, narrow);
}

#endif
