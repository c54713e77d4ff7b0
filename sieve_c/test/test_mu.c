/* test_mu.c: mu of scattered n against published values, the definition, and built products. */
#include "../mobius.h"
#include "check.h"
#include "kernels.h"
#include "oracle.h"

#include <math.h>

static int mu_of(uint64_t n)
{
    int8_t mu = 99;
    CHECK(mobius_mu(&n, 1, &mu, tested) == MOBIUS_OK, "n = %" PRIu64, n);
    return mu;
}

/* OEIS A008683, n = 1..100. */
static const int A008683[] = {
    1,  -1, -1, 0, -1, 1, -1, 0, 0, 1,  -1, 0, -1, 1,  1,  0, -1, 0, -1, 0,
    1,  1,  -1, 0, 0,  1, 0,  0, -1, -1, -1, 0, 1,  1,  1,  0, -1, 1, 1,  0,
    -1, -1, -1, 0, 0,  1, -1, 0, 0, 0,  1,  0, -1, 0,  1,  0, 1,  1, -1, 0,
    -1, 1,  0,  0, 1,  -1, -1, 0, 1, -1, -1, 0, -1, 1, 0,  0, 1,  -1, -1, 0,
    0,  1,  -1, 0, 1,  1, 1,  0, -1, 0, 1,  0, 1,  1,  1,  0, -1, 0, 0,  0};

static void test_published(void)
{
    for (size_t i = 0; i < LENGTH(A008683); i++)
        CHECK(mu_of(i + 1) == A008683[i], "mu(%zu) = %d", i + 1, mu_of(i + 1));
}

/* Numbers whose factors are published or plain to see, at the places where kernels break. */
static const struct {
    uint64_t n;
    int mu;
} KNOWN[] = {
    {2047, 1},                            /* 23 * 89, strong pseudoprime to base 2 */
    {1373653, 1},                         /* 829 * 1657, to 2, 3 */
    {25326001, 1},                        /* 2251 * 11251, to 2, 3, 5 */
    {UINT64_C(3215031751), -1},           /* 151 * 751 * 28351, to 2..7 */
    {UINT64_C(2152302898747), -1},        /* 6763 * 10627 * 29947, to 2..11 */
    {UINT64_C(3474749660383), -1},        /* 1303 * 16927 * 157543, to 2..13 */
    {UINT64_C(341550071728321), 1},       /* 10670053 * 32010157, to 2..19 */
    {UINT64_C(3825123056546413051), -1},  /* 149491 * 747451 * 34233211, to 2..31 */
    {UINT64_C(1194649), 0},               /* 1093^2, Wieferich: passes Fermat's test to base 2 */
    {UINT64_C(12327121), 0},              /* 3511^2, the other known one */
    {UINT64_C(4294967291), -1},           /* the last prime below 2^32 */
    {UINT64_C(4294967296), 0},            /* 2^32 */
    {UINT64_C(4294967297), 1},            /* 641 * 6700417 */
    {UINT64_C(2305843009213693951), -1},  /* 2^61 - 1, prime */
    {UINT64_C(9223372036854775783), -1},  /* 2^63 - 25, prime */
    {UINT64_C(9223372036854775807), 0},   /* 2^63 - 1 = 7^2 * 73 * 127 * 337 * 92737 * 649657 */
    {UINT64_C(9223372036854775806), 1},   /* 2 * 3 * 715827883 * 2147483647 */
    {UINT64_C(614889782588491410), -1},   /* the product of the first 15 primes */
    {UINT64_C(9223371994482243049), 0},   /* 3037000493^2, the last prime square below 2^63 */
};

static void test_known(void)
{
    for (size_t i = 0; i < LENGTH(KNOWN); i++)
        CHECK(mu_of(KNOWN[i].n) == KNOWN[i].mu, "mu(%" PRIu64 ") = %d", KNOWN[i].n,
              mu_of(KNOWN[i].n));
}

/* Every n of an interval as one batch against the definition. */
static void test_interval(uint64_t lo, size_t count)
{
    uint64_t *n = allocate(count * sizeof *n);
    int8_t *mu = allocate(count);
    for (size_t i = 0; i < count; i++)
        n[i] = lo + i;
    CHECK(mobius_mu(n, count, mu, tested) == MOBIUS_OK, "from %" PRIu64, lo);
    for (size_t i = 0; i < count; i++)
        CHECK(mu[i] == mu_by_definition(n[i]), "mu(%" PRIu64 ") = %d", n[i], mu[i]);
    free(n);
    free(mu);
}

/* Primes around the bounds of the stages: 541 and 547, cube roots of 2^30, 10^13, 2^52, 2^63. */
static const uint64_t PRIMES[] = {2,     3,     523,   541,   547,    557,    1021,    1031,
                                  21523, 21529, 21557, 21559, 165133, 165161, 2097143, 2097169};

/* All products of two or three of PRIMES below 2^63: p^2, p^3, p q, p^2 q, p q r. */
static void test_products(void)
{
    for (size_t i = 0; i < LENGTH(PRIMES); i++) {
        for (size_t j = i; j < LENGTH(PRIMES); j++) {
            uint64_t two = PRIMES[i] * PRIMES[j];
            CHECK(mu_of(two) == (i == j ? 0 : 1), "%" PRIu64, two);
            for (size_t k = j; k < LENGTH(PRIMES); k++) {
                if (two > (uint64_t)MOBIUS_MAX_N / PRIMES[k])
                    continue;
                uint64_t three = two * PRIMES[k];
                CHECK(mu_of(three) == (i == j || j == k ? 0 : -1), "%" PRIu64, three);
            }
        }
    }
}

/* Six primes just above 541: the most rough factors a number below 2^63 has, and none of its
 * factors found at once. */
static void test_many_factors(void)
{
    static const uint64_t ROUGH[] = {547, 557, 563, 569, 571, 577};
    uint64_t product = 1;
    for (size_t i = 0; i < LENGTH(ROUGH); i++) {
        product *= ROUGH[i];
        CHECK(mu_of(product) == (i % 2 == 0 ? -1 : 1), "%zu factors", i + 1);
    }
}

static bool is_prime(uint64_t n)
{
    for (uint64_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

/* Primes next to the square and cube roots of the borders of number sizes, and in between. */
static size_t list_border_primes(uint64_t *primes, size_t most)
{
    static const int BITS[] = {30, 32, 44, 48, 50, 52, 53, 63};
    size_t count = 0;
    for (size_t i = 0; i < LENGTH(BITS); i++) {
        for (int root = 2; root <= 3; root++) {
            uint64_t p = (uint64_t)pow(2, (double)BITS[i] / root);
            for (int side = -1; side <= 1; side += 2) {
                uint64_t q = p + (uint64_t)(side == 1);
                for (int found = 0; found < 2 && count < most; q += (uint64_t)(int64_t)side) {
                    if (!is_prime(q))
                        continue;
                    primes[count++] = q;
                    found++;
                }
            }
        }
    }
    return count;
}

/* p, p^2, p q, p^3, p^2 q and p q r of such primes as one batch, in an order that mixes sizes. */
static void test_borders(void)
{
    enum { MOST = 80, CASES = 100000 };
    uint64_t primes[MOST], *n = allocate(CASES * sizeof *n);
    int8_t *mu = allocate(CASES), *expected = allocate(CASES);
    size_t count = list_border_primes(primes, MOST), cases = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i; j < count; j++) {
            if (primes[i] > (uint64_t)MOBIUS_MAX_N / primes[j])
                continue;
            uint64_t two = primes[i] * primes[j];
            bool same = primes[i] == primes[j];
            expected[cases] = same ? 0 : 1;
            n[cases++] = two;
            for (size_t k = j; k < count && cases < CASES - 1; k++) {
                if (two > (uint64_t)MOBIUS_MAX_N / primes[k])
                    continue;
                expected[cases] = same || primes[k] == primes[i] || primes[k] == primes[j] ? 0 : -1;
                n[cases++] = two * primes[k];
            }
        }
    }
    CHECK(cases > 10000 && cases < CASES - 1, "%zu cases", cases);
    CHECK(mobius_mu(n, cases, mu, tested) == MOBIUS_OK, "%zu cases", cases);
    for (size_t i = 0; i < cases; i++)
        CHECK(mu[i] == expected[i], "mu(%" PRIu64 ") = %d", n[i], mu[i]);
    free(n);
    free(mu);
    free(expected);
}

static void test_errors(void)
{
    int8_t mu[2];
    uint64_t bad[][2] = {{1, 0}, {0, 1}, {UINT64_C(1) << 63, 1}, {1, UINT64_MAX}};
    for (size_t i = 0; i < LENGTH(bad); i++)
        CHECK(mobius_mu(bad[i], 2, mu, tested) == MOBIUS_BAD_NUMBER, "case %zu", i);
    CHECK(mobius_mu(NULL, 0, NULL, tested) == MOBIUS_OK, "an empty batch");
}

static void test_all(void)
{
    test_published();
    test_known();
    test_interval(1, 100000);
    test_interval(UINT64_C(4294967296) - 200, 400);
    test_interval(UINT64_C(10000000000) - 100, 200);
    test_products();
    test_many_factors();
    test_borders();
    test_errors();
}

int main(void)
{
    FOR_EACH_KERNEL()
        test_all();
    return 0;
}
