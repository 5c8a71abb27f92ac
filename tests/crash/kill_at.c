/* Preloaded into the program under test: kills it (SIGKILL) at exactly its N-th durable call, or sets its clock back there.
 *
 * A call is durable if more (or less) is on disk after it than before: files made, written, cut, forced to disk, renamed,
 * removed. They are counted over all threads, in the order in which they begin. Child processes are left alone. Outside
 * of tests nobody builds this. Orders come by environment:
 *
 *   KILL_AT     the number of the call, from 1; none: count only
 *   KILL_WHEN   "before" the call, "after" it, or "torn": a write puts half of its bytes down first;
 *               "back": it lives on, with a wall clock that is a year behind from then on
 *   CLOCK_BEHIND  set: the wall clock is a year behind from the beginning
 *   KILL_TRACE  a file that gets the name of every call as a line, before it is made
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define YEAR (365 * 24 * 3600L)

enum when { BEFORE, AFTER, TORN, BACK };

static atomic_long calls;
/* Seconds that the wall clock is behind. */
static atomic_long behind;
static long kill_at;
static enum when kill_when;
static int trace = -1;

__attribute__((constructor)) static void begin(void) {
	const char *at = getenv("KILL_AT"), *when = getenv("KILL_WHEN"), *path = getenv("KILL_TRACE");
	kill_at = at ? atol(at) : 0;
	kill_when = when && !strcmp(when, "after") ? AFTER : when && !strcmp(when, "torn") ? TORN
		: when && !strcmp(when, "back") ? BACK : BEFORE;
	if (path)
		trace = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (getenv("CLOCK_BEHIND"))
		atomic_store(&behind, YEAR);
	unsetenv("CLOCK_BEHIND");
	unsetenv("LD_PRELOAD");
	unsetenv("KILL_AT");
	unsetenv("KILL_WHEN");
	unsetenv("KILL_TRACE");
}

static void die(void) {
	syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
	for (;;)
		pause();
}

/* Counts a call; 1 if it is the one. */
static int is_it(const char *name) {
	long number = atomic_fetch_add(&calls, 1) + 1;
	if (trace >= 0) {
		char line[64];
		int len = snprintf(line, sizeof line, "%s\n", name);
		if (syscall(SYS_write, trace, line, len) < 0)
			trace = -1;
	}
	if (number != kill_at)
		return 0;
	if (kill_when == BACK) {
		atomic_store(&behind, YEAR);
		return 0;
	}
	if (kill_when == BEFORE)
		die();
	return 1;
}

/* Sockets, pipes and terminals keep nothing. */
static int is_file(int fd) {
	struct stat about;
	return syscall(SYS_fstat, fd, &about) == 0 && S_ISREG(about.st_mode);
}

#define REAL(name) \
	static __typeof__(name) *real; \
	if (!real) \
		real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* A call that is durable whatever its arguments are. */
#define DURABLE(type, name, parameters, arguments) \
	type name parameters { \
		REAL(name); \
		int it = is_it(#name); \
		type result = real arguments; \
		if (it) \
			die(); \
		return result; \
	}

DURABLE(int, fsync, (int fd), (fd))
DURABLE(int, fdatasync, (int fd), (fd))
DURABLE(int, rename, (const char *from, const char *to), (from, to))
DURABLE(int, renameat, (int at, const char *from, int below, const char *to), (at, from, below, to))
DURABLE(int, renameat2, (int at, const char *from, int below, const char *to, unsigned flags), (at, from, below, to, flags))
DURABLE(int, unlink, (const char *path), (path))
DURABLE(int, unlinkat, (int at, const char *path, int flags), (at, path, flags))
DURABLE(int, rmdir, (const char *path), (path))
DURABLE(int, mkdir, (const char *path, mode_t mode), (path, mode))
DURABLE(int, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
DURABLE(int, link, (const char *from, const char *to), (from, to))
DURABLE(int, linkat, (int at, const char *from, int below, const char *to, int flags), (at, from, below, to, flags))
DURABLE(int, symlink, (const char *target, const char *path), (target, path))
DURABLE(int, truncate64, (const char *path, off64_t length), (path, length))
DURABLE(int, ftruncate, (int fd, off_t length), (fd, length))
DURABLE(int, ftruncate64, (int fd, off64_t length), (fd, length))
DURABLE(int, fallocate64, (int fd, int mode, off64_t offset, off64_t length), (fd, mode, offset, length))
DURABLE(int, posix_fallocate64, (int fd, off64_t offset, off64_t length), (fd, offset, length))
DURABLE(int, chmod, (const char *path, mode_t mode), (path, mode))
DURABLE(int, fchmod, (int fd, mode_t mode), (fd, mode))

/* A write to a file; torn, half of its bytes arrive. */
#define WRITE(name, parameters, whole, half) \
	ssize_t name parameters { \
		REAL(name); \
		if (!is_file(fd)) \
			return real whole; \
		int it = is_it(#name); \
		ssize_t result = it && kill_when == TORN ? real half : real whole; \
		if (it) \
			die(); \
		return result; \
	}

WRITE(write, (int fd, const void *bytes, size_t len), (fd, bytes, len), (fd, bytes, len / 2))
WRITE(pwrite, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at), (fd, bytes, len / 2, at))
WRITE(pwrite64, (int fd, const void *bytes, size_t len, off64_t at), (fd, bytes, len, at), (fd, bytes, len / 2, at))
WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), (fd, parts, count / 2))

ssize_t copy_file_range(int in, off64_t *from, int fd, off64_t *to, size_t len, unsigned flags) {
	REAL(copy_file_range);
	int it = is_it("copy_file_range");
	ssize_t result = real(in, from, fd, to, it && kill_when == TORN ? len / 2 : len, flags);
	if (it)
		die();
	return result;
}

/* Opening makes or empties a file, if it is asked to. */
#define OPEN(name, parameters, arguments) \
	int name parameters { \
		REAL(name); \
		mode_t mode = 0; \
		if (flags & (O_CREAT | O_TMPFILE)) { \
			va_list more; \
			va_start(more, flags); \
			mode = va_arg(more, mode_t); \
			va_end(more); \
		} \
		int it = (flags & (O_CREAT | O_TRUNC)) && is_it(#name); \
		int fd = real arguments; \
		if (it) \
			die(); \
		return fd; \
	}

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

int clock_gettime(clockid_t clock, struct timespec *now) {
	REAL(clock_gettime);
	int result = real(clock, now);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec -= atomic_load(&behind);
	return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
	REAL(gettimeofday);
	int result = real(now, zone);
	if (result == 0)
		now->tv_sec -= atomic_load(&behind);
	return result;
}
