// SPDX-License-Identifier: Apache-2.0
// The limit that 'segstore serve' is measured against: the same reply to every request, by the same
// library in the same way. static PORT THREADS
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int begun;

static enum MHD_Result answer(
    void *context, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *count, void **state) {
    (void)context, (void)url, (void)method, (void)version, (void)data, (void)count;
    if (!*state) {
        *state = &begun;
        return MHD_YES;
    }
    static const char body[] = "{\"data\":{\"status\":\"ok\"}}\n";
    struct MHD_Response *response = MHD_create_response_from_buffer(
        sizeof body - 1, (void *)body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, (unsigned short)atoi(arguments[1]), NULL, NULL, answer, NULL,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)atoi(arguments[2]), MHD_OPTION_CONNECTION_LIMIT, 1000u,
        MHD_OPTION_END);
    if (!daemon) return 1;
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}
