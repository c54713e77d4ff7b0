/* mobius.h: the Moebius function by batches and by ranges, and what data sets of it need.
 *
 * Knows nothing of Python. Every function is stateless, reentrant and thread-safe, writes only
 * to the buffers it is given, and returns a status; on anything but MOBIUS_OK the contents of the
 * output are unspecified. Work over several threads or machines is split by index ranges. */
#ifndef MOBIUS_H
#define MOBIUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest n whose mu is found here, 2^63 - 1, and the largest domain of a permutation. */
#define MOBIUS_MAX_N INT64_MAX
#define MOBIUS_MAX_SIZE (UINT64_C(1) << 63)

typedef enum mobius_status {
    MOBIUS_OK = 0,
    MOBIUS_BAD_NUMBER,   /* n = 0 or n > MOBIUS_MAX_N */
    MOBIUS_BAD_INTERVAL, /* lo = 0, lo > hi or hi > MOBIUS_MAX_N + 1 */
    MOBIUS_BAD_INDEX,    /* size = 0, size > MOBIUS_MAX_SIZE or indices beyond size */
    MOBIUS_BAD_MODULUS,  /* a modulus below 2 */
    MOBIUS_BAD_RESIDUE,  /* a residue that is not below its modulus */
    MOBIUS_NO_MEMORY,
    MOBIUS_NO_KERNEL, /* a kernel this processor or this build lacks */
} mobius_status;

/* Upper bounds on the instructions a call may use; each result is the same by all of them. */
typedef enum mobius_kernel {
    MOBIUS_PORTABLE, /* C11 with 128-bit products */
    MOBIUS_AVX2,
    MOBIUS_IFMA, /* AVX-512 with 52-bit multiply-add */
} mobius_kernel;

/* "portable", "avx2" or "ifma". */
const char *mobius_kernel_name(mobius_kernel kernel);

bool mobius_has_kernel(mobius_kernel kernel);

/* The last of the kernels this processor has. */
mobius_kernel mobius_best_kernel(void);

/* One English sentence without a full stop; never NULL, static storage. */
const char *mobius_message(mobius_status status);

/* mu[i] = mu(n[i]) for 0 <= i < count, exact for every 1 <= n[i] <= MOBIUS_MAX_N.
 * Meant for scattered n in batches of thousands: a call first lists the primes up to the cube
 * root of the largest n (40 microseconds at 10^13, 3 milliseconds at 2^63). */
mobius_status mobius_mu(const uint64_t *n, size_t count, int8_t *mu,
                        mobius_kernel kernel);

/* mu[i] = mu(lo + i) for lo <= lo + i < hi, exact for 1 <= lo <= hi <= 2^63.
 * A call lists and places the primes up to sqrt(hi), 12 milliseconds at 10^13, unless so few
 * numbers are asked for that mobius_mu is faster. Beyond the output it takes 2 MiB and 1/400 of the
 * output, more between 2^36 and 2^46: up to 20 MiB. */
mobius_status mobius_mu_range(uint64_t lo, uint64_t hi, int8_t *mu, mobius_kernel kernel);

/* distinct[i] = omega(n[i]), how many primes divide it, 15 at most; total[i] = Omega(n[i]), these
 * with multiplicity, 62 at most. Exact for every 1 <= n[i] <= MOBIUS_MAX_N, in batches as
 * mobius_mu. */
mobius_status mobius_omega(const uint64_t *n, size_t count, uint8_t *distinct, uint8_t *total);

/* out[i] = the image of first + i, 0 <= i < count, under a permutation of [0, size) chosen by
 * key. Distinct indices give distinct images by construction, without memory of earlier ones. */
mobius_status mobius_permute(uint64_t size, uint64_t key, uint64_t first, size_t count,
                             uint64_t *out);

/* out[i * moduli_count + j] = n[i] mod moduli[j], for any 64-bit n and 2 <= moduli[j] <= 65535. */
mobius_status mobius_residues(const uint64_t *n, size_t count, const uint16_t *moduli,
                              size_t moduli_count, uint16_t *out, mobius_kernel kernel);

/* Int2Int text: a line a row, `V200 + r + 2 + r + 3 … TAB label`, r = residues[i * moduli_count + j]
 * modulo moduli[j]. `out` holds count * mobius_int2int_width(moduli_count) bytes at least; *length
 * of them are the text. */
size_t mobius_int2int_width(size_t moduli_count);
mobius_status mobius_int2int_write(const uint16_t *residues, size_t count, const uint16_t *moduli,
                                   size_t moduli_count, const int8_t *labels, char *out,
                                   size_t *length);

/* The rows of such text, up to most_rows, the first line that is no row of these moduli, or the
 * last line feed: *rows of them, which took *bytes bytes. Bad text is no error of this function. */
mobius_status mobius_int2int_read(const char *text, size_t length, const uint16_t *moduli,
                                  size_t moduli_count, size_t most_rows, uint16_t *residues,
                                  int8_t *labels, size_t *rows, size_t *bytes);

/* Numbers from lines of text, plain digits and blanks, up to `most`, the first line that is no
 * number in 1..MOBIUS_MAX_N, or the last line feed; empty lines are passed over. Gives the bytes
 * read; *count numbers are in n. */
size_t mobius_read_numbers(const char *text, size_t length, uint64_t *n, size_t most,
                           size_t *count);

/* "n mu" lines; out holds count * MOBIUS_VALUE_WIDTH bytes at least. Gives the bytes written. */
#define MOBIUS_VALUE_WIDTH 24
size_t mobius_write_values(const uint64_t *n, const int8_t *mu, size_t count, char *out);

/* What the sieve is measured against: the same results by wheel trial division up to the square
 * root (93 microseconds at 10^13) and by a division each. Arguments are not checked. */
void mobius_plain_mu(const uint64_t *n, size_t count, int8_t *mu);
void mobius_plain_residues(const uint64_t *n, size_t count, const uint16_t *moduli,
                           size_t moduli_count, uint16_t *out);

#endif
