/* check.h: a failed CHECK says where and why, and ends the program. */
#ifndef MOBIUS_CHECK_H
#define MOBIUS_CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition, ...)                                         \
    do {                                                              \
        if (!(condition)) {                                           \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
            fprintf(stderr, __VA_ARGS__);                             \
            fputc('\n', stderr);                                      \
            exit(1);                                                  \
        }                                                             \
    } while (0)

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* malloc that ends the program rather than return NULL. */
static inline void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    CHECK(memory != NULL, "%zu bytes", bytes);
    return memory;
}

/* A fixed sequence that looks random (xorshift64, G. Marsaglia): tests repeat exactly. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
