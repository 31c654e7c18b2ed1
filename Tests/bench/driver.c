/* A client that costs next to nothing: plays a script of frames to a program, and says how long each took.
   cc -O2 driver.c -o driver; driver lines|headers SCRIPT PROGRAM [ARGUMENT...]

   The script is a sequence of steps: "BYTES ANSWERS\n", then so many bytes, which are written as they are; the step ends
   when so many answers (frames with a "result" or an "error") are read. The first step counts from the spawn.
   Prints a line a step, "SECONDS FRAMES RSS", RSS in KiB for the first three steps and -1 after; then "peak KIB". */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char *room;
static size_t capacity = 1 << 20, filled, used;
static int headers;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const char *words) {
    fprintf(stderr, "driver: %s\n", words);
    exit(1);
}

static long memory(pid_t pid, const char *name) {
    char path[64], line[256];
    long value = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0) value = atol(line + strlen(name));
    if (status) fclose(status);
    return value;
}

/* The next whole frame in the buffer: its length with what belongs to it, or 0. */
static size_t next_frame(size_t scanned, char **body, size_t *length) {
    char *start = room + used;
    size_t have = filled - used;
    if (!headers) {
        char *end = have > scanned ? memchr(start + scanned, '\n', have - scanned) : NULL;
        if (!end) return 0;
        *body = start, *length = (size_t)(end - start);
        return *length + 1;
    }
    char *blank = memmem(start, have, "\r\n\r\n", 4);
    if (!blank) return 0;
    size_t head = (size_t)(blank - start) + 4;
    char *field = memmem(start, head, "Content-Length:", 15);
    if (!field) fail("a header without Content-Length");
    *body = start + head, *length = strtoul(field + 15, NULL, 10);
    return head + *length <= have ? head + *length : 0;
}

static void read_more(int from) {
    if (used) memmove(room, room + used, filled -= used), used = 0;
    if (filled == capacity && !(room = realloc(room, capacity *= 2))) fail("no memory");
    ssize_t got = read(from, room + filled, capacity - filled);
    if (got == 0) fail("the program closed its output");
    if (got < 0 && errno != EINTR) fail("read failed");
    if (got > 0) filled += (size_t)got;
}

int main(int count, char **words) {
    if (count < 4) fail("driver lines|headers SCRIPT PROGRAM [ARGUMENT...]");
    headers = strcmp(words[1], "headers") == 0;
    room = malloc(capacity);
    FILE *script = fopen(words[2], "rb");
    if (!script || !room) fail("the script cannot be read");
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) fail("no pipe");
    alarm(300);
    double begin = now();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    pid_t pid;
    if (posix_spawnp(&pid, words[3], &actions, NULL, words + 3, environ)) fail("the program cannot be started");
    close(in[0]), close(out[1]);
    fcntl(in[1], F_SETFL, O_NONBLOCK);

    size_t bytes, largest = 0;
    long wanted;
    char *step = NULL;
    for (int index = 0; fscanf(script, "%zu %ld", &bytes, &wanted) == 2; index++) {
        fgetc(script);
        if (bytes > largest && !(step = realloc(step, largest = bytes))) fail("no memory");
        if (fread(step, 1, bytes, script) != bytes) fail("the script is cut short");
        if (index) begin = now();
        size_t sent = 0, scanned = 0;
        long answers = 0, frames = 0;
        while (sent < bytes || answers < wanted) {
            if (sent < bytes) {
                ssize_t put = write(in[1], step + sent, bytes - sent);
                if (put > 0) sent += (size_t)put;
                else if (errno != EAGAIN && errno != EINTR) fail("write failed");
                if (sent < bytes) {
                    struct pollfd ready[2] = {{in[1], POLLOUT, 0}, {out[0], POLLIN, 0}};
                    poll(ready, 2, -1);
                    if (!ready[1].revents) continue;
                }
            }
            if (answers == wanted && sent == bytes) break;
            read_more(out[0]);
            char *body;
            size_t length, whole;
            while ((whole = next_frame(scanned, &body, &length)) > 0) {
                frames++, used += whole, scanned = 0;
                size_t seen = length < 65536 ? length : 65536;
                if (memmem(body, seen, "\"result\"", 8) || memmem(body, seen, "\"error\"", 7)) answers++;
            }
            scanned = headers ? 0 : filled - used;
        }
        printf("%.9f %ld %ld\n", now() - begin, frames, index < 3 ? memory(pid, "VmRSS:") : -1);
    }
    printf("peak %ld\n", memory(pid, "VmHWM:"));
    close(in[1]);
    char rest[4096];
    while (read(out[0], rest, sizeof rest) > 0) {}
    waitpid(pid, NULL, 0);
    return 0;
}
