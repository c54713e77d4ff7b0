/* lines.c: numbers from lines of text, and "n mu" lines from numbers. */
#include "mobius.h"

#include <stdbool.h>
#include <string.h>

enum {
    MOST_DIGITS = 19, /* 10^19 - 1 is below 2^64, so that no value wraps */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

size_t mobius_read_numbers(const char *text, size_t length, uint64_t *n, size_t most,
                           size_t *count)
{
    const char *at = text, *end = text + length, *kept = text;
    size_t found = 0;
    while (found < most) {
        while (at < end && is_blank(*at))
            at++;
        const char *first = at;
        uint64_t value = 0;
        for (; at < end && *at >= '0' && *at <= '9' && at - first < MOST_DIGITS; at++)
            value = value * 10 + (uint64_t)(*at - '0');
        bool number = at > first;
        while (at < end && is_blank(*at))
            at++;
        if (at == end || *at != '\n' || (number && (value == 0 || value > MOBIUS_MAX_N)))
            break;
        n[found] = value;
        found += number;
        kept = ++at;
    }
    *count = found;
    return (size_t)(kept - text);
}

static const char PAIRS[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

/* The decimal digits of value; gives the end. Two digits a division. */
static char *put_number(char *out, uint64_t value)
{
    char digits[20];
    char *first = digits + sizeof digits;
    while (value >= 10) {
        first -= 2;
        memcpy(first, PAIRS + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value > 0 || first == digits + sizeof digits)
        *--first = (char)('0' + value);
    size_t width = (size_t)(digits + sizeof digits - first);
    memcpy(out, first, width);
    return out + width;
}

size_t mobius_write_values(const uint64_t *n, const int8_t *mu, size_t count, char *out)
{
    char *end = out;
    for (size_t i = 0; i < count; i++) {
        end = put_number(end, n[i]);
        *end++ = ' ';
        if (mu[i] < 0)
            *end++ = '-';
        *end++ = (char)('0' + (mu[i] != 0));
        *end++ = '\n';
    }
    return (size_t)(end - out);
}
