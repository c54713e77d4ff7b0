/* test_omega.c: counts of primes against the definition, known products and mu. */
#include "../mobius.h"

#include "check.h"

enum { BATCH = 1000 };

static void count(uint64_t n, unsigned *distinct, unsigned *total)
{
    *distinct = *total = 0;
    for (uint64_t d = 2; d * d <= n; d++) {
        *distinct += n % d == 0;
        for (; n % d == 0; n /= d)
            ++*total;
    }
    *distinct += n > 1;
    *total += n > 1;
}

static void check_batch(const uint64_t *n, size_t length)
{
    uint8_t distinct[BATCH], total[BATCH];
    CHECK(mobius_omega(n, length, distinct, total) == MOBIUS_OK, "batch of %zu", length);
    for (size_t i = 0; i < length; i++) {
        unsigned right[2];
        count(n[i], &right[0], &right[1]);
        CHECK(distinct[i] == right[0] && total[i] == right[1],
              "%" PRIu64 " has %u and %u primes, not %u and %u", n[i], right[0], right[1],
              distinct[i], total[i]);
    }
}

static void test_every_small_number(void)
{
    for (uint64_t first = 1; first < 100000; first += BATCH) {
        uint64_t n[BATCH];
        for (size_t i = 0; i < BATCH; i++)
            n[i] = first + i;
        check_batch(n, BATCH);
    }
}

/* Products of few primes around the border of trial division, with repetitions. */
static void test_rough_numbers(void)
{
    static const uint64_t PRIMES[] = {2, 541, 547, 557, 563, 1009, 46337};
    uint64_t n[BATCH];
    size_t length = 0;
    for (size_t a = 0; a < LENGTH(PRIMES); a++)
        for (size_t b = a; b < LENGTH(PRIMES); b++)
            for (size_t c = b; c < LENGTH(PRIMES); c++)
                n[length++] = PRIMES[a] * PRIMES[b] * PRIMES[c];
    check_batch(n, length);
}

/* What the definition would take too long for. */
static void test_large_products(void)
{
    static const struct {
        uint64_t n;
        unsigned distinct, total;
    } KNOWN[] = {
        {UINT64_C(614889782588491410), 15, 15}, /* the product of the first fifteen primes */
        {UINT64_C(1) << 62, 1, 62},
        {UINT64_C(9223372036854775783), 1, 1}, /* the largest prime below 2^63 */
        {UINT64_C(9223372036854775807), 6, 7}, /* 7^2 73 127 337 92737 649657 */
        {UINT64_C(3037000493) * UINT64_C(3037000493), 1, 2},
        {UINT64_C(3037000493) * UINT64_C(3037000453), 2, 2},
        {UINT64_C(2097143) * UINT64_C(2097143) * UINT64_C(2097143), 1, 3},
        {UINT64_C(2097143) * UINT64_C(2097133) * UINT64_C(2097131), 3, 3},
        {UINT64_C(547) * 547 * 547 * 547 * 547 * 547, 1, 6},
        {UINT64_C(547) * 547 * UINT64_C(5000081) * UINT64_C(5000077), 3, 4},
    };
    for (size_t i = 0; i < LENGTH(KNOWN); i++) {
        uint8_t distinct, total;
        CHECK(mobius_omega(&KNOWN[i].n, 1, &distinct, &total) == MOBIUS_OK, "row %zu", i);
        CHECK(distinct == KNOWN[i].distinct && total == KNOWN[i].total,
              "%" PRIu64 ": %u and %u", KNOWN[i].n, distinct, total);
    }
}

static void test_agreement_with_mu(void)
{
    uint64_t state = 88172645463325252u;
    for (int bits = 20; bits < 64; bits++) {
        uint64_t n[BATCH];
        uint8_t distinct[BATCH], total[BATCH];
        int8_t mu[BATCH];
        for (size_t i = 0; i < BATCH; i++)
            n[i] = (next_random(&state) >> (64 - bits)) + (bits < 63);
        for (size_t i = 0; i < BATCH; i++)
            n[i] += n[i] == 0;
        CHECK(mobius_omega(n, BATCH, distinct, total) == MOBIUS_OK, "%d bits", bits);
        CHECK(mobius_mu(n, BATCH, mu, MOBIUS_PORTABLE) == MOBIUS_OK, "%d bits", bits);
        for (size_t i = 0; i < BATCH; i++) {
            int expected = distinct[i] != total[i] ? 0 : distinct[i] % 2 ? -1 : 1;
            CHECK(mu[i] == expected, "%" PRIu64 ": mu %d, counts %u and %u", n[i], mu[i],
                  distinct[i], total[i]);
        }
    }
}

static void test_what_is_refused(void)
{
    uint8_t distinct[2], total[2];
    CHECK(mobius_omega((uint64_t[]){5, 0}, 2, distinct, total) == MOBIUS_BAD_NUMBER, "0");
    CHECK(mobius_omega((uint64_t[]){UINT64_C(1) << 63, 5}, 2, distinct, total) ==
              MOBIUS_BAD_NUMBER,
          "2^63");
    CHECK(mobius_omega(NULL, 0, distinct, total) == MOBIUS_OK, "nothing");
}

int main(void)
{
    test_every_small_number();
    test_rough_numbers();
    test_large_products();
    test_agreement_with_mu();
    test_what_is_refused();
    return 0;
}
