/* odd_sieve.h: mu over an interval by blocks of odd numbers, for hi up to MOST_ODD_SIEVE. */
#ifndef MOBIUS_ODD_SIEVE_H
#define MOBIUS_ODD_SIEVE_H

#include "mobius.h"

/* Beyond, most primes hit few blocks, and to walk all primes for each block is a waste. */
#define MOST_ODD_SIEVE (UINT64_C(1) << 46)

/* mobius_mu_range for 1 <= lo < hi <= MOST_ODD_SIEVE. Memory beyond the output: 8 MiB at most,
 * 21 bytes for each prime up to sqrt(hi), and a four-hundredth of the output. */
mobius_status odd_sieve(uint64_t lo, uint64_t hi, int8_t *mu, mobius_kernel kernel);

#endif
