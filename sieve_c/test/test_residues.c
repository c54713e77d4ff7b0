/* test_residues.c: against %, over all moduli and at the ends of the 64-bit range. */
#include "../mobius.h"
#include "check.h"
#include "kernels.h"

/* Every modulus beside others in one table, over rows that end anywhere in a vector. */
static void test_tables(void)
{
    static uint16_t moduli[1000], out[40 * 1000];
    uint64_t n[40] = {0, 1, UINT64_MAX, (UINT64_C(1) << 60) - 1, UINT64_C(1) << 60}, state = 99;
    for (size_t i = 5; i < 40; i++)
        n[i] = next_random(&state) >> (i % 3 == 0 ? 0 : i);
    for (int largest = 17; largest <= 65535; largest = largest * 3 - 2) {
        for (size_t columns = 1; columns <= 1000; columns += 1 + columns / 3) {
            for (size_t j = 0; j < columns; j++)
                moduli[j] = (uint16_t)(2 + next_random(&state) % (uint64_t)(largest - 1));
            for (size_t first = 0; first <= 5; first += 5) { /* with and without 64-bit n */
                size_t rows = first == 0 ? 40 : 20;
                CHECK(mobius_residues(n + 40 - rows, rows, moduli, columns, out, tested) ==
                          MOBIUS_OK, "%zu columns", columns);
                for (size_t i = 0; i < rows * columns; i++)
                    CHECK(out[i] == n[40 - rows + i / columns] % moduli[i % columns],
                          "%" PRIu64 " mod %d = %d", n[40 - rows + i / columns],
                          moduli[i % columns], out[i]);
            }
        }
    }
}

static void test_modulus(uint16_t modulus, const uint64_t *n, size_t count)
{
    uint16_t out[64];
    CHECK(mobius_residues(n, count, &modulus, 1, out, tested) == MOBIUS_OK, "modulus %d", modulus);
    for (size_t i = 0; i < count; i++)
        CHECK(out[i] == n[i] % modulus, "%" PRIu64 " mod %d = %d", n[i], modulus, out[i]);
}

static void test_all(void)
{
    uint64_t n[64] = {0, 1, UINT64_MAX, UINT64_MAX - 1, INT64_MAX}, state = 88172645463325252;
    uint16_t moduli[3] = {2, 541, 65535}, out[64 * 3];
    for (int m = 2; m <= 65535; m++) {
        for (size_t i = 5; i < 32; i++) /* multiples and their neighbours, where quotients step */
            n[i] = next_random(&state) / (uint64_t)m * (uint64_t)m - (i % 3) + 1;
        for (size_t i = 32; i < 64; i++)
            n[i] = next_random(&state) >> i;
        test_modulus((uint16_t)m, n, 64);
    }
    CHECK(mobius_residues(n, 64, moduli, 3, out, tested) == MOBIUS_OK, "a table");
    for (size_t i = 0; i < 64 * 3; i++)
        CHECK(out[i] == n[i / 3] % moduli[i % 3], "row %zu, column %zu", i / 3, i % 3);
    moduli[1] = 1;
    CHECK(mobius_residues(n, 64, moduli, 3, out, tested) == MOBIUS_BAD_MODULUS, "modulus 1");
    CHECK(mobius_residues(n, 0, moduli, 1, out, tested) == MOBIUS_OK, "no rows");
}

int main(void)
{
    FOR_EACH_KERNEL() {
        test_all();
        test_tables();
    }
    return 0;
}
