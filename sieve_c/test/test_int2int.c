/* test_int2int.c: Int2Int text against lines written by hand, and read back; exact buffers, so that
 * the sanitizers see a byte too many. */
#include "../mobius.h"
#include "check.h"

#include <string.h>

static const uint16_t MODULI[] = {2, 3, 999, 1000, 1001, 65535};
enum { COLUMNS = LENGTH(MODULI) };

static const struct {
    uint16_t row[COLUMNS];
    int8_t label;
    const char *line;
} LINES[] = {
    {{0, 0, 0, 0, 0, 0}, 0,
     "V12 + 0 + 2 + 0 + 3 + 0 + 999 + 0 + 1 0 + 0 + 1 1 + 0 + 65 535\t0\n"},
    {{1, 2, 998, 999, 1000, 65534}, -1,
     "V12 + 1 + 2 + 2 + 3 + 998 + 999 + 999 + 1 0 + 1 0 + 1 1 + 65 534 + 65 535\t-1\n"},
    {{1, 0, 10, 100, 7, 1005}, 127,
     "V12 + 1 + 2 + 0 + 3 + 10 + 999 + 100 + 1 0 + 7 + 1 1 + 1 5 + 65 535\t127\n"},
    {{1, 0, 10, 100, 7, 40000}, -128,
     "V12 + 1 + 2 + 0 + 3 + 10 + 999 + 100 + 1 0 + 7 + 1 1 + 40 0 + 65 535\t-128\n"},
};

static void test_by_hand(void)
{
    for (size_t i = 0; i < LENGTH(LINES); i++) {
        char *out = allocate(mobius_int2int_width(COLUMNS));
        size_t length;
        CHECK(mobius_int2int_write(LINES[i].row, 1, MODULI, COLUMNS, &LINES[i].label, out,
                                   &length) == MOBIUS_OK,
              "line %zu", i);
        CHECK(length == strlen(LINES[i].line) && memcmp(out, LINES[i].line, length) == 0,
              "%.*s for %s", (int)length, out, LINES[i].line);
        free(out);
    }
}

static void test_bad_rows(void)
{
    const uint16_t beyond[] = {1, 3}, one[] = {1}, moduli[] = {2, 3};
    const int8_t label = 0;
    char out[128];
    size_t length;
    CHECK(mobius_int2int_write(beyond, 1, moduli, 2, &label, out, &length) == MOBIUS_BAD_RESIDUE,
          "3 mod 3");
    CHECK(mobius_int2int_write(one, 1, one, 1, &label, out, &length) == MOBIUS_BAD_MODULUS, "1");
}

/* Rows read from exactly `length` bytes. */
static size_t rows_of(const char *text, size_t length, size_t *bytes)
{
    uint16_t residues[4 * COLUMNS];
    int8_t labels[4];
    size_t rows;
    char *exact = allocate(length + 1); /* malloc(0) may be NULL */
    memcpy(exact, text, length);
    CHECK(mobius_int2int_read(exact, length, MODULI, COLUMNS, 4, residues, labels, &rows, bytes) ==
              MOBIUS_OK,
          "%s", text);
    for (size_t i = 0; i < rows; i++)
        CHECK(labels[i] == LINES[i].label &&
                  memcmp(residues + i * COLUMNS, LINES[i].row, sizeof LINES[i].row) == 0,
              "row %zu", i);
    free(exact);
    return rows;
}

static void test_read(void)
{
    char text[1024] = "";
    size_t bytes;
    for (size_t i = 0; i < LENGTH(LINES); i++)
        strcat(text, LINES[i].line);
    CHECK(rows_of(text, strlen(text), &bytes) == 4 && bytes == strlen(text), "whole");
    for (size_t length = 0; length < strlen(text); length++) {
        size_t complete = 0;
        for (size_t i = 0; i < length; i++)
            complete += text[i] == '\n';
        CHECK(rows_of(text, length, &bytes) == complete, "%zu bytes", length);
    }
    /* A changed byte leaves a row only where it is still one: in a residue or a label. */
    size_t first = strlen(LINES[0].line);
    for (size_t i = 0; i < first; i++) {
        char kept = text[i];
        text[i] = 'x';
        CHECK(rows_of(text, strlen(text), &bytes) == 0 && bytes == 0, "x at %zu", i);
        text[i] = kept;
    }
}

static void test_numbers(void)
{
    static const char text[] = "30\n\n 4\t\r\n007\n9223372036854775807\n9223372036854775808\n";
    uint64_t n[8];
    size_t count, bytes = mobius_read_numbers(text, sizeof text - 1, n, 8, &count);
    CHECK(count == 4 && bytes == 33, "%zu numbers, %zu bytes", count, bytes);
    CHECK(n[0] == 30 && n[1] == 4 && n[2] == 7 && n[3] == MOBIUS_MAX_N, "%" PRIu64, n[3]);
    CHECK(mobius_read_numbers(text, sizeof text - 1, n, 2, &count) == 9 && count == 2, "two");
    static const char *const stops[] = {"-5\n", "0\n", "1e3\n", "12", "99999999999999999999\n", "+3\n"};
    for (size_t i = 0; i < LENGTH(stops); i++)
        CHECK(mobius_read_numbers(stops[i], strlen(stops[i]), n, 8, &count) == 0 && count == 0,
              "%s", stops[i]);
}

static void test_values(void)
{
    static const uint64_t n[] = {1, 9, 10, 99, 100, 1000000, MOBIUS_MAX_N};
    static const int8_t mu[] = {1, 0, 1, 0, 0, -1, 0};
    static const char want[] =
        "1 1\n9 0\n10 1\n99 0\n100 0\n1000000 -1\n9223372036854775807 0\n";
    char out[LENGTH(n) * MOBIUS_VALUE_WIDTH];
    size_t length = mobius_write_values(n, mu, LENGTH(n), out);
    CHECK(length == sizeof want - 1 && memcmp(out, want, length) == 0, "%.*s", (int)length, out);
}

int main(void)
{
    test_by_hand();
    test_bad_rows();
    test_read();
    test_numbers();
    test_values();
    return 0;
}
