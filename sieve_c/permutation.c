/* permutation.c: a keyed permutation of [0, size), to draw distinct numbers without memory.
 *
 * An unbalanced Feistel network on pairs (x, y) in [0, rows) x [0, columns), with rows and
 * columns next to sqrt(size): each round adds a function of one half to the other, modulo that
 * half's own radix, and so is a bijection whatever the function (J. Black, P. Rogaway, Ciphers
 * with arbitrary finite domains, CT-RSA 2002). Images outside [0, size) are permuted again; there
 * are fewer than sqrt(size) + 1 of them. Made for sampling, not for secrecy. */
#include "mobius.h"

#include "montgomery.h"
#include "roots.h"

/* Six rounds leave no pattern where halves have a thousand values or more. With a handful of
 * values the round functions are too few for that: of the 120 orders of five numbers, some came up
 * twice as often as others after 6 rounds, a tenth more often after 12, equally after 20. */
enum { ROUNDS = 6, MOST_ROUNDS = 24, SMALL_SIZE = 1 << 20 };

typedef struct network {
    uint64_t rows, columns;
    uint64_t key[MOST_ROUNDS];
    int rounds;
} network;

/* The finalizer of splitmix64 (S. Vigna's variant of D. Stafford's mix 13): a bijection of 64-bit
 * words in which every input bit moves every output bit. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static network make_network(uint64_t size, uint64_t key)
{
    network net;
    net.rows = isqrt(size - 1) + 1;
    net.columns = (size - 1) / net.rows + 1;
    net.rounds = size < SMALL_SIZE ? MOST_ROUNDS : ROUNDS;
    for (int i = 0; i < MOST_ROUNDS; i++) {
        key += UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: splitmix64's step */
        net.key[i] = mix(key);
    }
    return net;
}

/* A pseudorandom number below bound, a function of half; biased by at most bound / 2^64. */
static uint64_t round_function(uint64_t half, uint64_t key, uint64_t bound)
{
    return mul_high(mix(half ^ key), bound);
}

static uint64_t image(const network *net, uint64_t index)
{
    uint64_t x = index / net->columns, y = index % net->columns;
    for (int i = 0; i < net->rounds; i += 2) {
        x = add_mod(x, round_function(y, net->key[i], net->rows), net->rows);
        y = add_mod(y, round_function(x, net->key[i + 1], net->columns), net->columns);
    }
    return x * net->columns + y;
}

mobius_status mobius_permute(uint64_t size, uint64_t key, uint64_t first, size_t count,
                             uint64_t *out)
{
    if (size == 0 || size > MOBIUS_MAX_SIZE || first > size || count > size - first)
        return MOBIUS_BAD_INDEX;
    network net = make_network(size, key);
    for (size_t i = 0; i < count; i++) {
        uint64_t value = image(&net, first + i);
        while (value >= size)
            value = image(&net, value);
        out[i] = value;
    }
    return MOBIUS_OK;
}
