/* Preloaded by test_torture.py: makes the n-th call of one kind fail, once, as the machine could make it fail.
 *
 * TORTURE=KIND:HOW:N, with TORTURE_COUNT naming a file that is told how many calls of that kind there were and whether
 * the n-th came. A call is counted only where it is the program's own affair: stdin and stdout for read, write and poll,
 * sockets for send and recv, jansson's allocations for malloc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind = "", *how = "";
static long wanted;
static atomic_long counted;
static __thread int is_janssons;
static int is_told_of;

static void tell(void) {
    const char *path = getenv("TORTURE_COUNT");
    char text[32];
    int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (file < 0) return;
    int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&counted));
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (real(file, text, length) < 0) { }
    close(file);
}

__attribute__((constructor)) static void begin(void) {
    static char text[64];
    const char *given = getenv("TORTURE");
    if (!given) return;
    strncpy(text, given, sizeof text - 1);
    kind = strtok(text, ":");
    how = strtok(NULL, ":");
    wanted = atol(strtok(NULL, ":"));
    /* Children are no part of it. */
    unsetenv("LD_PRELOAD");
    unsetenv("TORTURE");
    is_told_of = 1;
}

/* The program ends by it, and runs no handlers of exit. */
void _exit(int code) {
    void (*real)(int) __attribute__((noreturn)) = dlsym(RTLD_NEXT, "_exit");
    if (is_told_of) tell();
    real(code);
}

/* Whether this call is the one. */
static int is_it(const char *name) {
    if (strcmp(kind, name)) return 0;
    return atomic_fetch_add(&counted, 1) + 1 == wanted;
}

static int is(const char *name) { return !strcmp(how, name); }

static int code(void) {
    return is("EINTR") ? EINTR : is("EAGAIN") ? EAGAIN : is("ECONNRESET") ? ECONNRESET : is("EPIPE") ? EPIPE
        : is("ENOMEM") || is("all") ? ENOMEM : is("ETIMEDOUT") ? ETIMEDOUT : is("ENOBUFS") ? ENOBUFS : EIO;
}

/* A call whose descriptor is a pipe, and not one that the program made for itself. */
static int is_peer(int descriptor) {
    struct stat one, two;
    if (fstat(descriptor, &one) || !S_ISFIFO(one.st_mode)) return 0;
    if (!fstat(0, &two) && one.st_ino == two.st_ino) return 1;
    static ino_t out;
    const char *text = getenv("TORTURE_STDOUT");
    if (!out && text) out = strtoul(text, NULL, 10);
    return one.st_ino == out;
}

ssize_t read(int descriptor, void *buffer, size_t size) {
    static ssize_t (*real)(int, void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "read");
    if (*kind == 'r' && is_peer(descriptor) && is_it("read")) {
        if (is("short")) return real(descriptor, buffer, size ? 1 : 0);
        errno = code();
        return -1;
    }
    return real(descriptor, buffer, size);
}

ssize_t write(int descriptor, const void *buffer, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    if (*kind == 'w' && is_peer(descriptor) && is_it("write")) {
        if (is("short")) return real(descriptor, buffer, size > 1 ? size / 2 : size);
        errno = code();
        return -1;
    }
    return real(descriptor, buffer, size);
}

int poll(struct pollfd *all, nfds_t count, int timeout) {
    static int (*real)(struct pollfd *, nfds_t, int);
    if (!real) real = dlsym(RTLD_NEXT, "poll");
    if (*kind == 'p' && is_it("poll")) {
        errno = code();
        return -1;
    }
    return real(all, count, timeout);
}

/* libcurl wakes itself over a pair of unix sockets, where EAGAIN means that it is awake already. */
static int is_network(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    return !getsockname(descriptor, (struct sockaddr *)&address, &length) && address.ss_family != AF_UNIX;
}

ssize_t send(int descriptor, const void *buffer, size_t size, int flags) {
    static ssize_t (*real)(int, const void *, size_t, int);
    if (!real) real = dlsym(RTLD_NEXT, "send");
    if (*kind == 's' && is_network(descriptor) && is_it("send")) {
        if (is("short")) return real(descriptor, buffer, size > 1 ? size / 2 : size, flags);
        /* What is broken is broken for both directions: nobody waits for an answer on it. */
        if (is("EPIPE") || is("ECONNRESET")) shutdown(descriptor, SHUT_RDWR);
        errno = code();
        return -1;
    }
    return real(descriptor, buffer, size, flags);
}

ssize_t recv(int descriptor, void *buffer, size_t size, int flags) {
    static ssize_t (*real)(int, void *, size_t, int);
    if (!real) real = dlsym(RTLD_NEXT, "recv");
    if (*kind == 'v' && is_network(descriptor) && is_it("v")) {
        if (is("short")) return real(descriptor, buffer, size ? 1 : 0, flags);
        if (is("end")) return 0;
        errno = code();
        return -1;
    }
    return real(descriptor, buffer, size, flags);
}

int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (!real) real = dlsym(RTLD_NEXT, "connect");
    if (*kind == 'c' && is_it("connect")) {
        errno = is("ECONNREFUSED") ? ECONNREFUSED : code();
        return -1;
    }
    return real(descriptor, address, length);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (!real) real = dlsym(RTLD_NEXT, "pthread_create");
    if (*kind == 't' && is_it("thread")) return EAGAIN;
    return real(thread, attributes, body, argument);
}

/* jansson allocates through the functions that it is given; a failure is what these see. What it is given has guards
 * behind it, which are looked at when it is freed: without memory jansson may write on behind a string's end. With "all"
 * every allocation fails from the n-th on. */
enum { guard_size = 16, places = 1 << 16 };
static const char guard[guard_size] = "guardguardguard";
static struct { void *memory; size_t size; } guarded[places];
static pthread_mutex_t guarded_lock = PTHREAD_MUTEX_INITIALIZER;
static void *(*given_malloc)(size_t);
static void (*given_free)(void *);

extern void *__libc_malloc(size_t);
void *malloc(size_t size) {
    if (is_janssons == 2) {
        is_janssons = 0;  /* what is done about it allocates as it likes */
        errno = ENOMEM;
        return NULL;
    }
    if (is_janssons != 1) return __libc_malloc(size);
    char *memory = __libc_malloc(size + guard_size);
    if (!memory) return NULL;
    memcpy(memory + size, guard, guard_size);
    is_janssons = 3;
    return memory;
}

static size_t place_of(void *memory) {
    size_t place = ((size_t) memory >> 4) % places;
    while (guarded[place].memory && guarded[place].memory != memory) place = (place + 1) % places;
    return place;
}

static void *janssons_malloc(size_t size) {
    int fails = is_it("malloc");
    if (is("all") && wanted && atomic_load(&counted) >= wanted) fails = 1;
    is_janssons = fails ? 2 : 1;
    void *memory = given_malloc(size);
    if (is_janssons == 3) {
        pthread_mutex_lock(&guarded_lock);
        size_t place = place_of(memory);
        guarded[place].memory = memory;
        guarded[place].size = size + 1;
        pthread_mutex_unlock(&guarded_lock);
    }
    is_janssons = 0;
    return memory;
}

static void janssons_free(void *memory) {
    pthread_mutex_lock(&guarded_lock);
    size_t place = place_of(memory);
    if (guarded[place].memory && guarded[place].size) {
        if (memcmp((char *) memory + guarded[place].size - 1, guard, guard_size)) {
            fputs("fatal error: written behind the end\n", stderr);
            abort();
        }
        /* Its place stays taken, so that others are found behind it. */
        guarded[place].size = 0;
    }
    pthread_mutex_unlock(&guarded_lock);
    given_free(memory);
}

void json_set_alloc_funcs(void *(*allocate)(size_t), void (*release)(void *)) {
    void (*real)(void *(*)(size_t), void (*)(void *)) = dlsym(RTLD_NEXT, "json_set_alloc_funcs");
    if (*kind != 'm') return real(allocate, release);
    given_malloc = allocate;
    given_free = release;
    real(janssons_malloc, janssons_free);
}
