/* primality.h: primality of odd numbers below 2^63, proven for every input. */
#ifndef MOBIUS_PRIMALITY_H
#define MOBIUS_PRIMALITY_H

#include <stdbool.h>
#include <stdint.h>

/* How many numbers one call of strong_test_base2 takes. */
enum { TEST_LANES = 4 };

/* passes[i] = m[i] is a strong probable prime to base 2. Odd 3 <= m[i] < 2^63. False is a proof
 * that m[i] is composite; true must be followed by is_prime_given_base2. */
void strong_test_base2(const uint64_t m[TEST_LANES], bool passes[TEST_LANES]);

/* Whether m is prime, given that m passed strong_test_base2. Odd 41 <= m < 2^63. */
bool is_prime_given_base2(uint64_t m);

#endif
