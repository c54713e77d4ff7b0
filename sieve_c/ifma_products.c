/* ifma_products.c: products of primes in 52-bit digits and their common factors with numbers.
 *
 * Horner's rule from the lowest digit, each step dividing exactly by R = 2^52: with q = (d - r) / m
 * mod R, (d - r - q m) / R = -floor(q m / R) as long as 0 <= d - r < R. So a step is one
 * subtraction and two multiply-adds for 3.6 primes and eight numbers, if only every digit d is at
 * least any residue r. To that end each product is multiplied by a number of small factors, which
 * no tested number has. */
#include "mu_ifma.h"

#if MOBIUS_X86

#include "lanes.h"
#include "montgomery.h"
#include "primes.h"
#include "trial.h"

#include <stdlib.h>
#include <string.h>

enum {
    VECTORS = 2, /* of numbers: with the chains eight steps run side by side */
    MOST_FILLER = 31,
    REACH_STEP = 64,
};

#define DIGIT_MASK ((UINT64_C(1) << 52) - 1)
/* Leaves room for lifting factors of eight bits and more. */
#define TOP_BEFORE_LIFT (UINT64_C(1) << 44)

static mobius_status list_primes(ifma_products *products, uint32_t limit)
{
    prime_stream stream;
    const uint32_t *found;
    mobius_status status = prime_stream_open(&stream, limit);
    /* Among the numbers above ROUGH no more than every fourth is prime. */
    products->primes = malloc((limit / 4 + 1) * sizeof *products->primes);
    if (products->primes == NULL)
        status = MOBIUS_NO_MEMORY;
    size_t count;
    while (status == MOBIUS_OK && (count = prime_stream_next(&stream, &found)) > 0)
        for (size_t i = 0; i < count; i++)
            if (found[i] > ROUGH)
                products->primes[products->prime_count++] = found[i];
    prime_stream_close(&stream);
    return status;
}

/* Multiplies by a factor of at most 24 bits unless the top digit would pass `most`. */
static bool multiply(uint64_t *digit, uint64_t factor, uint64_t most)
{
    uint64_t product[IFMA_DIGITS], carry = 0;
    for (int j = 0; j < IFMA_DIGITS; j++) {
        uint128 sum = (uint128)digit[j] * factor + carry;
        product[j] = (uint64_t)sum & DIGIT_MASK;
        carry = (uint64_t)(sum >> 52);
    }
    if (carry != 0 || product[IFMA_DIGITS - 1] > most)
        return false;
    memcpy(digit, product, sizeof product);
    return true;
}

static uint64_t least_digit(const uint64_t *digit)
{
    uint64_t least = digit[0];
    for (int j = 1; j < IFMA_DIGITS; j++)
        least = digit[j] < least ? digit[j] : least;
    return least;
}

/* Multiplies by the least factor that makes every digit at least `floor`; false if none does. */
static bool lift_digits(uint64_t *digit, uint64_t floor)
{
    for (uint64_t factor = 1; factor <= LAST_TRIAL_PRIME; factor++) {
        uint64_t product[IFMA_DIGITS];
        memcpy(product, digit, sizeof product);
        if (!multiply(product, factor, DIGIT_MASK))
            return false;
        if (least_digit(product) < floor)
            continue;
        memcpy(digit, product, sizeof product);
        return true;
    }
    return false;
}

/* A product of the first primes, as many as fit, or of fewer; how many. A lift fails at most every
 * sixth time, then another filler is tried, at last one prime less. */
static size_t make_chain(const uint32_t *primes, size_t left, uint64_t floor, uint64_t *digit)
{
    size_t count;
    for (uint64_t filler = 3;; filler += 2) {
        memset(digit, 0, IFMA_DIGITS * sizeof *digit);
        digit[0] = 1;
        for (count = 0; count < left && multiply(digit, primes[count], TOP_BEFORE_LIFT); count++)
            ;
        while (multiply(digit, filler, TOP_BEFORE_LIFT))
            ;
        if (lift_digits(digit, floor))
            return count;
        if (filler > MOST_FILLER) {
            left = count - 1;
            filler = 1;
        }
    }
}

static void pack_groups(ifma_products *products, uint64_t floor)
{
    size_t i = 0;
    while (i < products->prime_count) {
        ifma_group *group = &products->group[products->group_count];
        for (int chain = 0; chain < IFMA_CHAINS; chain++) {
            uint64_t digit[IFMA_DIGITS];
            i += make_chain(products->primes + i, products->prime_count - i, floor, digit);
            for (int j = 0; j < IFMA_DIGITS; j++)
                group->digit[j][chain] = digit[j];
        }
        products->last[products->group_count++] = products->primes[i - 1];
    }
}

static void index_groups(ifma_products *products)
{
    size_t k = 0;
    for (size_t i = 0; i <= products->limit / REACH_STEP; i++) {
        uint64_t end = (uint64_t)(i + 1) * REACH_STEP; /* groups for every prime < end */
        while (k < products->group_count && (k == 0 || products->last[k - 1] < end))
            k++;
        products->reach[i] = (uint8_t)k;
    }
}

mobius_status ifma_products_open(ifma_products *products, uint32_t limit, uint64_t largest)
{
    *products = (ifma_products){.limit = limit};
    mobius_status status = list_primes(products, limit);
    if (status != MOBIUS_OK)
        return status;
    /* Primes below 2^17, the cube root of 2^50, leave a chain with 24 bits fewer than full. */
    size_t least = IFMA_CHAINS * ((IFMA_DIGITS * 52 - 8 - 17) / 17 - 1);
    size_t groups = products->prime_count / least + 1;
    products->group = malloc(groups * sizeof *products->group);
    products->last = malloc(groups * sizeof *products->last);
    products->reach = malloc(limit / REACH_STEP + 1);
    if (products->group == NULL || products->last == NULL || products->reach == NULL)
        return MOBIUS_NO_MEMORY;
    pack_groups(products, largest);
    index_groups(products);
    return MOBIUS_OK;
}

void ifma_products_close(ifma_products *products)
{
    free(products->primes);
    free(products->group);
    free(products->last);
    free(products->reach);
    *products = (ifma_products){0};
}

uint8_t ifma_products_reach(const ifma_products *products, uint32_t x)
{
    /* Bounds of cube roots differ by rounding, so x may lie just beyond the limit. */
    size_t i = x / REACH_STEP, last = products->limit / REACH_STEP;
    return products->reach[i < last ? i : last];
}

/* Every chain's residue of a group, up to sign and powers of two. */
LANES void reduce_group(const ifma_group *group, const lanes *m, const lanes *inverse,
                        lanes r[IFMA_CHAINS][VECTORS])
{
    for (int c = 0; c < IFMA_CHAINS; c++)
        for (int v = 0; v < VECTORS; v++)
            r[c][v] = all(0);
    for (int j = 0; j < IFMA_DIGITS; j++) {
        for (int c = 0; c < IFMA_CHAINS; c++) {
            lanes digit = all(group->digit[j][c]);
            for (int v = 0; v < VECTORS; v++) {
                lanes q = mul_lo52(_mm512_sub_epi64(digit, r[c][v]), inverse[v]);
                r[c][v] = mul_hi52(q, m[v]);
            }
        }
    }
}

/* gcd(a, m) for odd m; a = 0 stands for m. */
LANES lanes gcd_lanes(lanes a, lanes m)
{
    a = _mm512_mask_mov_epi64(a, _mm512_testn_epi64_mask(a, a), m);
    a = _mm512_srlv_epi64(a, trailing_zeros(a));
    for (;;) {
        lanes difference = _mm512_sub_epi64(a, m);
        __mmask8 differ = _mm512_test_epi64_mask(difference, difference);
        if (differ == 0)
            return a;
        m = _mm512_min_epu64(a, m);
        a = _mm512_mask_srlv_epi64(a, differ, _mm512_abs_epi64(difference),
                                   trailing_zeros(difference));
    }
}

IFMA_CODE void ifma_common(const ifma_products *products, size_t groups, const uint64_t *numbers,
                           uint64_t *common)
{
    lanes m[VECTORS], inverse[VECTORS], product[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
        m[v] = load(numbers + v * LANE_COUNT);
        inverse[v] = inverse52(m[v]);
        product[v] = all(1);
    }
    for (size_t k = 0; k < groups; k++) {
        lanes r[IFMA_CHAINS][VECTORS];
        reduce_group(&products->group[k], m, inverse, r);
        for (int c = 0; c < IFMA_CHAINS; c++)
            for (int v = 0; v < VECTORS; v++)
                product[v] = mont_lanes(product[v], r[c][v], m[v], inverse[v], m[v]);
    }
    for (int v = 0; v < VECTORS; v++)
        store(common + v * LANE_COUNT, gcd_lanes(reduce_once(product[v], m[v]), m[v]));
}

#endif
