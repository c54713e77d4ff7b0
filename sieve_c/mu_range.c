/* mu_range.c: mu of all n of an interval: which of three methods, and the one for large n.
 *
 * Up to 2^46 odd_sieve.c. Beyond, in the output buffer itself and in bounded memory: bytes are sums
 * as in log_sums.h, the primes come in a stream, and each is used over a span so long that most hit
 * it. A few numbers are taken one by one. */
#include "mobius.h"

#include "log_sums.h"
#include "odd_sieve.h"
#include "primes.h"
#include "roots.h"

#include <stdlib.h>
#include <string.h>

enum {
    HAS_SQUARE = 0x7F, /* a sum no squarefree n reaches */
    SEGMENT = PRIME_WINDOW, /* fits the second-level cache; smaller primes are sieved by it */
    SPAN = 1 << 24,    /* larger primes are sieved over at least this many numbers at a time */
    BATCH = 1 << 16,   /* numbers given to mobius_mu at a time */
    WHEEL_PRIMES = 6,
    WHEEL = 2 * 3 * 5 * 7 * 11 * 13,
};

static const uint8_t WHEEL_PRIME[WHEEL_PRIMES] = {2, 3, 5, 7, 11, 13};

static void add_prime(uint8_t *bytes, uint64_t lo, size_t count, uint64_t p)
{
    uint8_t term = (uint8_t)(log2_rounded(p) | PARITY);
    for (uint64_t i = first_multiple(lo, p); i < count; i += p)
        bytes[i] = (uint8_t)(bytes[i] + term);
}

static void mark_square(uint8_t *bytes, uint64_t lo, size_t count, uint64_t p)
{
    uint64_t square = p * p;
    for (uint64_t i = first_multiple(lo, square); i < count; i += square)
        bytes[i] = HAS_SQUARE;
}

/* Turns the bytes of n = lo, lo + 1, ... into mu(n). */
static void finish(uint8_t *bytes, uint64_t lo, size_t count)
{
    for (size_t i = 0; i < count;) {
        int k = 63 - __builtin_clzll(lo + i);
        uint64_t until = (UINT64_C(2) << k) - lo; /* where floor(log2 n) changes */
        size_t end = until < count ? (size_t)until : count;
        uint8_t complete = complete_sum(k);
        for (; i < end; i++) {
            uint8_t sum = bytes[i] & LOGS;
            int odd = (bytes[i] >> 7) ^ (sum < complete);
            int mu = 1 - 2 * odd;
            bytes[i] = (uint8_t)(sum == HAS_SQUARE ? 0 : mu);
        }
    }
}

/* Fills bytes with the terms of WHEEL's primes, a pattern that repeats. */
static void copy_wheel(const uint8_t *wheel, uint64_t lo, size_t count, uint8_t *bytes)
{
    size_t from = (size_t)(lo % WHEEL);
    for (size_t i = 0; i < count; from = 0) {
        size_t length = WHEEL - from < count - i ? WHEEL - from : count - i;
        memcpy(bytes + i, wheel + from, length);
        i += length;
    }
}

/* The primes below SEGMENT. Squares come after all terms: a mark must not be added to. */
static void sieve_small(const uint32_t *primes, size_t prime_count, uint64_t lo, size_t count,
                        uint8_t *bytes)
{
    uint8_t wheel[WHEEL] = {0};
    for (size_t k = 0; k < WHEEL_PRIMES; k++)
        add_prime(wheel, 0, WHEEL, WHEEL_PRIME[k]);
    size_t dense = 0; /* primes whose squares hit every segment */
    while (dense < prime_count && primes[dense] * primes[dense] <= SEGMENT)
        dense++;
    for (size_t start = 0; start < count; start += SEGMENT) {
        size_t length = count - start < SEGMENT ? count - start : SEGMENT;
        copy_wheel(wheel, lo + start, length, bytes + start);
        for (size_t k = WHEEL_PRIMES; k < prime_count; k++)
            add_prime(bytes + start, lo + start, length, primes[k]);
        for (size_t k = 0; k < dense; k++)
            mark_square(bytes + start, lo + start, length, primes[k]);
    }
    for (size_t k = dense; k < prime_count; k++)
        mark_square(bytes, lo, count, primes[k]);
}

/* The primes from SEGMENT on. Their few hits look for marks first, so that one pass over the
 * primes does for terms and squares. */
static void sieve_large(const uint32_t *primes, size_t prime_count, uint64_t lo, size_t count,
                        uint8_t *bytes)
{
    for (size_t k = 0; k < prime_count; k++) {
        uint64_t p = primes[k];
        uint8_t term = (uint8_t)(log2_rounded(p) | PARITY);
        for (uint64_t i = first_multiple(lo, p); i < count; i += p)
            if ((bytes[i] & LOGS) != HAS_SQUARE)
                bytes[i] = (uint8_t)(bytes[i] + term);
        mark_square(bytes, lo, count, p);
    }
}

static mobius_status sieve_span(uint64_t lo, uint64_t hi, uint8_t *bytes)
{
    size_t count = (size_t)(hi - lo), found;
    prime_stream stream;
    const uint32_t *primes;
    mobius_status status = prime_stream_open(&stream, isqrt(hi - 1));
    if (status == MOBIUS_OK) {
        /* The first window of the stream holds exactly the primes below SEGMENT. */
        found = prime_stream_next(&stream, &primes);
        sieve_small(primes, found, lo, count, bytes);
        while ((found = prime_stream_next(&stream, &primes)) > 0)
            sieve_large(primes, found, lo, count, bytes);
        finish(bytes, lo, count);
    }
    prime_stream_close(&stream);
    return status;
}

/* Whether so few numbers are cheaper one by one than with all primes up to their square root. In
 * nanoseconds, measured: 130,000 for a block and 4 for each unit of the root, against 20 for each
 * number by lanes and 200 otherwise, and a part of the cube root. */
static bool are_few(uint64_t hi, uint64_t count, mobius_kernel kernel)
{
    bool by_lanes = kernel == MOBIUS_IFMA && hi >> 50 == 0;
    uint64_t root = cube_root_bound(hi), each = by_lanes ? 20 + root / 2000 : 200 + root / 500;
    return count < (130000 + 4 * isqrt(hi)) / each;
}

static mobius_status scattered(uint64_t lo, uint64_t hi, int8_t *mu, mobius_kernel kernel)
{
    uint64_t *n = malloc(BATCH * sizeof *n);
    mobius_status status = n == NULL ? MOBIUS_NO_MEMORY : MOBIUS_OK;
    while (status == MOBIUS_OK && lo < hi) {
        size_t count = hi - lo < BATCH ? (size_t)(hi - lo) : BATCH;
        for (size_t i = 0; i < count; i++)
            n[i] = lo++;
        status = mobius_mu(n, count, mu, kernel);
        mu += count;
    }
    free(n);
    return status;
}

mobius_status mobius_mu_range(uint64_t lo, uint64_t hi, int8_t *mu, mobius_kernel kernel)
{
    if (!mobius_has_kernel(kernel))
        return MOBIUS_NO_KERNEL;
    if (lo == 0 || lo > hi || hi > (uint64_t)MOBIUS_MAX_N + 1)
        return MOBIUS_BAD_INTERVAL;
    if (lo == hi)
        return MOBIUS_OK;
    if (are_few(hi - 1, hi - lo, kernel))
        return scattered(lo, hi, mu, kernel);
    if (hi <= MOST_ODD_SIEVE)
        return odd_sieve(lo, hi, mu, kernel);
    uint64_t root = isqrt(hi - 1), span = root > SPAN ? root : SPAN;
    mobius_status status = MOBIUS_OK;
    for (uint64_t start = lo; status == MOBIUS_OK && start < hi;) {
        uint64_t end = hi - start < span ? hi : start + span;
        status = sieve_span(start, end, (uint8_t *)mu + (start - lo));
        start = end;
    }
    return status;
}
