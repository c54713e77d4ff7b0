/* primes.h: the primes in order, a window at a time, in bounded memory. */
#ifndef MOBIUS_PRIMES_H
#define MOBIUS_PRIMES_H

#include "mobius.h"

enum { PRIME_WINDOW = 1 << 18 };

typedef struct prime_stream {
    uint64_t low;    /* where the next window begins */
    uint64_t limit;  /* the last number looked at, < 2^32 */
    uint32_t *base;  /* odd primes up to sqrt(limit) */
    size_t base_count;
    uint8_t *window; /* one byte an odd number: nonzero if composite */
    uint32_t *found; /* the primes of the present window */
} prime_stream;

/* Starts a stream of all primes <= limit < 2^32. Close it even after an error. */
mobius_status prime_stream_open(prime_stream *stream, uint64_t limit);

/* The next primes in ascending order, first those below PRIME_WINDOW: sets *primes and returns
 * how many, 0 at the end. */
size_t prime_stream_next(prime_stream *stream, const uint32_t **primes);

void prime_stream_close(prime_stream *stream);

#endif
