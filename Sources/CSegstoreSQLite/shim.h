// SPDX-License-Identifier: Apache-2.0
// What Swift cannot say of SQLite: structs that begin with another, functions that take any number
// of arguments, and a destructor that is no address.
#pragma once
#include <sqlite3.h>
#include <string.h>

typedef struct segstore_vtab {
    sqlite3_vtab base;
    void *table;
} segstore_vtab;

typedef struct segstore_vtab_cursor {
    sqlite3_vtab_cursor base;
    void *cursor;
} segstore_vtab_cursor;

// Without an address a text or blob would be null.
static inline const void *segstore_sqlite_bytes(const void *bytes) { return bytes ? bytes : ""; }

static inline int segstore_sqlite_configure(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}

static inline void segstore_sqlite_result_text(
    sqlite3_context *context, const void *bytes, sqlite3_uint64 count) {
    sqlite3_result_text64(
        context, (const char *)segstore_sqlite_bytes(bytes), count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline void segstore_sqlite_result_blob(
    sqlite3_context *context, const void *bytes, sqlite3_uint64 count) {
    sqlite3_result_blob64(context, segstore_sqlite_bytes(bytes), count, SQLITE_TRANSIENT);
}

static inline int segstore_sqlite_bind_text(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(
        statement, index, (const char *)segstore_sqlite_bytes(bytes), count, SQLITE_TRANSIENT,
        SQLITE_UTF8);
}

static inline int segstore_sqlite_bind_blob(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(
        statement, index, segstore_sqlite_bytes(bytes), count, SQLITE_TRANSIENT);
}

// A copy that SQLite frees; null if there is no memory.
static inline char *segstore_sqlite_copy(const char *text) {
    size_t count = strlen(text) + 1;
    char *copy = (char *)sqlite3_malloc64(count);
    if (copy) memcpy(copy, text, count);
    return copy;
}
