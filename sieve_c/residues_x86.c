/* residues_x86.c: n mod m, one n at a time against 16 or 32 moduli.
 *
 * n is cut into digits of 15 bits, and t = sum of digit * (2^(15 i) mod m) is congruent to n and
 * below 2^31. t / m < 2^17.01, so the quotient by single precision, rounded down with a margin of
 * 2^-22, is exact or one less. Of t, quotient and m only 16 bits matter then: t - q m < 2 m.
 * Two multiply-adds of pairs take n < 2^60. */
#include "residues_x86.h"

#if MOBIUS_X86

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 32, PAIRS = 3 }; /* moduli to a group; five digits make 64 bits */

/* Lanes of 32 bits hold the even moduli of a group first, then the odd ones, so that results of 16
 * bits fall into place by a shift. AVX2 takes a group in two halves. */
typedef struct modulus_group {
    int16_t power[PAIRS][2][WIDTH]; /* 2^(30 pair) and 2^(30 pair + 15) modulo m, alternating */
    float reciprocal[2][WIDTH / 2];
    uint16_t modulus[WIDTH];
} modulus_group;

static uint16_t power_of_two(unsigned exponent, uint16_t modulus)
{
    return (uint16_t)((UINT64_C(1) << exponent) % modulus);
}

static void set_modulus(modulus_group *group, int i, uint16_t modulus)
{
    int odd = i % 2, lane = i / 2;
    group->modulus[i] = modulus;
    group->reciprocal[odd][lane] = (float)((1 - 0x1p-22) / modulus);
    for (int pair = 0; pair < PAIRS; pair++) {
        unsigned exponent = 30 * (unsigned)pair;
        group->power[pair][odd][2 * lane] = (int16_t)power_of_two(exponent, modulus);
        /* The last digit has four bits and no partner. */
        group->power[pair][odd][2 * lane + 1] =
            (int16_t)(pair == 2 ? 0 : power_of_two(exponent + 15, modulus));
    }
}

/* Two digits from bit 30 * pair on, as one 32-bit lane. */
static inline int digit_pair(uint64_t n, int pair)
{
    uint64_t rest = n >> (30 * pair);
    return (int)((rest & 0x7FFF) | (rest << 1 & 0x7FFF0000));
}

static inline __attribute__((always_inline)) AVX2_CODE __m256i
sum_avx2(const modulus_group *group, int odd, int half, const __m256i *digits, int pairs)
{
    __m256i sum = _mm256_setzero_si256();
    for (int k = 0; k < pairs; k++) {
        const void *power = &group->power[k][odd][half * 16];
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_loadu_si256(power), digits[k]));
    }
    return sum;
}

static inline __attribute__((always_inline)) AVX2_CODE __m256i
quotient_avx2(__m256i sum, const float *reciprocal)
{
    return _mm256_cvttps_epi32(
        _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_loadu_ps(reciprocal)));
}

/* The low halves of even and odd lanes, interleaved. */
static inline __attribute__((always_inline)) AVX2_CODE __m256i merge_avx2(__m256i even, __m256i odd)
{
    return _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xAA);
}

static inline __attribute__((always_inline)) AVX2_CODE void
row_avx2(const modulus_group *groups, size_t columns, uint64_t n, int pairs, uint16_t *out)
{
    __m256i digits[PAIRS];
    for (int k = 0; k < pairs; k++)
        digits[k] = _mm256_set1_epi32(digit_pair(n, k));
    for (size_t j = 0; j < columns; j += 16) {
        const modulus_group *group = &groups[j / WIDTH];
        int half = (int)(j / 16 % 2);
        __m256i even = sum_avx2(group, 0, half, digits, pairs);
        __m256i odd = sum_avx2(group, 1, half, digits, pairs);
        __m256i quotient = merge_avx2(quotient_avx2(even, &group->reciprocal[0][half * 8]),
                                      quotient_avx2(odd, &group->reciprocal[1][half * 8]));
        __m256i modulus = _mm256_loadu_si256((const void *)&group->modulus[half * 16]);
        __m256i rest = _mm256_sub_epi16(merge_avx2(even, odd),
                                        _mm256_mullo_epi16(quotient, modulus));
        rest = _mm256_min_epu16(rest, _mm256_sub_epi16(rest, modulus));
        if (columns - j >= 16) {
            _mm256_storeu_si256((void *)(out + j), rest);
        } else {
            uint16_t last[16];
            _mm256_storeu_si256((void *)last, rest);
            memcpy(out + j, last, (columns - j) * sizeof *last);
        }
    }
}

AVX2_CODE static void rows_avx2(const modulus_group *groups, size_t columns, const uint64_t *n,
                                size_t count, int pairs, uint16_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs <= 2)
            row_avx2(groups, columns, n[i], 2, out + i * columns);
        else
            row_avx2(groups, columns, n[i], 3, out + i * columns);
    }
}

static inline __attribute__((always_inline)) IFMA_CODE __m512i
sum_avx512(const modulus_group *group, int odd, const __m512i *digits, int pairs)
{
    __m512i sum = _mm512_madd_epi16(_mm512_loadu_si512(group->power[0][odd]), digits[0]);
    for (int k = 1; k < pairs; k++) {
        __m512i power = _mm512_loadu_si512(group->power[k][odd]);
        sum = _mm512_add_epi32(sum, _mm512_madd_epi16(power, digits[k]));
    }
    return sum;
}

static inline __attribute__((always_inline)) IFMA_CODE __m512i
quotient_avx512(__m512i sum, const float *reciprocal)
{
    return _mm512_cvttps_epi32(
        _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(reciprocal)));
}

static inline __attribute__((always_inline)) IFMA_CODE __m512i merge_avx512(__m512i even,
                                                                            __m512i odd)
{
    return _mm512_mask_blend_epi16(0xAAAAAAAA, even, _mm512_slli_epi32(odd, 16));
}

static inline __attribute__((always_inline)) IFMA_CODE void
row_avx512(const modulus_group *groups, size_t columns, uint64_t n, int pairs, uint16_t *out)
{
    __m512i digits[PAIRS];
    for (int k = 0; k < pairs; k++)
        digits[k] = _mm512_set1_epi32(digit_pair(n, k));
    for (size_t j = 0; j < columns; j += WIDTH) {
        const modulus_group *group = &groups[j / WIDTH];
        __m512i even = sum_avx512(group, 0, digits, pairs);
        __m512i odd = sum_avx512(group, 1, digits, pairs);
        __m512i quotient = merge_avx512(quotient_avx512(even, group->reciprocal[0]),
                                        quotient_avx512(odd, group->reciprocal[1]));
        __m512i modulus = _mm512_loadu_si512(group->modulus);
        __m512i rest = _mm512_sub_epi16(merge_avx512(even, odd),
                                        _mm512_mullo_epi16(quotient, modulus));
        rest = _mm512_min_epu16(rest, _mm512_sub_epi16(rest, modulus));
        if (columns - j >= WIDTH)
            _mm512_storeu_si512(out + j, rest);
        else
            _mm512_mask_storeu_epi16(out + j, (UINT32_C(1) << (columns - j)) - 1, rest);
    }
}

IFMA_CODE static void rows_avx512(const modulus_group *groups, size_t columns, const uint64_t *n,
                                  size_t count, int pairs, uint16_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs <= 2)
            row_avx512(groups, columns, n[i], 2, out + i * columns);
        else
            row_avx512(groups, columns, n[i], 3, out + i * columns);
    }
}

mobius_status vector_residues(const uint64_t *n, size_t count, const uint16_t *moduli,
                              size_t moduli_count, uint16_t *out, mobius_kernel kernel)
{
    size_t group_count = (moduli_count + WIDTH - 1) / WIDTH;
    modulus_group *groups = malloc(group_count * sizeof *groups);
    if (groups == NULL)
        return MOBIUS_NO_MEMORY;
    for (size_t j = 0; j < group_count * WIDTH; j++)
        set_modulus(&groups[j / WIDTH], (int)(j % WIDTH), j < moduli_count ? moduli[j] : 2);
    uint64_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= n[i];
    int pairs = any >> 60 == 0 ? 2 : 3;
    if (kernel == MOBIUS_IFMA)
        rows_avx512(groups, moduli_count, n, count, pairs, out);
    else
        rows_avx2(groups, moduli_count, n, count, pairs, out);
    free(groups);
    return MOBIUS_OK;
}

#endif
