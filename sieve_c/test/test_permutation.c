/* test_permutation.c: bijective at every small size, the same by any split, in range when large. */
#include "../mobius.h"
#include "check.h"

#include <string.h>

static void test_bijection(uint64_t size, uint64_t key)
{
    uint64_t *image = allocate(size * sizeof *image);
    uint8_t *seen = allocate(size);
    memset(seen, 0, size);
    CHECK(mobius_permute(size, key, 0, size, image) == MOBIUS_OK, "size %" PRIu64, size);
    for (uint64_t i = 0; i < size; i++) {
        CHECK(image[i] < size && !seen[image[i]], "size %" PRIu64 " index %" PRIu64, size, i);
        seen[image[i]] = 1;
    }
    free(image);
    free(seen);
}

/* Any rows of any size are what the whole has there. */
static void test_splits(uint64_t size, uint64_t first)
{
    uint64_t whole[100], part[100];
    CHECK(mobius_permute(size, 7, first, 100, whole) == MOBIUS_OK, "size %" PRIu64, size);
    for (size_t i = 0; i < 100; i++) {
        CHECK(whole[i] < size, "size %" PRIu64, size);
        CHECK(mobius_permute(size, 7, first + i, 100 - i, part) == MOBIUS_OK, "from %zu", i);
        CHECK(memcmp(part, whole + i, (100 - i) * sizeof *part) == 0, "from %zu", i);
    }
}

static void test_errors(void)
{
    uint64_t out[2];
    CHECK(mobius_permute(0, 0, 0, 0, out) == MOBIUS_BAD_INDEX, "size 0");
    CHECK(mobius_permute(MOBIUS_MAX_SIZE + 1, 0, 0, 1, out) == MOBIUS_BAD_INDEX, "size > 2^63");
    CHECK(mobius_permute(10, 0, 9, 2, out) == MOBIUS_BAD_INDEX, "the end");
    CHECK(mobius_permute(10, 0, UINT64_MAX, 2, out) == MOBIUS_BAD_INDEX, "an overflow");
    CHECK(mobius_permute(10, 0, 10, 0, out) == MOBIUS_OK, "nothing at the end");
}

int main(void)
{
    for (uint64_t size = 1; size <= 300; size++)
        for (uint64_t key = 0; key < 5; key++)
            test_bijection(size, key);
    test_bijection(65536, 1);
    test_bijection(65537, 1);
    test_bijection(1000003, UINT64_MAX);
    test_splits(1000, 900);
    test_splits(UINT64_C(9999999999999), 12345);
    test_splits(MOBIUS_MAX_SIZE, MOBIUS_MAX_SIZE - 100);
    test_errors();
    return 0;
}
