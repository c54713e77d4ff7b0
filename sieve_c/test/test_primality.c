/* test_primality.c: the proof against a sieve, and at published borders. */
#include "../primality.h"

#include "../primes.h"
#include "check.h"

static bool is_prime(uint64_t m)
{
    uint64_t lanes[TEST_LANES] = {3, 9, 15, m}; /* short neighbours: lanes differ in length */
    bool passes[TEST_LANES];
    strong_test_base2(lanes, passes);
    CHECK(passes[0] && !passes[1] && !passes[2], "neighbours of %" PRIu64, m);
    return passes[3] && is_prime_given_base2(m);
}

static void test_all_below(uint64_t limit)
{
    prime_stream stream;
    const uint32_t *primes;
    size_t count, total = 0;
    uint64_t m = 41;
    CHECK(prime_stream_open(&stream, limit) == MOBIUS_OK, "limit %" PRIu64, limit);
    while ((count = prime_stream_next(&stream, &primes)) > 0) {
        total += count;
        for (size_t i = 0; i < count; i++)
            for (; m <= primes[i]; m += 2)
                CHECK(is_prime(m) == (m == primes[i]), "%" PRIu64, m);
    }
    prime_stream_close(&stream);
    CHECK(total == 78498, "pi(10^6) = %zu", total);
}

/* OEIS A013603: the largest prime below 2^k is 2^k - c. */
static void test_last_primes(void)
{
    static const struct {
        int k;
        uint64_t c;
    } LAST[] = {{31, 1}, {32, 5}, {40, 87}, {50, 27}, {52, 47}, {53, 111}, {61, 1}, {62, 57},
                {63, 25}};
    for (size_t i = 0; i < LENGTH(LAST); i++)
        for (uint64_t c = 1; c <= LAST[i].c; c += 2)
            CHECK(is_prime((UINT64_C(1) << LAST[i].k) - c) == (c == LAST[i].c),
                  "2^%d - %" PRIu64, LAST[i].k, c);
}

/* The smallest strong pseudoprimes to the first k prime bases, OEIS A014233: where a set of bases
 * ends, one number must already be tested by the next. */
static void test_borders(void)
{
    static const uint64_t PSI[] = {
        2047,
        1373653,
        25326001,
        UINT64_C(3215031751),
        UINT64_C(2152302898747),
        UINT64_C(3474749660383),
        UINT64_C(341550071728321),
        UINT64_C(3825123056546413051),
    };
    for (size_t i = 0; i < LENGTH(PSI); i++) {
        uint64_t lanes[TEST_LANES] = {PSI[i], PSI[i], PSI[i], PSI[i]};
        bool passes[TEST_LANES];
        strong_test_base2(lanes, passes);
        CHECK(passes[0], "%" PRIu64 " is a strong pseudoprime to base 2", PSI[i]);
        CHECK(!is_prime(PSI[i]), "%" PRIu64, PSI[i]);
    }
}

int main(void)
{
    test_all_below(1000000);
    test_last_primes();
    test_borders();
    return 0;
}
