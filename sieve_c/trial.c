/* trial.c: the cheapest test for each small prime, one multiplication and one comparison. */
#include "trial.h"

#include "montgomery.h"

#include <assert.h>

static const uint16_t ODD_PRIMES[ODD_TRIAL_PRIMES] = {
    3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,
    67,  71,  73,  79,  83,  89,  97,  101, 103, 107, 109, 113, 127, 131, 137, 139, 149,
    151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
    241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347,
    349, 353, 359, 367, 373, 379, 383, 389, 397, 401, 409, 419, 421, 431, 433, 439, 443,
    449, 457, 461, 463, 467, 479, 487, 491, 499, 503, 509, 521, 523, 541};

void trial_divisors_init(trial_divisors *divisors)
{
    for (int k = 0; k < ODD_TRIAL_PRIMES; k++) {
        divisors->inverse[k] = inverse64(ODD_PRIMES[k]);
        divisors->quotient[k] = UINT64_MAX / ODD_PRIMES[k];
    }
}

int trial_divide(const trial_divisors *divisors, uint64_t n, uint64_t *m)
{
    assert(n >= 1);
    int mu = 1;
    int twos = __builtin_ctzll(n);
    if (twos >= 2)
        return 0;
    if (twos == 1)
        mu = -mu;
    n >>= twos;
    for (int k = 0; k < ODD_TRIAL_PRIMES; k++) {
        uint64_t quotient = n * divisors->inverse[k];
        if (quotient > divisors->quotient[k])
            continue;
        n = quotient;
        mu = -mu;
        if (n * divisors->inverse[k] <= divisors->quotient[k])
            return 0;
    }
    *m = n;
    return mu;
}
