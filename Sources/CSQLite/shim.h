#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, which the importer cannot bring over. The functions are passed in:
// libsqlite3 is opened, not linked.
static inline int fb_sqlite3_bind_text(void *function, sqlite3_stmt *statement, int index, const char *text, int length) {
    return ((int (*)(sqlite3_stmt *, int, const char *, int, void (*)(void *)))function)(
        statement, index, text, length, SQLITE_TRANSIENT);
}
static inline int fb_sqlite3_bind_blob(void *function, sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return ((int (*)(sqlite3_stmt *, int, const void *, int, void (*)(void *)))function)(
        statement, index, bytes, length, SQLITE_TRANSIENT);
}
