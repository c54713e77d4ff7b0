/* int2int.c: rows of residues as Int2Int text, and back.
 *
 * A line is V and the number of integers, then r + m for each modulus, a tab and the label. An
 * integer is its sign and its digits to base 1000, most significant first, not padded: 1005 is
 * + 1 5. Eight bytes hold every residue with its sign and eleven a modulus between its blanks, so
 * that a token is one or two stores of fixed width: 0.9 ns, where sprintf takes 40. */
#include "mobius.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESIDUE_WIDTH = 8,  /* + 65 535 */
    MODULUS_WIDTH = 16, /* " + 65 535 " and room for one store */
    HEAD_WIDTH = 24,    /* V and 20 digits and a blank */
    LABEL_WIDTH = 5,    /* -128 and the line feed */
};

typedef struct residue_token {
    char text[RESIDUE_WIDTH];
} residue_token;

typedef struct modulus_token {
    char text[MODULUS_WIDTH];
    size_t length;
} modulus_token;

typedef struct line_format {
    residue_token *residue; /* of every residue below the largest modulus */
    uint8_t *residue_length;
    modulus_token *modulus;
    char head[HEAD_WIDTH];
    size_t head_length;
} line_format;

/* The decimal digits of value; gives the end. */
static char *put_decimal(char *out, size_t value)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

/* The tokens of an integer below 2^16; gives the end. */
static char *put_integer(char *out, unsigned value)
{
    *out++ = '+';
    *out++ = ' ';
    if (value >= 1000) {
        out = put_decimal(out, value / 1000);
        *out++ = ' ';
    }
    return put_decimal(out, value % 1000);
}

static void free_format(line_format *format)
{
    free(format->residue);
    free(format->residue_length);
    free(format->modulus);
}

/* The head of a line and what follows each residue; residues themselves are for writing only. */
static mobius_status make_format(line_format *format, const uint16_t *moduli, size_t count)
{
    for (size_t j = 0; j < count; j++)
        if (moduli[j] < 2)
            return MOBIUS_BAD_MODULUS;
    format->residue = NULL;
    format->residue_length = NULL;
    format->modulus = calloc(count + 1, sizeof *format->modulus);
    if (format->modulus == NULL)
        return MOBIUS_NO_MEMORY;
    for (size_t j = 0; j < count; j++) {
        char *text = format->modulus[j].text, *end = text;
        *end++ = ' ';
        end = put_integer(end, moduli[j]);
        *end++ = j + 1 < count ? ' ' : '\t';
        format->modulus[j].length = (size_t)(end - text);
    }
    format->head[0] = 'V';
    char *end = put_decimal(format->head + 1, 2 * count);
    *end++ = count > 0 ? ' ' : '\t';
    format->head_length = (size_t)(end - format->head);
    return MOBIUS_OK;
}

static mobius_status make_residues(line_format *format, const uint16_t *moduli, size_t count)
{
    unsigned largest = 1;
    for (size_t j = 0; j < count; j++)
        largest = moduli[j] > largest ? moduli[j] : largest;
    format->residue = calloc(largest, sizeof *format->residue);
    format->residue_length = calloc(largest, sizeof *format->residue_length);
    if (format->residue == NULL || format->residue_length == NULL) {
        free_format(format);
        return MOBIUS_NO_MEMORY;
    }
    for (unsigned r = 0; r < largest; r++)
        format->residue_length[r] =
            (uint8_t)(put_integer(format->residue[r].text, r) - format->residue[r].text);
    return MOBIUS_OK;
}

static bool in_range(const uint16_t *row, const uint16_t *moduli, size_t count)
{
    unsigned beyond = 0;
    for (size_t j = 0; j < count; j++)
        beyond |= row[j] >= moduli[j];
    return beyond == 0;
}

size_t mobius_int2int_width(size_t moduli_count)
{
    return HEAD_WIDTH + moduli_count * (RESIDUE_WIDTH + 10) + LABEL_WIDTH + MODULUS_WIDTH;
}

mobius_status mobius_int2int_write(const uint16_t *residues, size_t count, const uint16_t *moduli,
                                   size_t moduli_count, const int8_t *labels, char *out,
                                   size_t *length)
{
    line_format format;
    mobius_status status = make_format(&format, moduli, moduli_count);
    if (status == MOBIUS_OK)
        status = make_residues(&format, moduli, moduli_count);
    if (status != MOBIUS_OK)
        return status;
    char *end = out;
    for (size_t i = 0; i < count; i++) {
        const uint16_t *row = residues + i * moduli_count;
        if (!in_range(row, moduli, moduli_count)) {
            status = MOBIUS_BAD_RESIDUE;
            break;
        }
        memcpy(end, format.head, HEAD_WIDTH);
        end += format.head_length;
        for (size_t j = 0; j < moduli_count; j++) {
            memcpy(end, format.residue[row[j]].text, RESIDUE_WIDTH);
            end += format.residue_length[row[j]];
            memcpy(end, format.modulus[j].text, MODULUS_WIDTH);
            end += format.modulus[j].length;
        }
        if (labels[i] < 0)
            *end++ = '-';
        end = put_decimal(end, (size_t)abs(labels[i]));
        *end++ = '\n';
    }
    *length = (size_t)(end - out);
    free_format(&format);
    return status;
}

/* A run of digits of at most `most`, below 2^32; gives its end, or NULL where there is none. */
static const char *get_decimal(const char *text, int most, unsigned *value)
{
    const char *start = text;
    *value = 0;
    for (; text - start < most && *text >= '0' && *text <= '9'; text++)
        *value = *value * 10 + (unsigned)(*text - '0');
    return text > start ? text : NULL;
}

/* One integer of a line that a line feed ends. */
static const char *get_integer(const char *text, unsigned *value)
{
    if (text[0] != '+' || text[1] != ' ')
        return NULL;
    unsigned low;
    const char *end = get_decimal(text + 2, 3, value);
    if (end != NULL && end[0] == ' ' && end[1] >= '0' && end[1] <= '9') {
        end = get_decimal(end + 1, 3, &low);
        *value = *value * 1000 + low;
    }
    return end;
}

/* Whether `line`, of `length` bytes and then a line feed, is a row of this format. */
static bool get_row(const line_format *format, const uint16_t *moduli, size_t moduli_count,
                    const char *line, size_t length, uint16_t *row, int8_t *label)
{
    const char *at = line, *end = line + length;
    if (length < format->head_length || memcmp(at, format->head, format->head_length) != 0)
        return false;
    at += format->head_length;
    for (size_t j = 0; j < moduli_count; j++) {
        unsigned value;
        at = get_integer(at, &value);
        size_t width = format->modulus[j].length;
        if (at == NULL || value >= moduli[j] || (size_t)(end - at) < width ||
            memcmp(at, format->modulus[j].text, width) != 0)
            return false;
        row[j] = (uint16_t)value;
        at += width;
    }
    bool negative = *at == '-';
    unsigned value;
    at = get_decimal(at + negative, 3, &value);
    if (at != end || value > 127u + negative)
        return false;
    *label = (int8_t)(negative ? -(int)value : (int)value);
    return true;
}

mobius_status mobius_int2int_read(const char *text, size_t length, const uint16_t *moduli,
                                  size_t moduli_count, size_t most_rows, uint16_t *residues,
                                  int8_t *labels, size_t *rows, size_t *bytes)
{
    line_format format;
    mobius_status status = make_format(&format, moduli, moduli_count);
    if (status != MOBIUS_OK)
        return status;
    size_t at = 0, row = 0;
    while (row < most_rows) {
        const char *end = memchr(text + at, '\n', length - at);
        if (end == NULL || !get_row(&format, moduli, moduli_count, text + at,
                                    (size_t)(end - text) - at, residues + row * moduli_count,
                                    labels + row))
            break;
        at = (size_t)(end - text) + 1;
        row++;
    }
    *rows = row;
    *bytes = at;
    free_format(&format);
    return MOBIUS_OK;
}
