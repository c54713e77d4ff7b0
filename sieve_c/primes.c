/* primes.c: a segmented sieve of Eratosthenes over odd numbers.
 *
 * Square roots of our numbers end below 2^32. Listing the primes below 3 * 10^9 takes seconds,
 * below 10^7 milliseconds. */
#include "primes.h"

#include "roots.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_ODDS = PRIME_WINDOW / 2, /* one byte each: fits the second-level cache */
    WINDOW_PRIMES = 23000,          /* pi(2^18), and no later window of this width has more */
};

/* Odd primes up to limit <= 65536 by the plain sieve. */
static mobius_status list_base(prime_stream *stream, uint32_t limit)
{
    size_t odds = (limit + 1) / 2; /* byte i stands for 2i + 1 */
    uint8_t *composite = calloc(odds + 1, 1);
    stream->base = malloc((odds + 1) * sizeof *stream->base);
    if (composite == NULL || stream->base == NULL) {
        free(composite);
        return MOBIUS_NO_MEMORY;
    }
    for (size_t i = 1; i < odds; i++) {
        if (composite[i])
            continue;
        size_t p = 2 * i + 1;
        stream->base[stream->base_count++] = (uint32_t)p;
        for (size_t j = (p * p) / 2; j < odds; j += p)
            composite[j] = 1;
    }
    free(composite);
    return MOBIUS_OK;
}

mobius_status prime_stream_open(prime_stream *stream, uint64_t limit)
{
    assert(limit <= UINT32_MAX);
    *stream = (prime_stream){.low = 0, .limit = limit};
    stream->window = malloc(WINDOW_ODDS);
    stream->found = malloc(WINDOW_PRIMES * sizeof *stream->found);
    if (stream->window == NULL || stream->found == NULL)
        return MOBIUS_NO_MEMORY;
    return list_base(stream, (uint32_t)isqrt(limit));
}

/* Marks the odd composites of [low, low + 2 * odds), low even. */
static void sieve_window(const prime_stream *stream, uint64_t low, size_t odds)
{
    uint64_t high = low + 2 * odds;
    memset(stream->window, 0, odds);
    for (size_t k = 0; k < stream->base_count; k++) {
        uint64_t p = stream->base[k];
        if (p * p >= high)
            break;
        uint64_t multiple = p * p;
        if (multiple < low) {
            multiple = (low + p - 1) / p * p;
            if (multiple % 2 == 0)
                multiple += p;
        }
        for (size_t i = (size_t)(multiple - low) / 2; i < odds; i += p)
            stream->window[i] = 1;
    }
}

static size_t next_window(prime_stream *stream)
{
    uint64_t low = stream->low;
    uint64_t left = stream->limit - low + 1; /* low is even, so (left / 2) odds remain */
    size_t odds = left / 2 < WINDOW_ODDS ? (size_t)(left / 2) : WINDOW_ODDS;
    size_t count = 0;
    sieve_window(stream, low, odds);
    if (low == 0) {
        stream->found[count++] = 2;
        if (odds > 0)
            stream->window[0] = 1; /* the number 1 */
    }
    for (size_t i = 0; i < odds; i++)
        if (!stream->window[i])
            stream->found[count++] = (uint32_t)(low + 2 * i + 1);
    stream->low = low + PRIME_WINDOW;
    return count;
}

size_t prime_stream_next(prime_stream *stream, const uint32_t **primes)
{
    *primes = stream->found;
    size_t count = 0;
    while (count == 0 && stream->limit >= 2 && stream->low <= stream->limit)
        count = next_window(stream);
    return count;
}

void prime_stream_close(prime_stream *stream)
{
    free(stream->base);
    free(stream->window);
    free(stream->found);
    *stream = (prime_stream){0};
}
