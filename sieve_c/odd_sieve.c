/* odd_sieve.c: a segmented sieve over odd numbers only.
 *
 * Half of all n are odd, a quarter are twice an odd k with mu(2 k) = -mu(k), the rest are 0: so
 * odd n and odd k of half the size are sieved, three bytes for four n. Bytes are as in log_sums.h;
 * a square adds or sets SQUARE, which no sum below 2^50 reaches.
 *
 * Patterns hold the primes up to 71 and the squares of 3, 5 and 7. Primes up to SMALL_PRIMES go
 * over pieces that fit the first-level cache, the others over blocks in the second. How often a
 * prime hits a block is known but for one, and that one is a write elsewhere rather than a branch:
 * the ends of loops were mispredicted half of the time. */
#include "odd_sieve.h"

#include "kernel.h"
#include "log_sums.h"
#include "primes.h"
#include "roots.h"

#include <stdlib.h>
#include <string.h>

enum {
    LEAST_BLOCK = 1 << 18, /* odd numbers n, and half as many k: fits the second-level cache */
    MOST_BLOCK = 1 << 21,  /* pays where more primes are walked than a block has hits */
    PIECE = 1 << 15,
    SMALL_PRIMES = 1 << 13,
    SQUARE = 0x40,
    CHUNK = 256, /* bytes that a pattern is read in */
    PATTERNS = 8,
    LARGEST_PATTERN = 19 * 23 * 29,
    PATTERN_PRIMES_END = 72,
    DENSE_END = 512, /* squares of smaller primes are walked in every block */
    MOST_DENSE = 100,
};

/* The sieve of one progression of odd numbers. */
typedef struct progression {
    uint64_t first;   /* the number of byte 0 of the present block */
    uint32_t *next;   /* for each prime: the byte it hits next */
    uint32_t dense[MOST_DENSE]; /* the byte that each dense square hits next */
    uint64_t *sparse; /* bytes from the beginning that larger squares hit, ascending */
    size_t sparse_count, sparse_done;
    uint64_t done; /* bytes of the blocks before */
    uint8_t *bytes; /* one more than a block: hits behind its end land there */
} progression;

typedef struct sieve {
    uint32_t *primes; /* above PATTERN_PRIMES_END, up to the root */
    uint8_t *term;    /* what each adds */
    size_t prime_count, small_count, dense_count;
    uint32_t dense[MOST_DENSE]; /* squares of the primes from 11 to DENSE_END */
    uint8_t pattern[PATTERNS][LARGEST_PATTERN + CHUNK];
    uint32_t block;        /* odd numbers at a time, and half as many k */
    progression odd, half; /* n = first + 2 i, and k = n / 2 */
} sieve;

static const uint8_t PATTERN_PRIMES[PATTERNS][3] = {
    {3, 5, 7}, {11, 13, 17}, {19, 23, 29}, {31, 37}, {41, 43}, {47, 53}, {59, 61}, {67, 71}};

/* The first pattern holds squares too. */
static uint32_t pattern_period(int k)
{
    uint32_t period = 1;
    for (int i = 0; i < 3 && PATTERN_PRIMES[k][i] != 0; i++)
        period *= PATTERN_PRIMES[k][i] * (k == 0 ? PATTERN_PRIMES[k][i] : 1u);
    return period;
}

/* Byte i of a pattern stands for the odd number 2 i + 1. */
static void make_patterns(sieve *work)
{
    memset(work->pattern, 0, sizeof work->pattern);
    for (int k = 0; k < PATTERNS; k++) {
        uint32_t length = pattern_period(k) + CHUNK;
        for (int i = 0; i < 3 && PATTERN_PRIMES[k][i] != 0; i++) {
            uint32_t p = PATTERN_PRIMES[k][i];
            for (uint32_t j = p / 2; j < length; j += p)
                work->pattern[k][j] = (uint8_t)(work->pattern[k][j] + (log2_rounded(p) | PARITY));
            for (uint32_t j = p * p / 2; k == 0 && j < length; j += p * p)
                work->pattern[k][j] |= SQUARE;
        }
    }
}

/* The smallest i >= 0 with p | first + 2 i, from the remainder of first modulo odd p. */
static uint64_t first_hit(uint64_t remainder, uint64_t p)
{
    uint64_t missing = remainder == 0 ? 0 : p - remainder;
    return missing % 2 == 0 ? missing / 2 : (missing + p) / 2;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Where each prime and its square hit first, and every hit of squares beyond the dense ones. */
static void place_primes(const sieve *work, progression *line, uint64_t length)
{
    for (size_t j = 0; j < work->prime_count; j++) {
        uint64_t p = work->primes[j], quotient = line->first / p;
        uint64_t remainder = line->first - quotient * p;
        line->next[j] = (uint32_t)first_hit(remainder, p);
        if (p < DENSE_END)
            continue;
        uint64_t hit = first_hit(quotient % p * p + remainder, p * p);
        for (; hit < length; hit += p * p)
            line->sparse[line->sparse_count++] = hit;
    }
    for (size_t j = 0; j < work->dense_count; j++)
        line->dense[j] = (uint32_t)first_hit(line->first % work->dense[j], work->dense[j]);
    qsort(line->sparse, line->sparse_count, sizeof *line->sparse, ascending);
}

/* out[i] = the sum of the patterns for the odd number first + 2 i. */
static inline __attribute__((always_inline)) void
fill_patterns(const sieve *work, uint64_t first, size_t count, uint8_t *out)
{
    uint32_t at[PATTERNS], period[PATTERNS];
    for (int k = 0; k < PATTERNS; k++) {
        period[k] = pattern_period(k);
        at[k] = (uint32_t)(first / 2 % period[k]);
    }
    for (size_t i = 0; i < count; i += CHUNK) {
        const uint8_t *from[PATTERNS];
        for (int k = 0; k < PATTERNS; k++)
            from[k] = work->pattern[k] + at[k];
        for (int j = 0; j < CHUNK; j++)
            out[i + (size_t)j] =
                (uint8_t)(from[0][j] + from[1][j] + from[2][j] + from[3][j] + from[4][j] +
                          from[5][j] + from[6][j] + from[7][j]);
        for (int k = 0; k < PATTERNS; k++)
            for (at[k] += CHUNK; at[k] >= period[k];)
                at[k] -= period[k];
    }
}

/* Adds primes with ascending p over `count` bytes and moves on to the bytes behind. */
static inline void add_primes(const sieve *work, size_t begin, size_t end, uint32_t *next,
                              uint32_t count, uint8_t *bytes)
{
    uint32_t sure = begin < end ? count / work->primes[begin] : 0; /* hits of every prime */
    size_t j = begin;
    for (; j < end && work->primes[j] <= count; j++) {
        uint32_t p = work->primes[j], i = next[j];
        uint8_t term = work->term[j];
        while ((uint64_t)sure * p > count)
            sure--;
        for (uint32_t hits = sure; hits > 0; hits--) {
            bytes[i] = (uint8_t)(bytes[i] + term);
            i += p;
        }
        uint32_t last = i < count ? i : count; /* where the byte is of no use */
        bytes[last] = (uint8_t)(bytes[last] + term);
        next[j] = i - count + (i < count ? p : 0);
    }
    for (; j < end; j++) {
        uint32_t i = next[j], behind = i - count, p = work->primes[j];
        uint32_t last = i < count ? i : count;
        bytes[last] = (uint8_t)(bytes[last] + work->term[j]);
        next[j] = behind + (p & (0 - (behind >> 31)));
    }
}

static void mark_squares(const sieve *work, progression *line, uint32_t count)
{
    for (size_t j = 0; j < work->dense_count; j++) {
        uint32_t step = work->dense[j], i = line->dense[j];
        for (; i < count; i += step)
            line->bytes[i] |= SQUARE;
        line->dense[j] = i - count;
    }
    for (; line->sparse_done < line->sparse_count; line->sparse_done++) {
        uint64_t hit = line->sparse[line->sparse_done] - line->done;
        if (hit >= count)
            break;
        line->bytes[hit] |= SQUARE;
    }
}

/* Turns sums into `sign` times mu. */
static inline __attribute__((always_inline)) void finish(uint64_t first, size_t count, int sign,
                                                         uint8_t *bytes)
{
    for (size_t i = 0; i < count;) {
        int k = 63 - __builtin_clzll(first + 2 * i);
        uint64_t until = ((UINT64_C(2) << k) - first + 1) / 2; /* where floor(log2 n) changes */
        size_t end = until < count ? (size_t)until : count;
        uint8_t complete = complete_sum(k), flip = (uint8_t)(sign < 0 ? PARITY : 0);
        for (; i < end; i++) {
            uint8_t logs = bytes[i] & LOGS;
            uint8_t odd = (uint8_t)(bytes[i] ^ flip ^ (logs < complete ? PARITY : 0));
            uint8_t value = odd & PARITY ? 0xFF : 1;
            bytes[i] = logs & SQUARE ? 0 : value;
        }
    }
}

/* mu of four numbers from each pair of odd ones and each k: 4 j + 1, 2 (2 j + 1), 4 j + 3, 4 j + 4.
 * The first number of out is the first of `odd`. */
static inline __attribute__((always_inline)) void
interleave(const uint8_t *restrict odd, const uint8_t *restrict half, size_t count,
           uint8_t *restrict out)
{
    for (size_t j = 0; j < count; j++) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        uint16_t pair; /* words rather than bytes, so that compilers find the vectors */
        memcpy(&pair, odd + 2 * j, sizeof pair);
        uint32_t four = (pair & 0xFFu) | (uint32_t)half[j] << 8 | (pair & 0xFF00u) << 8;
        memcpy(out + 4 * j, &four, sizeof four);
#else
        out[4 * j] = odd[2 * j];
        out[4 * j + 1] = half[j];
        out[4 * j + 2] = odd[2 * j + 1];
        out[4 * j + 3] = 0;
#endif
    }
}

static inline __attribute__((always_inline)) void
sieve_block(const sieve *work, progression *line, uint32_t count, int sign)
{
    for (uint32_t i = 0; i < count; i += PIECE) {
        fill_patterns(work, line->first + 2 * i, PIECE, line->bytes + i);
        add_primes(work, 0, work->small_count, line->next, PIECE, line->bytes + i);
    }
    add_primes(work, work->small_count, work->prime_count, line->next, count, line->bytes);
    mark_squares(work, line, count);
    finish(line->first, count, sign, line->bytes);
    line->first += 2 * (uint64_t)count;
    line->done += count;
}

static inline __attribute__((always_inline)) void sieve_both(sieve *work, uint8_t *out)
{
    sieve_block(work, &work->odd, work->block, 1);
    sieve_block(work, &work->half, work->block / 2, -1);
    interleave(work->odd.bytes, work->half.bytes, work->block / 2, out);
}

static void sieve_both_portable(sieve *work, uint8_t *out)
{
    sieve_both(work, out);
}

#if MOBIUS_X86
AVX2_CODE static void sieve_both_avx2(sieve *work, uint8_t *out)
{
    sieve_both(work, out);
}
#endif

static mobius_status list_primes(sieve *work, uint64_t root)
{
    prime_stream stream;
    const uint32_t *found;
    size_t count, most = root < 100 ? 100 : (size_t)(1.26 * (double)root / log((double)root)) + 1;
    work->primes = malloc(most * sizeof *work->primes); /* pi(x) < 1.2551 x / ln x */
    work->term = malloc(most);
    mobius_status status = prime_stream_open(&stream, root);
    if (work->primes == NULL || work->term == NULL)
        status = MOBIUS_NO_MEMORY;
    while (status == MOBIUS_OK && (count = prime_stream_next(&stream, &found)) > 0) {
        for (size_t i = 0; i < count; i++) {
            if (found[i] >= 11 && found[i] < DENSE_END)
                work->dense[work->dense_count++] = found[i] * found[i];
            if (found[i] < PATTERN_PRIMES_END)
                continue;
            work->small_count += found[i] < SMALL_PRIMES;
            work->term[work->prime_count] = log2_rounded(found[i]) | PARITY;
            work->primes[work->prime_count++] = found[i];
        }
    }
    prime_stream_close(&stream);
    return status;
}

static mobius_status open_progression(const sieve *work, progression *line, uint64_t first,
                                      uint64_t length, uint32_t count)
{
    line->first = first;
    line->next = malloc((work->prime_count + 1) * sizeof *line->next);
    /* The sum of 1 / p^2 beyond 512 is 1 / 3500; the last term is for primes with one hit. */
    line->sparse = malloc((length / 2500 + work->prime_count + 1) * sizeof *line->sparse);
    line->bytes = malloc(count + 1);
    if (line->next == NULL || line->sparse == NULL || line->bytes == NULL)
        return MOBIUS_NO_MEMORY;
    place_primes(work, line, length);
    return MOBIUS_OK;
}

static void close_progression(progression *line)
{
    free(line->next);
    free(line->sparse);
    free(line->bytes);
}

/* Blocks from `base`, a multiple of 4, on; the first and the last may be needed in part. */
static void sieve_blocks(sieve *work, uint64_t base, uint64_t lo, uint64_t hi, int8_t *mu,
                         uint8_t *spare, void (*run)(sieve *, uint8_t *))
{
    uint64_t width = 2 * (uint64_t)work->block;
    for (uint64_t from = base + 1; from < hi; from += width) {
        uint64_t begin = from < lo ? lo : from, end = hi - from < width ? hi : from + width;
        bool whole = begin == from && end == from + width;
        run(work, whole ? (uint8_t *)mu + (from - lo) : spare);
        if (!whole)
            memcpy(mu + (begin - lo), spare + (begin - from), (size_t)(end - begin));
    }
}

mobius_status odd_sieve(uint64_t lo, uint64_t hi, int8_t *mu, mobius_kernel kernel)
{
    assert(1 <= lo && lo < hi && hi <= MOST_ODD_SIEVE);
    uint64_t base = (lo - 1) & ~UINT64_C(3);
    uint64_t root = isqrt(hi - 1);
    uint32_t block = MOST_BLOCK;
    while (block > LEAST_BLOCK && root < block)
        block /= 2;
    uint64_t length = ((hi - base) / (2 * block) + 1) * block;
    void (*run)(sieve *, uint8_t *) = sieve_both_portable;
#if MOBIUS_X86
    if (kernel != MOBIUS_PORTABLE)
        run = sieve_both_avx2;
#else
    (void)kernel;
#endif
    sieve *work = calloc(1, sizeof *work);
    uint8_t *spare = malloc(2 * block);
    mobius_status status = MOBIUS_NO_MEMORY;
    if (work != NULL && spare != NULL)
        status = list_primes(work, root);
    if (status == MOBIUS_OK)
        status = open_progression(work, &work->odd, base + 1, length, block);
    if (status == MOBIUS_OK)
        status = open_progression(work, &work->half, base / 2 + 1, length / 2, block / 2);
    if (status == MOBIUS_OK) {
        work->block = block;
        make_patterns(work);
        sieve_blocks(work, base, lo, hi, mu, spare, run);
    }
    if (work != NULL) {
        close_progression(&work->odd);
        close_progression(&work->half);
        free(work->primes);
        free(work->term);
    }
    free(work);
    free(spare);
    return status;
}
