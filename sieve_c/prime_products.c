/* prime_products.c: the table of products and its reduction modulo one m, lanes side by side. */
#include "prime_products.h"

#include "montgomery.h"
#include "primes.h"
#include "trial.h"

#include <assert.h>
#include <stdlib.h>

enum { REACH_STEP = 64 };

static mobius_status list_primes(prime_products *products, uint32_t limit)
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

/* Multiplies a lane by p unless it is full. */
static int multiply_lane(product_group *group, int lane, uint64_t p)
{
    uint64_t digit[PRODUCT_DIGITS], carry = 0;
    for (int j = 0; j < PRODUCT_DIGITS; j++) {
        uint128 sum = (uint128)group->digit[j][lane] * p + carry;
        digit[j] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    if (carry != 0)
        return 0;
    for (int j = 0; j < PRODUCT_DIGITS; j++)
        group->digit[j][lane] = digit[j];
    return 1;
}

static void pack_groups(prime_products *products)
{
    size_t i = 0;
    while (i < products->prime_count) {
        product_group *group = &products->group[products->group_count];
        *group = (product_group){0};
        for (int lane = 0; lane < PRODUCT_LANES; lane++) {
            group->digit[0][lane] = 1;
            while (i < products->prime_count && multiply_lane(group, lane, products->primes[i]))
                i++;
        }
        products->last[products->group_count++] = products->primes[i - 1];
    }
}

static void index_groups(prime_products *products)
{
    size_t k = 0;
    for (size_t i = 0; i <= products->limit / REACH_STEP; i++) {
        uint64_t end = (uint64_t)(i + 1) * REACH_STEP; /* groups for every prime < end */
        while (k < products->group_count && (k == 0 || products->last[k - 1] < end))
            k++;
        products->reach[i] = (uint32_t)k;
    }
}

mobius_status prime_products_open(prime_products *products, uint32_t limit)
{
    assert(limit < UINT32_C(1) << 24);
    *products = (prime_products){.limit = limit};
    mobius_status status = list_primes(products, limit);
    if (status != MOBIUS_OK)
        return status;
    /* Primes below 2^24 fill a lane only when its digits hold at least 24 bits fewer than full. */
    size_t least = PRODUCT_LANES * (64 * PRODUCT_DIGITS / 24);
    size_t groups = products->prime_count / least + 1;
    products->group = malloc(groups * sizeof *products->group);
    products->last = malloc(groups * sizeof *products->last);
    products->reach = malloc((limit / REACH_STEP + 1) * sizeof *products->reach);
    if (products->group == NULL || products->last == NULL || products->reach == NULL)
        return MOBIUS_NO_MEMORY;
    pack_groups(products);
    index_groups(products);
    return MOBIUS_OK;
}

void prime_products_close(prime_products *products)
{
    free(products->primes);
    free(products->group);
    free(products->last);
    free(products->reach);
    *products = (prime_products){0};
}

size_t prime_products_reach(const prime_products *products, uint32_t x)
{
    assert(x <= products->limit);
    return products->reach[x / REACH_STEP];
}

/* Horner's rule from the lowest digit, each step dividing exactly by 2^64 (a Montgomery reduction
 * of one word); r stays in [1, m + 1], so the sum carries at most one bit. A lane's steps wait for
 * each other, the lanes do not. */
uint64_t prime_products_residue(const prime_products *products, size_t groups, uint64_t m)
{
    uint64_t inverse = inverse64(m);
    uint64_t residue[PRODUCT_LANES] = {1, 1, 1, 1};
    assert(groups <= products->group_count);
    for (size_t k = 0; k < groups; k++) {
        const product_group *group = &products->group[k];
        uint64_t r[PRODUCT_LANES] = {0};
        for (int j = 0; j < PRODUCT_DIGITS; j++) {
            for (int i = 0; i < PRODUCT_LANES; i++) {
                uint64_t sum = r[i] + group->digit[j][i];
                uint64_t carry = sum < r[i];
                r[i] = m - mul_high(sum * inverse, m) + carry;
            }
        }
        for (int i = 0; i < PRODUCT_LANES; i++)
            residue[i] = mont_mul(residue[i], r[i] >= m ? r[i] - m : r[i], m, inverse);
    }
    for (int i = 1; i < PRODUCT_LANES; i++)
        residue[0] = mont_mul(residue[0], residue[i], m, inverse);
    return residue[0];
}

unsigned prime_products_count(const prime_products *products, uint64_t m)
{
    unsigned count = 1; /* the one that remains at the end */
    for (size_t i = 0; i < products->prime_count; i++) {
        uint64_t p = products->primes[i];
        if (p * p > m)
            break;
        if (m % p == 0) {
            m /= p;
            count++;
        }
    }
    return count;
}
