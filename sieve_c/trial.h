/* trial.h: dividing out the first hundred primes. */
#ifndef MOBIUS_TRIAL_H
#define MOBIUS_TRIAL_H

#include <stdint.h>

/* 541 is the hundredth prime. What trial division leaves has factors above ROUGH only, 547 being
 * the next prime. */
enum { LAST_TRIAL_PRIME = 541, ROUGH = 546, ODD_TRIAL_PRIMES = 99 };

typedef struct trial_divisors {
    /* For odd p: p divides n exactly if n * inverse mod 2^64 <= quotient, and then that product
     * is n / p (T. Granlund, P. Montgomery, PLDI 1994). */
    uint64_t inverse[ODD_TRIAL_PRIMES];
    uint64_t quotient[ODD_TRIAL_PRIMES];
} trial_divisors;

void trial_divisors_init(trial_divisors *divisors);

/* Splits n = s * m, s made of primes <= LAST_TRIAL_PRIME and m of larger ones. Returns mu(s), and
 * sets *m unless that is 0. For n >= 1. */
int trial_divide(const trial_divisors *divisors, uint64_t n, uint64_t *m);

#endif
