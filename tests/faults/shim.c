/* Stands between a program and the file system: counts the calls that touch a folder, and makes one of
 * them fail, or ends the program there. Loaded with LD_PRELOAD; sees every library of the program, sled
 * too. Says on SHIM_LOG, a line a call: number, class, name, path.
 *
 *   SHIM_UNDER  calls on files below this folder count (absolute, no links in it)
 *   SHIM_ONLY   the classes that count: r read, w write, s sync (default: all)
 *   SHIM_LOG    file to append to; its first line `loaded` shows that this is in place
 *   SHIM_AT     number of the call, from 1
 *   SHIM_MODE   once: it fails; from: it and all after it fail; half: a write writes half and fails;
 *               kill: SIGKILL before the call; torn: a write writes half, then SIGKILL;
 *               interrupt: SIGINT before the call, as Ctrl-C gives it; late: it fails a while later
 *   SHIM_ERRNO  the error (default 5, EIO)
 *   SHIM_SKIP   calls on paths that hold this text do not count
 *   SHIM_CACHE  set: a page of a file that was read once is in memory, and reading it again is no call
 *   SHIM_RECORD file to append every change to, with its bytes, for power.rs to build disks from: see `record`
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { NONE, ONCE, FROM, HALF, KILL, TORN, INTERRUPT, LATE };

static atomic_ulong count;
static const char *under, *only, *skip;
static size_t under_length;
static int log_fd = -1, record_fd = -1, error_number = EIO, caches;
/* Changes are recorded in the order in which they are made. */
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static unsigned long at;
static enum mode mode = NONE;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("SHIM_LOG");
    if (text) {
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (log_fd >= 0) syscall(SYS_write, log_fd, "loaded\n", 7);
    }
    if ((text = getenv("SHIM_RECORD")))
        record_fd = (int)syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    caches = getenv("SHIM_CACHE") != NULL;
    only = getenv("SHIM_ONLY");
    skip = getenv("SHIM_SKIP");
    if ((text = getenv("SHIM_AT"))) at = strtoul(text, NULL, 10);
    if ((text = getenv("SHIM_ERRNO"))) error_number = atoi(text);
    if ((text = getenv("SHIM_MODE"))) {
        const char *names[] = {"none", "once", "from", "half", "kill", "torn", "interrupt", "late"};
        for (int i = 0; i < 8; i++)
            if (!strcmp(text, names[i])) mode = (enum mode)i;
    }
    if ((text = getenv("SHIM_UNDER"))) {
        under_length = strlen(text);
        under = text;
    }
}

/* The whole path of a name beside an open folder; as far as can be told. */
static const char *whole(int folder, const char *path, char *room) {
    if (!path) return "";
    if (path[0] == '/') return path;
    char base[PATH_MAX];
    ssize_t length;
    if (folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, base, sizeof base) < 0) return path;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
        if (length < 0) return path;
        base[length] = 0;
    }
    if (!path[0]) snprintf(room, PATH_MAX * 2, "%s", base);
    else snprintf(room, PATH_MAX * 2, "%s/%s", base, path);
    return room;
}

/* One change: its kind, the number of the file or folder, a place or a mode, and the lengths of what
 * follows: a path below the folder, then another path or the bytes. Kinds: c a file is made, d a folder
 * is made, w bytes are written, t the length is set, s a file or folder is synced, n a name is given to
 * another path, l a second name is made, u a name goes. */
struct __attribute__((packed)) change {
    uint8_t kind;
    uint64_t number, at;
    uint32_t first, second;
};

/* The path below the folder, or nothing if it is elsewhere. */
static const char *below(const char *full) {
    if (!under || strncmp(full, under, under_length)) return NULL;
    return full + under_length;
}

static void record(char kind, int folder, const char *path, uint64_t at, const void *bytes, size_t n) {
    char room[PATH_MAX * 2];
    const char *full = below(whole(folder, path, room));
    if (!full) return;
    struct stat found = {0};
    if (!path[0]) fstatat(folder, "", &found, AT_EMPTY_PATH);
    else fstatat(folder, path, &found, AT_SYMLINK_NOFOLLOW);
    if (kind == 'c' || kind == 'd') at = found.st_mode & 07777;
    struct change change = {(uint8_t)kind, found.st_ino, at, (uint32_t)strlen(full), (uint32_t)n};
    struct iovec parts[3] = {
        {&change, sizeof change}, {(void *)full, change.first}, {(void *)bytes, n}};
    syscall(SYS_writev, record_fd, parts, 3);
}

/* A change between two names, the second one absolute below the folder. */
static void record_names(char kind, int a, const char *from, int b, const char *to) {
    char room[PATH_MAX * 2];
    const char *second = below(whole(b, to, room));
    if (second) record(kind, a, from, 0, second, strlen(second));
}

static int is_there(int folder, const char *path) {
    return syscall(SYS_faccessat, folder, path, F_OK) == 0;
}

/* Runs a change with its record after it, both in order. */
#define IN_ORDER(type, failed, call, ...) ({ \
        if (record_fd >= 0) pthread_mutex_lock(&order); \
        type out = call; \
        if (record_fd >= 0) { \
            int kept = errno; \
            if (out != failed) { __VA_ARGS__; } \
            errno = kept; \
            pthread_mutex_unlock(&order); \
        } \
        out; \
    })

static pthread_mutex_t pages_lock = PTHREAD_MUTEX_INITIALIZER;
static struct { ino_t file; off_t page; } pages[1 << 16];

/* The place of a page in the table, or of the room for it; the table is far larger than what is read. */
static unsigned page_at(ino_t file, off_t page) {
    unsigned at = (unsigned)((file * 31 + (ino_t)page) * 2654435761u) & 0xffff;
    while (pages[at].file && (pages[at].file != file || pages[at].page != page)) at = (at + 1) & 0xffff;
    return at;
}

/* Whether all of a stretch of a file is in memory; with `add`, it is from now on. */
static int in_memory(int fd, off_t from, size_t n, int add) {
    struct stat found;
    if (!caches || !n || fstatat(fd, "", &found, AT_EMPTY_PATH)) return 0;
    int all = 1;
    pthread_mutex_lock(&pages_lock);
    for (off_t page = from >> 12; page <= (from + (off_t)n - 1) >> 12; page++) {
        unsigned at = page_at(found.st_ino, page);
        if (!pages[at].file) all = 0;
        if (add) pages[at].file = found.st_ino, pages[at].page = page;
    }
    pthread_mutex_unlock(&pages_lock);
    return all;
}

enum verdict { GO, FAIL, FAIL_HALF, KILL_HALF };

/* Counts a call and says what becomes of it. */
static enum verdict meet(char class, const char *name, int folder, const char *path) {
    if (!under) return GO;
    char room[PATH_MAX * 2];
    int before = errno;
    const char *full = whole(folder, path, room);
    errno = before;
    if (strncmp(full, under, under_length)) return GO;
    if (skip && strstr(full, skip)) return GO;
    if (only && !strchr(only, class)) return GO;
    unsigned long number = atomic_fetch_add(&count, 1) + 1;
    if (log_fd >= 0) {
        char line[PATH_MAX * 2 + 64];
        int length = snprintf(line, sizeof line, "%lu %c %s %s\n", number, class, name, full + under_length);
        syscall(SYS_write, log_fd, line, length);
        errno = before;
    }
    if (!at || number < at || (number > at && mode != FROM)) return GO;
    switch (mode) {
    case ONCE: case FROM: errno = error_number; return FAIL;
    case HALF: errno = error_number; return FAIL_HALF;
    case LATE: usleep(300000); errno = error_number; return FAIL;
    case TORN: return KILL_HALF;
    case KILL: kill(getpid(), SIGKILL); for (;;) pause();
    /* A test that was begun in the background of a shell ignores it, and so would its children. */
    case INTERRUPT: signal(SIGINT, SIG_DFL); kill(getpid(), SIGINT); return GO;
    default: return GO;
    }
}

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* A call that either happens or fails. */
#define PLAIN(class, type, failed, name, folder, path, parameters, ...) \
    CHANGE(class, type, failed, name, folder, path, parameters, (void)0, __VA_ARGS__)

/* The same, with what is recorded of it. */
#define CHANGE(class, type, failed, name, folder, path, parameters, recorded, ...) \
    type name parameters { \
        static type (*real) parameters; \
        if (!real) real = (type (*) parameters)dlsym(RTLD_NEXT, #name); \
        switch (meet(class, #name, folder, path)) { \
        case GO: \
            if (class == 'r') return real(__VA_ARGS__); \
            return IN_ORDER(type, failed, real(__VA_ARGS__), recorded); \
        case KILL_HALF: end(); /* fallthrough */ \
        default: errno = error_number; return failed; \
        } \
    }

static void opened(int fd, int was, int flags) {
    if (!was) record('c', fd, "", 0, "", 0);
    else if (flags & O_TRUNC) record('t', fd, "", 0, "", 0);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list list; va_start(list, flags); int bits = va_arg(list, int); va_end(list); \
        REAL(int, name, const char *, int, ...); \
        if (meet(flags & (O_CREAT | O_TRUNC) ? 'w' : 'r', "open", AT_FDCWD, path) != GO) \
            return errno = error_number, -1; \
        if (!(flags & (O_CREAT | O_TRUNC))) return real(path, flags, bits); \
        int was = is_there(AT_FDCWD, path); \
        return IN_ORDER(int, -1, real(path, flags, bits), opened(out, was, flags)); \
    }
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list list; va_start(list, flags); int bits = va_arg(list, int); va_end(list); \
        REAL(int, name, int, const char *, int, ...); \
        if (meet(flags & (O_CREAT | O_TRUNC) ? 'w' : 'r', "open", folder, path) != GO) \
            return errno = error_number, -1; \
        if (!(flags & (O_CREAT | O_TRUNC))) return real(folder, path, flags, bits); \
        int was = is_there(folder, path); \
        return IN_ORDER(int, -1, real(folder, path, flags, bits), opened(out, was, flags)); \
    }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)

PLAIN('r', ssize_t, -1, read, fd, "", (int fd, void *to, size_t n), fd, to, n)
PLAIN('r', ssize_t, -1, readv, fd, "", (int fd, const struct iovec *to, int n), fd, to, n)

#define PREAD(name, place) \
    ssize_t name(int fd, void *to, size_t n, place o) { \
        REAL(ssize_t, name, int, void *, size_t, place); \
        if (!in_memory(fd, o, n, 0) && meet('r', #name, fd, "") != GO) \
            return errno = error_number, -1; \
        ssize_t out = real(fd, to, n, o); \
        int kept = errno; \
        if (out > 0) in_memory(fd, o, (size_t)out, 1); \
        errno = kept; \
        return out; \
    }
PREAD(pread, off_t) PREAD(pread64, off64_t)

/* Where the bytes went that a write has just put at the place of its descriptor. */
static uint64_t place_of(int fd, ssize_t written) {
    return (uint64_t)lseek(fd, 0, SEEK_CUR) - (uint64_t)written;
}

static void wrote_parts(int fd, const struct iovec *of, int n, ssize_t written) {
    uint64_t at = place_of(fd, written);
    for (int i = 0; i < n && written > 0; i++) {
        size_t part = of[i].iov_len < (size_t)written ? of[i].iov_len : (size_t)written;
        record('w', fd, "", at, of[i].iov_base, part);
        at += part;
        written -= (ssize_t)part;
    }
}
CHANGE('w', ssize_t, -1, writev, fd, "", (int fd, const struct iovec *of, int n), wrote_parts(fd, of, n, out), fd, of, n)

#define WRITE(name, parameters, half, place, ...) \
    ssize_t name parameters { \
        static ssize_t (*real) parameters; \
        if (!real) real = (ssize_t (*) parameters)dlsym(RTLD_NEXT, #name); \
        switch (meet('w', #name, fd, "")) { \
        case GO: \
            return IN_ORDER(ssize_t, -1, real(__VA_ARGS__), \
                            record('w', fd, "", place, of, (size_t)out)); \
        case FAIL_HALF: half; errno = error_number; return -1; \
        case KILL_HALF: half; end(); /* fallthrough */ \
        default: errno = error_number; return -1; \
        } \
    }
WRITE(write, (int fd, const void *of, size_t n), real(fd, of, n / 2), place_of(fd, out), fd, of, n)
WRITE(pwrite, (int fd, const void *of, size_t n, off_t o), real(fd, of, n / 2, o), (uint64_t)o, fd, of, n, o)
WRITE(pwrite64, (int fd, const void *of, size_t n, off64_t o), real(fd, of, n / 2, o), (uint64_t)o, fd, of, n, o)

CHANGE('s', int, -1, fsync, fd, "", (int fd), record('s', fd, "", 0, "", 0), fd)
CHANGE('s', int, -1, fdatasync, fd, "", (int fd), record('s', fd, "", 0, "", 0), fd)
PLAIN('s', int, -1, sync_file_range, fd, "", (int fd, off64_t o, off64_t n, unsigned int f), fd, o, n, f)

CHANGE('w', int, -1, ftruncate, fd, "", (int fd, off_t n), record('t', fd, "", (uint64_t)n, "", 0), fd, n)
CHANGE('w', int, -1, ftruncate64, fd, "", (int fd, off64_t n), record('t', fd, "", (uint64_t)n, "", 0), fd, n)
static void grew(int fd) {
    struct stat found;
    if (!fstatat(fd, "", &found, AT_EMPTY_PATH)) record('t', fd, "", (uint64_t)found.st_size, "", 0);
}
CHANGE('w', int, -1, fallocate, fd, "", (int fd, int m, off_t o, off_t n), grew(fd), fd, m, o, n)
CHANGE('w', int, -1, fallocate64, fd, "", (int fd, int m, off64_t o, off64_t n), grew(fd), fd, m, o, n)
CHANGE('w', int, -1, rename, AT_FDCWD, to, (const char *from, const char *to), record_names('n', AT_FDCWD, from, AT_FDCWD, to), from, to)
CHANGE('w', int, -1, link, AT_FDCWD, to, (const char *from, const char *to), record_names('l', AT_FDCWD, from, AT_FDCWD, to), from, to)
CHANGE('w', int, -1, linkat, b, to, (int a, const char *from, int b, const char *to, int f), record_names('l', a, from, b, to), a, from, b, to, f)
CHANGE('w', int, -1, renameat, b, to, (int a, const char *from, int b, const char *to), record_names('n', a, from, b, to), a, from, b, to)
CHANGE('w', int, -1, unlink, AT_FDCWD, path, (const char *path), record('u', AT_FDCWD, path, 0, "", 0), path)
CHANGE('w', int, -1, unlinkat, fd, path, (int fd, const char *path, int f), record('u', fd, path, 0, "", 0), fd, path, f)
CHANGE('w', int, -1, rmdir, AT_FDCWD, path, (const char *path), record('u', AT_FDCWD, path, 0, "", 0), path)
CHANGE('w', int, -1, mkdir, AT_FDCWD, path, (const char *path, mode_t m), record('d', AT_FDCWD, path, 0, "", 0), path, m)
CHANGE('w', int, -1, mkdirat, fd, path, (int fd, const char *path, mode_t m), record('d', fd, path, 0, "", 0), fd, path, m)

PLAIN('r', int, -1, statx, fd, path, (int fd, const char *path, int f, unsigned int m, struct statx *to), fd, path, f, m, to)
PLAIN('r', int, -1, stat64, AT_FDCWD, path, (const char *path, struct stat64 *to), path, to)
PLAIN('r', int, -1, lstat64, AT_FDCWD, path, (const char *path, struct stat64 *to), path, to)
PLAIN('r', int, -1, fstat64, fd, "", (int fd, struct stat64 *to), fd, to)
PLAIN('r', int, -1, fstatat64, fd, path, (int fd, const char *path, struct stat64 *to, int f), fd, path, to, f)
PLAIN('r', DIR *, NULL, opendir, AT_FDCWD, path, (const char *path), path)
PLAIN('r', DIR *, NULL, fdopendir, fd, "", (int fd), fd)
PLAIN('r', struct dirent *, NULL, readdir, dirfd(of), "", (DIR *of), of)
PLAIN('r', struct dirent64 *, NULL, readdir64, dirfd(of), "", (DIR *of), of)
PLAIN('r', int, -1, flock, fd, "", (int fd, int how), fd, how)
