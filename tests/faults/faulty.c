/* Preloaded into a runner and all it starts: a disk that fails on chosen files, a clock that jumps.
 *
 * FAULT_PATH   what is in the path of the files whose writes and syncs fail
 * FAULT_ERRNO  how they fail
 * FAULT_WHILE  a file: while it exists
 * FAULT_CLOCK  a file that holds the seconds by which the wall clock is wrong
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int fails(int descriptor) {
    const char *wanted = getenv("FAULT_PATH"), *gate = getenv("FAULT_WHILE");
    const char *number = getenv("FAULT_ERRNO");
    if (!wanted || !gate || !number) return 0;
    int before = errno;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    int found = 0;
    if (length > 0) {
        path[length] = 0;
        found = strstr(path, wanted) && access(gate, F_OK) == 0;
    }
    errno = found ? atoi(number) : before;
    return found;
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    if (fails(descriptor)) return -1;
    return syscall(SYS_write, descriptor, bytes, size);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (fails(descriptor)) return -1;
    return syscall(SYS_writev, descriptor, parts, count);
}

int fsync(int descriptor) {
    if (fails(descriptor)) return -1;
    return (int)syscall(SYS_fsync, descriptor);
}

static long wrong_by(void) {
    const char *path = getenv("FAULT_CLOCK");
    if (!path) return 0;
    int before = errno;
    char text[32] = "0";
    long descriptor = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (descriptor >= 0) {
        long size = syscall(SYS_read, descriptor, text, sizeof text - 1);
        text[size > 0 ? size : 0] = 0;
        syscall(SYS_close, descriptor);
    }
    errno = before;
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int code = (int)syscall(SYS_clock_gettime, clock, now);
    if (code == 0 && clock == CLOCK_REALTIME) now->tv_sec += wrong_by();
    return code;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    int code = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return code;
}

time_t time(time_t *told) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (told) *told = exact.tv_sec;
    return exact.tv_sec;
}
