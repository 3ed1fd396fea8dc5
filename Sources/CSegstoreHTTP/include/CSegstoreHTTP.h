// SPDX-License-Identifier: Apache-2.0
// An HTTP server, libmicrohttpd, and gzip, zlib, as far as a server of answers needs them.
//
// libmicrohttpd is loaded when a server is: it brings a library of cryptography with it, which
// every other command would wait for at its start.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct segstore_http_server segstore_http_server;
typedef struct segstore_http_request segstore_http_request;

typedef struct segstore_http_options {
    // A listening socket, which is the server's from then on.
    int socket;
    unsigned thread_count;
    unsigned connection_limit;
    // Of a request without its body, and of what is said before an answer's.
    size_t head_byte_limit;
    size_t body_byte_limit;
    // Without anything sent or received.
    unsigned idle_seconds;
    // From a connection's beginning, or its last answer, to the end of its next request.
    unsigned request_seconds;
    void *context;
    // Called once for each request that has come whole, on a thread of the server's, which has
    // others to serve: it answers, or suspends the request and lets somebody else answer.
    void (*answer)(void *context, segstore_http_request *request);
} segstore_http_options;

// Null, or why libmicrohttpd cannot be loaded.
const char *segstore_http_load(void);
// After that. Null if it cannot begin; then `*reason` says why, and is of no more use after the
// next call.
segstore_http_server *segstore_http_start(
    const segstore_http_options *options, const char **reason);
// Takes no new connections from now on.
void segstore_http_quiesce(segstore_http_server *server);
// Requests that have come and are not answered yet.
long segstore_http_active(segstore_http_server *server);
// Ends connections, and all else. No request may be suspended.
void segstore_http_stop(segstore_http_server *server);

// MARK: a request

// The path and what follows it, as they were sent.
const char *segstore_http_target(const segstore_http_request *request);
const char *segstore_http_method(const segstore_http_request *request);
// Null if it was not sent.
const char *segstore_http_header(const segstore_http_request *request, const char *name);
const char *segstore_http_body(const segstore_http_request *request, size_t *count);
// Whether it says twice, or in two ways, where it ends or whom it is for.
bool segstore_http_is_malformed(const segstore_http_request *request);
bool segstore_http_body_is_too_large(const segstore_http_request *request);

// MARK: an answer

typedef struct segstore_http_field {
    const char *name;
    const char *value;
} segstore_http_field;

typedef struct segstore_http_answer {
    unsigned status;
    const segstore_http_field *fields;
    size_t field_count;
    // The whole body; valid until `release` is called with `context`.
    const void *body;
    size_t body_count;
    // Or what gives it piece by piece: how many bytes it has written, 0 if there are none yet and
    // it has called segstore_http_wait, -1 at the end, -2 if it failed.
    ptrdiff_t (*read)(void *context, char *buffer, size_t capacity);
    void (*release)(void *context);
    void *context;
} segstore_http_answer;

// Once for each request, within `answer` or while it is suspended.
void segstore_http_send(segstore_http_request *request, const segstore_http_answer *answer);
// Within `answer`: it will be answered later, by any thread.
void segstore_http_suspend(segstore_http_request *request);
// Within `read`: it waits until somebody calls segstore_http_wake.
void segstore_http_wait(segstore_http_request *request);
void segstore_http_wake(segstore_http_request *request);

// MARK: gzip

typedef struct segstore_gzip segstore_gzip;
segstore_gzip *segstore_gzip_new(int level);
void segstore_gzip_free(segstore_gzip *gzip);
// Bytes that so many become at most, all in one call.
size_t segstore_gzip_bound(segstore_gzip *gzip, size_t count);
// Takes from `*input` and writes; how many bytes it has written. With `finish` it has ended when it
// has written less than the capacity.
size_t segstore_gzip_write(
    segstore_gzip *gzip, const void **input, size_t *count, void *output, size_t capacity,
    bool finish);
