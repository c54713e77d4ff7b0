/* prime_products.h: products of consecutive primes, to find a number's small factors by one gcd.
 *
 * With P = product of the primes in (ROUGH, x], gcd(P mod m, m) is the product of those that
 * divide m. P mod m costs two multiplications for 64 bits of P, that is for four or five primes,
 * where trial division pays for each one. */
#ifndef MOBIUS_PRIME_PRODUCTS_H
#define MOBIUS_PRIME_PRODUCTS_H

#include "mobius.h"

/* A group holds one product of so many 64-bit digits in each of its lanes, about 145 primes in
 * all. More lanes than four do not run faster; longer products overshoot the bound x. */
enum { PRODUCT_LANES = 4, PRODUCT_DIGITS = 8 };

typedef struct product_group {
    uint64_t digit[PRODUCT_DIGITS][PRODUCT_LANES]; /* least significant first */
} product_group;

typedef struct prime_products {
    uint32_t limit;
    uint32_t *primes; /* those in (ROUGH, limit], ascending */
    size_t prime_count;
    product_group *group;
    uint32_t *last; /* last[k]: the largest prime in groups 0..k */
    size_t group_count;
    uint32_t *reach; /* reach[x / step]: how many groups hold every prime <= x */
} prime_products;

/* Products of all primes in (ROUGH, limit], limit < 2^24. Close it even after an error.
 * Costs 40 microseconds at limit 21,544 and 3 milliseconds at 2,097,152. */
mobius_status prime_products_open(prime_products *products, uint32_t limit);

void prime_products_close(prime_products *products);

/* How many groups hold every prime in (ROUGH, x], for x <= limit. */
size_t prime_products_reach(const prime_products *products, uint32_t x);

/* The product of the first `groups` groups times a power of two, modulo odd m < 2^63: it has the
 * divisors in common with m that the product itself has. In [0, m). */
uint64_t prime_products_residue(const prime_products *products, size_t groups, uint64_t m);

/* How many primes m > 1 has, a product of distinct primes of the table. By trial: for the rare m
 * whose factors all lie below its cube root, so that the smallest is found early. */
unsigned prime_products_count(const prime_products *products, uint64_t m);

#endif
