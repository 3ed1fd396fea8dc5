// SPDX-License-Identifier: Apache-2.0
//
// What no durable store of these rows can be faster than on this machine, unless it writes less.
#include "harness.h"

#include <fcntl.h>
#include <lz4.h>
#include <unistd.h>
#include <zstd.h>

#include <thread>

void syncPath(const std::string& path) {
    int file = open(path.c_str(), O_RDONLY);
    if (file < 0 || fsync(file) != 0) fail("fsync " + path);
    close(file);
}

namespace {

constexpr size_t blockSize = 64 << 10;

void writeAndSync(const std::string& path, const std::vector<std::string_view>& parts) {
    int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0) fail("cannot write " + path);
    for (std::string_view part : parts)
        while (!part.empty()) {
            ssize_t written = write(file, part.data(), part.size());
            if (written < 0) fail("cannot write " + path);
            part.remove_prefix(size_t(written));
        }
    if (fsync(file) != 0) fail("fsync " + path);
    close(file);
}

size_t roomOf(bool isZstd) {
    return isZstd ? ZSTD_compressBound(blockSize) : size_t(LZ4_compressBound(blockSize));
}

}  // namespace

Floor::Floor(const Data& data, const std::string& given) : directory(given) {
    // The rows as they would lie in a plain file: an entity's strings and numbers, and of an edge
    // two ends, a file and a line as u32 and a byte each for kind and resolution.
    std::string record;
    for (const Entity& entity : data.entities) {
        record.resize(record::size(entity));
        record::write(record.data(), entity, 0, 0, 0);
        input.insert(input.end(), record.begin() + record::numbers, record.end());
    }
    Interner keys(data.entities.size()), strings;
    for (const Entity& entity : data.entities) keys.add(entity.text[KEY]);
    for (const EdgeIds& edge : intern(data, data.allEdges(), keys, strings)) {
        for (uint32_t part : {edge.from, edge.to, edge.file, edge.line})
            input.insert(input.end(), (char*)&part, (char*)&part + 4);
        input.push_back(char(edge.kind));
        input.push_back(char(edge.resolution));
    }
    // Touched before the clock starts.
    size_t blocks = (input.size() + blockSize - 1) / blockSize;
    output.assign(blocks * std::max(roomOf(true), roomOf(false)), 1);
}

size_t Floor::run(bool isZstd, int threads, bool writes) {
    size_t blocks = (input.size() + blockSize - 1) / blockSize, room = roomOf(isZstd);
    std::vector<size_t> sizes(blocks);
    auto compress = [&](size_t first, size_t step) {
        ZSTD_CCtx* context = isZstd ? ZSTD_createCCtx() : nullptr;
        for (size_t i = first; i < blocks; i += step) {
            const char* block = input.data() + i * blockSize;
            size_t size = std::min(blockSize, input.size() - i * blockSize);
            sizes[i] =
                isZstd ? ZSTD_compressCCtx(context, &output[i * room], room, block, size, 1)
                       : size_t(LZ4_compress_default(
                             block, &output[i * room], int(size), int(room)));
        }
        ZSTD_freeCCtx(context);
    };
    std::vector<std::thread> others;
    for (int i = 1; i < threads; i++) others.emplace_back(compress, size_t(i), size_t(threads));
    compress(0, size_t(threads));
    for (std::thread& other : others) other.join();
    std::vector<std::string_view> parts;
    size_t sum = 0;
    for (size_t i = 0; i < blocks; i++) {
        parts.push_back({&output[i * room], sizes[i]});
        sum += sizes[i];
    }
    if (writes) writeAndSync(directory + "/floor", parts);
    return sum;
}

void Floor::commit() {
    writeAndSync(directory + "/commit.new", {std::string(4096, 'x')});
    if (rename((directory + "/commit.new").c_str(), (directory + "/commit").c_str()) != 0)
        fail("rename");
    syncPath(directory);
}
