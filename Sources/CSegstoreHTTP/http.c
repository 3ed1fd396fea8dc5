// SPDX-License-Identifier: Apache-2.0
#include "CSegstoreHTTP.h"

#include <dlfcn.h>
#include <malloc.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// MARK: the library

#define FUNCTIONS(f)                                                                              \
    f(start_daemon) f(stop_daemon) f(quiesce_daemon) f(set_panic_func)                            \
    f(create_response_from_buffer_with_free_callback_cls) f(create_response_from_callback)        \
    f(add_response_header) f(queue_response) f(destroy_response) f(suspend_connection)            \
    f(resume_connection) f(lookup_connection_value) f(get_connection_values)                      \
    f(get_connection_info)

#define MEMBER(name) __typeof__(&MHD_##name) name;
static struct { FUNCTIONS(MEMBER) } mhd;

static void panic(void *context, const char *file, unsigned line, const char *reason) {
    (void)context, (void)file, (void)line, (void)reason;
    abort();
}

// The name that its interface, which is compiled in, has in every system.
static const char *library_name = "libmicrohttpd.so.12";

const char *segstore_http_load(void) {
    static const char *problem;
    static bool is_loaded;
    if (is_loaded) return NULL;
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define FIND(name)                                                                                 \
    *(void **)&mhd.name = dlsym(library, "MHD_" #name);                                            \
    if (!mhd.name) problem = "it is too old: it has no MHD_" #name;
    FUNCTIONS(FIND)
    if (problem) return problem;
    mhd.set_panic_func(panic, NULL);
    is_loaded = true;
    return NULL;
}

// MARK: connections

// One that takes forever over a request is ended: what is alive is no reason to wait for the rest.
typedef struct connection {
    struct connection *next, *previous;
    int socket;
    atomic_bool is_answering;
    atomic_long since;
} connection;

struct segstore_http_server {
    segstore_http_options options;
    struct MHD_Daemon *daemon;
    atomic_long active;
    atomic_size_t body_bytes;
    pthread_mutex_t lock;
    pthread_cond_t end;
    connection connections;
    bool is_ending;
    pthread_t watcher;
};

struct segstore_http_request {
    segstore_http_server *server;
    struct MHD_Connection *connection;
    struct connection *owner;
    char *target;
    const char *method;
    char *body;
    size_t body_count, body_capacity;
    bool is_begun, is_suspended, is_counted, is_malformed, body_is_too_large;
    // Of one that was suspended: what was made for it.
    struct MHD_Response *response;
    unsigned status;
};

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time.tv_sec;
}

static void on_connection(
    void *context, struct MHD_Connection *c, void **socket_context,
    enum MHD_ConnectionNotificationCode code) {
    segstore_http_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            mhd.get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        connection *made = calloc(1, sizeof(connection));
        *socket_context = made;
        if (!made) return;
        made->socket = info ? info->connect_fd : -1;
        made->since = now();
        pthread_mutex_lock(&server->lock);
        made->next = server->connections.next;
        made->previous = &server->connections;
        made->next->previous = made;
        server->connections.next = made;
        pthread_mutex_unlock(&server->lock);
    } else {
        connection *old = *socket_context;
        if (!old) return;
        pthread_mutex_lock(&server->lock);
        old->next->previous = old->previous;
        old->previous->next = old->next;
        pthread_mutex_unlock(&server->lock);
        *socket_context = NULL;
        free(old);
    }
}

static void *watch(void *context) {
    segstore_http_server *server = context;
    pthread_mutex_lock(&server->lock);
    while (!server->is_ending) {
        struct timespec wake;
        clock_gettime(CLOCK_REALTIME, &wake);
        wake.tv_sec += 1;
        pthread_cond_timedwait(&server->end, &server->lock, &wake);
        long limit = now() - (long)server->options.request_seconds;
        for (connection *c = server->connections.next; c != &server->connections; c = c->next) {
            // The library closes it when it notices: the number stays taken until it is off the
            // list.
            if (!c->is_answering && c->since < limit) shutdown(c->socket, SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

// MARK: requests

static void *on_target(void *context, const char *target, struct MHD_Connection *c) {
    segstore_http_server *server = context;
    segstore_http_request *request = calloc(1, sizeof(segstore_http_request));
    if (!request) return NULL;
    request->server = server;
    request->connection = c;
    request->target = strdup(target);
    const union MHD_ConnectionInfo *info =
        mhd.get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->owner = info ? info->socket_context : NULL;
    return request;
}

static void on_end(
    void *context, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode code) {
    (void)c, (void)code;
    segstore_http_server *server = context;
    segstore_http_request *request = *state;
    if (!request) return;
    if (request->owner) {
        request->owner->since = now();
        request->owner->is_answering = false;
    }
    if (request->response) mhd.destroy_response(request->response);
    if (request->is_counted) atomic_fetch_sub(&server->active, 1);
    atomic_fetch_sub(&server->body_bytes, request->body_capacity);
    free(request->target);
    free(request->body);
    free(request);
    *state = NULL;
}

// Of all requests that are not answered yet.
static const size_t all_bodies_byte_limit = 64 << 20;

static bool append(segstore_http_request *request, const char *data, size_t count) {
    if (request->body_count + count > request->body_capacity) {
        size_t capacity = (request->body_count + count) * 2;
        size_t more = capacity - request->body_capacity;
        size_t before = atomic_fetch_add(&request->server->body_bytes, more);
        if (before + more > all_bodies_byte_limit) {
            atomic_fetch_sub(&request->server->body_bytes, more);
            return false;
        }
        char *body = realloc(request->body, capacity);
        if (!body) {
            atomic_fetch_sub(&request->server->body_bytes, more);
            return false;
        }
        request->body = body;
        request->body_capacity = capacity;
    }
    memcpy(request->body + request->body_count, data, count);
    request->body_count += count;
    return true;
}

// What a proxy and a server may take for different requests.
typedef struct {
    unsigned hosts, lengths, encodings, strange;
} framing;

static enum MHD_Result count_field(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind, (void)value;
    framing *found = context;
    size_t count = strlen(name);
    if (count == 0 || name[count - 1] == ' ' || name[count - 1] == '\t') found->strange++;
    if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) found->hosts++;
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) found->lengths++;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) found->encodings++;
    return MHD_YES;
}

static bool is_malformed(struct MHD_Connection *c) {
    framing found = {0};
    mhd.get_connection_values(c, MHD_HEADER_KIND, count_field, &found);
    return found.strange || found.hosts > 1 || found.lengths + found.encodings > 1;
}

static enum MHD_Result queue(segstore_http_request *request) {
    struct MHD_Response *response = request->response;
    request->response = NULL;
    if (!response) return MHD_NO;
    enum MHD_Result result = mhd.queue_response(request->connection, request->status, response);
    mhd.destroy_response(response);
    return result;
}

static enum MHD_Result on_request(
    void *context, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *count, void **state) {
    (void)c, (void)url, (void)version;
    segstore_http_server *server = context;
    segstore_http_request *request = *state;
    if (!request || !request->target) return MHD_NO;
    if (request->is_suspended) return queue(request);
    if (!request->is_begun) {
        request->is_begun = true;
        request->method = method;
        request->is_malformed = is_malformed(c);
        const char *length =
            mhd.lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
        // Answered before it is sent; else, on the second call, or the connection would be closed.
        if (!request->is_malformed) {
            if (!length || strtoull(length, NULL, 10) <= server->options.body_byte_limit) {
                return MHD_YES;
            }
            request->body_is_too_large = true;
        }
    } else if (*count > 0) {
        if (request->body_count + *count > server->options.body_byte_limit) {
            request->body_is_too_large = true;
        } else if (!append(request, data, *count)) {
            return MHD_NO;
        }
        *count = 0;
        return MHD_YES;
    }
    if (request->owner) request->owner->is_answering = true;
    request->is_counted = true;
    atomic_fetch_add(&server->active, 1);
    server->options.answer(server->options.context, request);
    // Whoever answers it may have done so already: this is called again for that.
    return request->is_suspended ? MHD_YES : queue(request);
}

const char *segstore_http_target(const segstore_http_request *request) { return request->target; }
const char *segstore_http_method(const segstore_http_request *request) { return request->method; }

const char *segstore_http_header(const segstore_http_request *request, const char *name) {
    return mhd.lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *segstore_http_body(const segstore_http_request *request, size_t *count) {
    *count = request->body_count;
    return request->body;
}

bool segstore_http_is_malformed(const segstore_http_request *request) {
    return request->is_malformed;
}

bool segstore_http_body_is_too_large(const segstore_http_request *request) {
    return request->body_is_too_large;
}

// MARK: answers

typedef struct {
    ptrdiff_t (*read)(void *context, char *buffer, size_t capacity);
    void (*release)(void *context);
    void *context;
} source;

static ssize_t read_source(void *context, uint64_t position, char *buffer, size_t capacity) {
    (void)position;
    source *from = context;
    ptrdiff_t count = from->read(from->context, buffer, capacity);
    if (count == -1) return MHD_CONTENT_READER_END_OF_STREAM;
    return count < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : count;
}

static void release_source(void *context) {
    source *from = context;
    from->release(from->context);
    free(from);
}

static struct MHD_Response *stream(const segstore_http_answer *answer) {
    source *from = malloc(sizeof(source));
    if (!from) return NULL;
    *from = (source){answer->read, answer->release, answer->context};
    struct MHD_Response *response = mhd.create_response_from_callback(
        MHD_SIZE_UNKNOWN, 1 << 16, read_source, from, release_source);
    if (!response) free(from);
    return response;
}

void segstore_http_send(segstore_http_request *request, const segstore_http_answer *answer) {
    struct MHD_Response *response =
        answer->read ? stream(answer)
                     : mhd.create_response_from_buffer_with_free_callback_cls(
                           answer->body_count, (void *)answer->body, answer->release,
                           answer->context);
    if (!response) {
        // Without memory there is no answer, and the connection is closed.
        answer->release(answer->context);
    } else {
        for (size_t i = 0; i < answer->field_count; i++) {
            mhd.add_response_header(response, answer->fields[i].name, answer->fields[i].value);
        }
    }
    request->response = response;
    request->status = answer->status;
}

void segstore_http_suspend(segstore_http_request *request) {
    request->is_suspended = true;
    mhd.suspend_connection(request->connection);
}

void segstore_http_wait(segstore_http_request *request) {
    mhd.suspend_connection(request->connection);
}

void segstore_http_wake(segstore_http_request *request) {
    mhd.resume_connection(request->connection);
}

// MARK: the server

// What was sent is taken apart elsewhere, as it is.
static size_t keep_escapes(void *context, struct MHD_Connection *c, char *text) {
    (void)context, (void)c;
    return strlen(text);
}

static void release_server(segstore_http_server *server) {
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->end);
    free(server);
}

segstore_http_server *segstore_http_start(
    const segstore_http_options *options, const char **reason) {
    // What answers took goes back to the system: else its allocator keeps as much for each thread
    // as that ever had, and holes between.
    mallopt(M_MMAP_THRESHOLD, 512 << 10);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
    segstore_http_server *server = calloc(1, sizeof(segstore_http_server));
    *reason = "there is no memory for it";
    if (!server) return NULL;
    server->options = *options;
    server->connections.next = server->connections.previous = &server->connections;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->end, NULL);
    *reason = "it could not begin";
    server->daemon = mhd.start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
        server, MHD_OPTION_LISTEN_SOCKET, options->socket, MHD_OPTION_THREAD_POOL_SIZE,
        options->thread_count, MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->head_byte_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_seconds, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_NOTIFY_COMPLETED, on_end,
        server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_END);
    if (server->daemon && pthread_create(&server->watcher, NULL, watch, server) == 0) {
        *reason = NULL;
        return server;
    }
    if (server->daemon) mhd.stop_daemon(server->daemon);
    release_server(server);
    return NULL;
}

void segstore_http_quiesce(segstore_http_server *server) {
    int socket = mhd.quiesce_daemon(server->daemon);
    if (socket >= 0) close(socket);
}

long segstore_http_active(segstore_http_server *server) { return atomic_load(&server->active); }

void segstore_http_stop(segstore_http_server *server) {
    mhd.stop_daemon(server->daemon);
    pthread_mutex_lock(&server->lock);
    server->is_ending = true;
    pthread_cond_signal(&server->end);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->watcher, NULL);
    release_server(server);
}
