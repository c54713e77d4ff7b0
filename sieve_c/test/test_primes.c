/* test_primes.c: the stream of primes against pi(x), and roots at perfect powers. */
#include "../primes.h"

#include "../roots.h"
#include "check.h"

/* OEIS A006880 and pi at the borders of windows. */
static const struct {
    uint64_t limit;
    size_t count;
} PI[] = {{0, 0},      {1, 0},         {2, 1},          {3, 2},           {4, 2},
          {10, 4},     {100, 25},      {1000, 168},     {262143, 23000},  {262144, 23000},
          {262147, 23001}, {1000000, 78498}, {10000000, 664579}};

static void test_counts(void)
{
    for (size_t i = 0; i < LENGTH(PI); i++) {
        prime_stream stream;
        const uint32_t *primes;
        size_t count, total = 0;
        uint32_t last = 0;
        CHECK(prime_stream_open(&stream, PI[i].limit) == MOBIUS_OK, "%" PRIu64, PI[i].limit);
        while ((count = prime_stream_next(&stream, &primes)) > 0) {
            for (size_t j = 0; j < count; j++) {
                CHECK(primes[j] > last && primes[j] <= PI[i].limit, "%" PRIu32, primes[j]);
                last = primes[j];
            }
            total += count;
        }
        prime_stream_close(&stream);
        CHECK(total == PI[i].count, "pi(%" PRIu64 ") = %zu", PI[i].limit, total);
    }
}

static void test_square_roots(void)
{
    for (uint64_t r = 1; r < UINT64_C(3037000499); r += 1 + r / 1000) {
        CHECK(isqrt(r * r) == r && is_square(r * r), "%" PRIu64, r);
        CHECK(isqrt(r * r - 1) == r - 1 && !is_square(r * r + 1), "%" PRIu64, r);
    }
    CHECK(isqrt(UINT64_C(1) << 63) == UINT64_C(3037000499), "2^63");
    CHECK(isqrt(0) == 0, "0");
}

static void test_cube_roots(void)
{
    for (uint64_t r = 1; r < 2097152; r += 1 + r / 100000) {
        for (uint64_t n = r * r * r - (r > 1); n <= r * r * r + 1; n++) {
            uint64_t bound = cube_root_bound(n);
            CHECK(bound * bound * bound >= n, "%" PRIu64, n);
            CHECK((double)bound <= 1.0001 * cbrt((double)n) + 1, "%" PRIu64, n);
        }
    }
    CHECK(cube_root_bound(INT64_MAX) >= 2097152, "2^63 - 1");
}

int main(void)
{
    test_counts();
    test_square_roots();
    test_cube_roots();
    return 0;
}
