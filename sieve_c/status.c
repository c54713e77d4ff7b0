/* status.c: statuses in words. */
#include "mobius.h"

const char *mobius_message(mobius_status status)
{
    switch (status) {
    case MOBIUS_OK:
        return "no error";
    case MOBIUS_BAD_NUMBER:
        return "every n must lie in 1..2^63-1";
    case MOBIUS_BAD_INTERVAL:
        return "an interval [lo, hi) must have 1 <= lo <= hi <= 2^63";
    case MOBIUS_BAD_INDEX:
        return "indices must lie in [0, size) and size in 1..2^63";
    case MOBIUS_BAD_MODULUS:
        return "every modulus must lie in 2..65535";
    case MOBIUS_BAD_RESIDUE:
        return "every residue must lie below its modulus";
    case MOBIUS_NO_MEMORY:
        return "not enough memory";
    case MOBIUS_NO_KERNEL:
        return "this processor or this build lacks the kernel";
    }
    return "unknown status";
}
