// SPDX-License-Identifier: Apache-2.0
#include "CSegstoreHTTP.h"

#include <stdlib.h>
#include <zlib.h>

struct segstore_gzip {
    z_stream stream;
};

segstore_gzip *segstore_gzip_new(int level) {
    segstore_gzip *gzip = calloc(1, sizeof(segstore_gzip));
    // 15 bits of window, and 16 for a gzip header instead of zlib's.
    if (gzip && deflateInit2(&gzip->stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY)) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

void segstore_gzip_free(segstore_gzip *gzip) {
    deflateEnd(&gzip->stream);
    free(gzip);
}

size_t segstore_gzip_bound(segstore_gzip *gzip, size_t count) {
    return deflateBound(&gzip->stream, count);
}

size_t segstore_gzip_write(
    segstore_gzip *gzip, const void **input, size_t *count, void *output, size_t capacity,
    bool finish) {
    const size_t most = 1 << 30;
    z_stream *stream = &gzip->stream;
    size_t taken = *count < most ? *count : most;
    stream->next_in = (z_const Bytef *)*input;
    stream->avail_in = (uInt)taken;
    stream->next_out = output;
    stream->avail_out = (uInt)(capacity < most ? capacity : most);
    size_t room = stream->avail_out;
    deflate(stream, finish && taken == *count ? Z_FINISH : Z_NO_FLUSH);
    *input = stream->next_in;
    *count -= taken - stream->avail_in;
    return room - stream->avail_out;
}
