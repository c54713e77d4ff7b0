/* primality.c: Miller-Rabin with sets of bases for which no composite below a limit passes.
 *
 * Limits (the smallest composites that pass the first k prime bases, psi_k):
 *   k = 2..4  C. Pomerance, J. L. Selfridge, S. S. Wagstaff, Math. Comp. 35 (1980)
 *   k = 5..7  G. Jaeschke, Math. Comp. 61 (1993)
 *   k = 9     Y. Jiang, Y. Deng, Math. Comp. 83 (2014)
 *   k = 12    J. Sorenson, J. Webster, Math. Comp. 86 (2017): psi_12 > 3.1 * 10^23
 * Two or three fixed bases fail on ordinary data (about once in two million below 10^13).
 *
 * A modular product waits for its predecessor three multiplications long, so several tests run
 * side by side: base 2 over four numbers (it settles nearly all composites), then the other
 * bases over one number, whose exponent they share. */
#include "primality.h"

#include "montgomery.h"

#include <assert.h>

static const uint8_t BASES[11] = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};

void strong_test_base2(const uint64_t m[TEST_LANES], bool passes[TEST_LANES])
{
    uint64_t inverse[TEST_LANES], x[TEST_LANES], one[TEST_LANES], exponent[TEST_LANES];
    int squarings[TEST_LANES];
    uint64_t longest = 0;
    for (int i = 0; i < TEST_LANES; i++) {
        assert(m[i] % 2 == 1 && m[i] >= 3 && m[i] >> 63 == 0);
        inverse[i] = inverse64(m[i]);
        x[i] = one[i] = mont_one(m[i]);
        squarings[i] = __builtin_ctzll(m[i] - 1);
        exponent[i] = (m[i] - 1) >> squarings[i];
        longest |= exponent[i];
    }
    for (int bit = 63 - __builtin_clzll(longest); bit >= 0; bit--) {
        for (int i = 0; i < TEST_LANES; i++) {
            x[i] = mont_mul(x[i], x[i], m[i], inverse[i]);
            uint64_t shifted = x[i] << (exponent[i] >> bit & 1);
            x[i] = shifted >= m[i] ? shifted - m[i] : shifted;
        }
    }
    for (int i = 0; i < TEST_LANES; i++) {
        uint64_t minus_one = m[i] - one[i];
        passes[i] = x[i] == one[i] || x[i] == minus_one;
        for (int s = 1; s < squarings[i] && !passes[i]; s++) {
            x[i] = mont_mul(x[i], x[i], m[i], inverse[i]);
            passes[i] = x[i] == minus_one;
        }
    }
}

/* Whether m passes the first `count` of BASES. Inlined for each constant count. */
static inline bool passes_bases(uint64_t m, int count)
{
    uint64_t inverse = inverse64(m), one = mont_one(m), minus_one = m - one;
    /* Two bits of the exponent at a time: power[d][i] = BASES[i]^d. Without branches, for the
     * bits of m are random. */
    uint64_t power[4][11], x[11];
    for (int i = 0; i < count; i++) {
        uint64_t base = one;
        for (int bit = 30 - __builtin_clz(BASES[i]); bit >= 0; bit--) {
            base = double_mod(base, m);
            if (BASES[i] >> bit & 1)
                base = add_mod(base, one, m);
        }
        x[i] = power[0][i] = one;
        power[1][i] = base;
        power[2][i] = mont_mul(base, base, m, inverse);
        power[3][i] = mont_mul(power[2][i], base, m, inverse);
    }
    int squarings = __builtin_ctzll(m - 1);
    uint64_t exponent = (m - 1) >> squarings;
    for (int bit = (63 - __builtin_clzll(exponent)) & ~1; bit >= 0; bit -= 2) {
        const uint64_t *factor = power[exponent >> bit & 3];
        for (int i = 0; i < count; i++) {
            x[i] = mont_mul(x[i], x[i], m, inverse);
            x[i] = mont_mul(x[i], x[i], m, inverse);
            x[i] = mont_mul(x[i], factor[i], m, inverse);
        }
    }
    for (int i = 0; i < count; i++) {
        bool passes = x[i] == one || x[i] == minus_one;
        for (int s = 1; s < squarings && !passes; s++) {
            x[i] = mont_mul(x[i], x[i], m, inverse);
            passes = x[i] == minus_one;
        }
        if (!passes)
            return false;
    }
    return true;
}

bool is_prime_given_base2(uint64_t m)
{
    assert(m % 2 == 1 && m >= 41 && m >> 63 == 0);
    if (m < UINT64_C(3215031751))
        return passes_bases(m, 3);
    if (m < UINT64_C(3474749660383))
        return passes_bases(m, 5);
    if (m < UINT64_C(341550071728321))
        return passes_bases(m, 6);
    if (m < UINT64_C(3825123056546413051))
        return passes_bases(m, 8);
    return passes_bases(m, 11);
}
