/* residues_x86.h: residues by AVX2 and AVX-512, for moduli up to MOST_VECTOR_MODULUS. */
#ifndef MOBIUS_RESIDUES_X86_H
#define MOBIUS_RESIDUES_X86_H

#include "kernel.h"

enum { MOST_VECTOR_MODULUS = 16383 };

#if MOBIUS_X86
/* mobius_residues without its checks, for a kernel beyond the portable one. */
mobius_status vector_residues(const uint64_t *n, size_t count, const uint16_t *moduli,
                              size_t moduli_count, uint16_t *out, mobius_kernel kernel);
#endif

#endif
