/* lanes.h: arithmetic on eight numbers at a time in 52-bit multiply-adds (AVX-512 IFMA).
 *
 * Moduli m are odd and below 2^50, R = 2^52. That leaves two bits above m, so residues need
 * not be reduced fully: a product of a, b < c m lies below (c^2 m / R + 1) m, which stays below
 * 2 m for c = 2. Included by files that MOBIUS_X86 guards only. */
#ifndef MOBIUS_LANES_H
#define MOBIUS_LANES_H

#include "kernel.h"

#include <immintrin.h>

#define LANES static inline __attribute__((always_inline)) IFMA_CODE

enum { LANE_COUNT = 8 };

typedef __m512i lanes;

LANES lanes all(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

/* The first lanes of a vector that `left` elements of an array fill. */
LANES __mmask8 first_lanes(size_t left)
{
    return (__mmask8)(left >= LANE_COUNT ? 0xFF : (1u << left) - 1);
}

LANES lanes load(const uint64_t *from)
{
    return _mm512_loadu_si512(from);
}

LANES void store(uint64_t *to, lanes x)
{
    _mm512_storeu_si512(to, x);
}

/* Appends the chosen lanes to an array with eight spare elements; how many they are. */
LANES size_t append(uint64_t *to, __mmask8 chosen, lanes x)
{
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi64(chosen, x));
    return (size_t)__builtin_popcount(chosen);
}

/* The low and the high 52 bits of products of 52-bit numbers; bits above those are ignored. */
LANES lanes mul_lo52(lanes a, lanes b)
{
    return _mm512_madd52lo_epu64(_mm512_setzero_si512(), a, b);
}

LANES lanes mul_hi52(lanes a, lanes b)
{
    return _mm512_madd52hi_epu64(_mm512_setzero_si512(), a, b);
}

/* The inverse of odd m modulo 2^52 (bits above are noise). */
LANES lanes inverse52(lanes m)
{
    lanes x = _mm512_xor_si512(_mm512_add_epi64(m, _mm512_add_epi64(m, m)), all(2));
    for (int bits = 5; bits < 52; bits *= 2)
        x = mul_lo52(x, _mm512_sub_epi64(all(2), mul_lo52(m, x)));
    return x;
}

/* a * b / R mod m, plus `more` - m: with more = m it lies in (0, 2 m) for a, b < 2 m. */
LANES lanes mont_lanes(lanes a, lanes b, lanes m, lanes inverse, lanes more)
{
    lanes q = mul_lo52(mul_lo52(a, b), inverse);
    return _mm512_sub_epi64(_mm512_madd52hi_epu64(more, a, b), mul_hi52(q, m));
}

/* x - bound where x >= bound. */
LANES lanes reduce_once(lanes x, lanes bound)
{
    return _mm512_min_epu64(x, _mm512_sub_epi64(x, bound));
}

/* x mod m for an x < 2^102 that is a multiple of R and a double, with x / m < 2^50. The quotient
 * by doubles is exact to one, so 52 bits of the remainder tell all of it. */
LANES lanes multiple_of_r_mod(__m512d x, lanes m)
{
    lanes q = _mm512_cvttpd_epu64(_mm512_div_pd(x, _mm512_cvtepu64_pd(m)));
    lanes r = _mm512_sub_epi64(_mm512_setzero_si512(), mul_lo52(q, m));
    r = _mm512_srai_epi64(_mm512_slli_epi64(r, 12), 12); /* in (-m, 2 m) */
    r = _mm512_min_epu64(r, _mm512_add_epi64(r, m));
    return reduce_once(r, m);
}

/* floor(a / b) where that is exact: for b | a < 2^53, or with a test of the remainder. */
LANES lanes divide_lanes(lanes a, lanes b)
{
    return _mm512_cvttpd_epu64(_mm512_div_pd(_mm512_cvtepu64_pd(a), _mm512_cvtepu64_pd(b)));
}

/* The number of trailing zero bits; 64 for 0. */
LANES lanes trailing_zeros(lanes x)
{
    return _mm512_popcnt_epi64(_mm512_andnot_si512(x, _mm512_sub_epi64(x, all(1))));
}

/* Lanes that are squares, for x < 2^52. */
LANES __mmask8 square_lanes(lanes x)
{
    lanes root = _mm512_cvtpd_epu64(_mm512_sqrt_pd(_mm512_cvtepu64_pd(x)));
    return _mm512_cmpeq_epi64_mask(mul_lo52(root, root), x);
}

/* The largest of eight. */
LANES uint64_t largest_lane(lanes x)
{
    return _mm512_reduce_max_epu64(x);
}

#endif
