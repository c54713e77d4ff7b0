/* plain.c: what the sieve is measured against and nothing else: mu by trial division with a wheel
 * modulo 30, as the program of arXiv 2502.10335 does it, and remainders by division. */
#include "mobius.h"

/* Gaps between the numbers prime to 30, from 7 on. */
static const uint8_t GAPS[] = {4, 2, 4, 2, 4, 6, 2, 6};

/* Whether p divides n once, after which it is divided out; *square where p^2 does. */
static int divide_out(uint64_t *n, uint64_t p, int *square)
{
    if (*n % p != 0)
        return 0;
    *n /= p;
    *square |= *n % p == 0;
    return 1;
}

static int8_t mu_by_wheel(uint64_t n)
{
    int sign = 1, square = 0;
    for (uint64_t p = 2; p <= 5; p += p == 2 ? 1 : 2)
        if (divide_out(&n, p, &square))
            sign = -sign;
    int gap = 0;
    for (uint64_t p = 7; !square && p * p <= n; p += GAPS[gap], gap = (gap + 1) % 8)
        if (divide_out(&n, p, &square))
            sign = -sign;
    if (square)
        return 0;
    return (int8_t)(n > 1 ? -sign : sign);
}

void mobius_plain_mu(const uint64_t *n, size_t count, int8_t *mu)
{
    for (size_t i = 0; i < count; i++)
        mu[i] = mu_by_wheel(n[i]);
}

void mobius_plain_residues(const uint64_t *n, size_t count, const uint16_t *moduli,
                           size_t moduli_count, uint16_t *out)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < moduli_count; j++)
            out[i * moduli_count + j] = (uint16_t)(n[i] % moduli[j]);
}
