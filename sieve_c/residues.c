/* residues.c: n mod m for rows of n and columns of moduli, without divisions.
 *
 * With v = floor(2^64 / m), floor(n v / 2^64) is the quotient or one less: the error of v adds up
 * to less than n / 2^64 < 1. So one correction makes the remainder exact for every 64-bit n. */
#include "mobius.h"

#include "montgomery.h"
#include "residues_x86.h"

#include <stdlib.h>

mobius_status mobius_residues(const uint64_t *n, size_t count, const uint16_t *moduli,
                              size_t moduli_count, uint16_t *out, mobius_kernel kernel)
{
    if (!mobius_has_kernel(kernel))
        return MOBIUS_NO_KERNEL;
    uint16_t largest = 0;
    for (size_t j = 0; j < moduli_count; j++) {
        if (moduli[j] < 2)
            return MOBIUS_BAD_MODULUS;
        largest = moduli[j] > largest ? moduli[j] : largest;
    }
    if (count == 0 || moduli_count == 0)
        return MOBIUS_OK;
#if MOBIUS_X86
    if (kernel != MOBIUS_PORTABLE && largest <= MOST_VECTOR_MODULUS)
        return vector_residues(n, count, moduli, moduli_count, out, kernel);
#endif
    (void)largest; /* of use to vectors only */
    uint64_t *reciprocal = malloc(moduli_count * sizeof *reciprocal);
    if (reciprocal == NULL)
        return MOBIUS_NO_MEMORY;
    for (size_t j = 0; j < moduli_count; j++) /* (2^64 - m) / m + 1 = floor(2^64 / m) */
        reciprocal[j] = (0 - (uint64_t)moduli[j]) / moduli[j] + 1;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < moduli_count; j++) {
            uint64_t modulus = moduli[j];
            uint64_t rest = n[i] - mul_high(n[i], reciprocal[j]) * modulus;
            out[i * moduli_count + j] = (uint16_t)(rest >= modulus ? rest - modulus : rest);
        }
    }
    free(reciprocal);
    return MOBIUS_OK;
}
