/* test_mu_range.c: the sieve against Mertens' function, against mobius_mu, and against itself cut
 * at every kind of border. Includes the source, to test the inequality it stands on. */
#include "../mu_range.c"

#include "check.h"
#include "kernels.h"
#include "oracle.h"

/* The two bounds on rounded logs and what complete_sum makes of them, for every size of n. */
static void test_rounding(void)
{
    for (uint64_t p = 2; p < 1000; p++) {
        double ratio = log2_rounded(p) / log2((double)p);
        bool prime = mu_by_definition(p) == -1;
        CHECK(!prime || (ratio > 0.861 && ratio < 1.262), "p = %" PRIu64 ": %f", p, ratio);
    }
    /* Beyond, rounding by at most 1/2 is within these bounds: 0.5 < 0.139 log2(1000). */
    for (int k = 2; k < 63; k++) {
        CHECK(complete_sum(k) > 0.631 * (k + 1), "k = %d", k);
        CHECK(complete_sum(k) < 0.861 * k + 1, "k = %d", k);
    }
}

/* OEIS A084237: the sum of mu(n) over n <= 10^k. */
static const int MERTENS[] = {1, -1, 1, 2, -23, -48, 212, 1037, 1928};
#ifdef NDEBUG
enum { LARGEST_POWER = 8 };
#else
enum { LARGEST_POWER = 6 };
#endif

static void test_mertens(void)
{
    size_t count = 1;
    for (int k = 0; k < LARGEST_POWER; k++)
        count *= 10;
    int8_t *mu = allocate(count);
    CHECK(mobius_mu_range(1, count + 1, mu, tested) == MOBIUS_OK, "%zu numbers", count);
    int sum = 0, k = 0;
    size_t power = 1;
    for (size_t n = 1; n <= count; n++) {
        sum += mu[n - 1];
        if (n == power) {
            CHECK(sum == MERTENS[k], "M(10^%d) = %d", k, sum);
            power *= 10;
            k++;
        }
    }
    free(mu);
}

/* [lo, lo + count) at once, in two pieces, and number by number. */
static void test_interval(uint64_t lo, size_t count, size_t cut)
{
    int8_t *whole = allocate(count), *pieces = allocate(count), *single = allocate(count);
    uint64_t *n = allocate(count * sizeof *n);
    for (size_t i = 0; i < count; i++)
        n[i] = lo + i;
    CHECK(mobius_mu_range(lo, lo + count, whole, tested) == MOBIUS_OK, "%" PRIu64, lo);
    CHECK(mobius_mu_range(lo, lo + cut, pieces, tested) == MOBIUS_OK, "%" PRIu64, lo);
    CHECK(mobius_mu_range(lo + cut, lo + count, pieces + cut, tested) == MOBIUS_OK, "%" PRIu64, lo);
    CHECK(mobius_mu(n, count, single, tested) == MOBIUS_OK, "%" PRIu64, lo);
    for (size_t i = 0; i < count; i++) {
        CHECK(whole[i] == single[i], "mu(%" PRIu64 ") = %d, %d", n[i], whole[i], single[i]);
        CHECK(whole[i] == pieces[i], "mu(%" PRIu64 ") = %d, %d", n[i], whole[i], pieces[i]);
    }
    free(whole);
    free(pieces);
    free(single);
    free(n);
}

/* mobius_mu_range takes some of these number by number, so the sieve is also called directly. */
static void test_sieve(uint64_t lo, size_t count)
{
    int8_t *sieved = allocate(count), *single = allocate(count);
    CHECK(scattered(lo, lo + count, single, tested) == MOBIUS_OK, "%" PRIu64, lo);
    CHECK(sieve_span(lo, lo + count, (uint8_t *)sieved) == MOBIUS_OK, "%" PRIu64, lo);
    for (size_t i = 0; i < count; i++)
        CHECK(sieved[i] == single[i], "mu(%" PRIu64 ") = %d, not %d", lo + i, sieved[i], single[i]);
    if (lo + count <= MOST_ODD_SIEVE) {
        memset(sieved, 99, count);
        CHECK(odd_sieve(lo, lo + count, sieved, tested) == MOBIUS_OK, "%" PRIu64, lo);
    }
    for (size_t i = 0; i < count; i++)
        CHECK(sieved[i] == single[i], "mu(%" PRIu64 ") = %d, not %d", lo + i, sieved[i], single[i]);
    free(sieved);
    free(single);
}

static void test_intervals(void)
{
    test_interval(1, 3 * SEGMENT, SEGMENT);
    test_interval(SEGMENT - 7, SEGMENT + 20, 8);
    test_interval((UINT64_C(1) << 63) - 500, 500, 250);
    test_sieve(UINT64_C(4294967296) - 5000, 10000); /* primes up to 2^16 */
    test_sieve((UINT64_C(1) << 36) - 5000, 10000);  /* sqrt(hi) passes SEGMENT */
    test_sieve(UINT64_C(10000000000000) - 5000, 10000);
    test_sieve(MOST_ODD_SIEVE - 9000, 9000);
    for (size_t lo = 1; lo < 12; lo++)
        for (size_t hi = lo + 1; hi < 60; hi += 7)
            test_sieve(lo, hi - lo);
#ifdef NDEBUG
    for (uint32_t block = 1 << 18; block <= 1 << 20; block *= 2) /* a join or two */
        test_sieve(4 * (uint64_t)block * block + 3, 4 * block + 20);
    test_interval(UINT64_C(1000000000) - 7, SPAN + 2 * SEGMENT, SPAN - 1);
    test_sieve(UINT64_C(1000000000000000) - 1000, 300000);
    test_sieve((UINT64_C(1) << 53) - 600, 1200);
#endif
}

static void test_errors(void)
{
    static const uint64_t LIMIT = UINT64_C(1) << 63;
    int8_t mu[1];
    CHECK(mobius_mu_range(0, 1, mu, tested) == MOBIUS_BAD_INTERVAL, "lo = 0");
    CHECK(mobius_mu_range(2, 1, mu, tested) == MOBIUS_BAD_INTERVAL, "lo > hi");
    CHECK(mobius_mu_range(LIMIT, LIMIT + 1, mu, tested) == MOBIUS_BAD_INTERVAL, "beyond 2^63");
    CHECK(mobius_mu_range(LIMIT, LIMIT, NULL, tested) == MOBIUS_OK, "an empty interval");
}

static void test_all(void)
{
    test_rounding();
    test_mertens();
    test_intervals();
    test_errors();
}

int main(void)
{
    FOR_EACH_KERNEL()
        test_all();
    return 0;
}
