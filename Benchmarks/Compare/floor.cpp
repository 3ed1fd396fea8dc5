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

}  // namespace

void runFloor(const Data& data, const std::string& directory, int runs, Report& report) {
    // The rows as they would lie in a plain file: an entity's strings and numbers, and of an edge
    // two ends, a file and a line as u32 and a byte each for kind and resolution.
    std::vector<char> input;
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
    report.begin("floor", "no store at all");
    report.bytes("input", input.size());

    size_t blocks = (input.size() + blockSize - 1) / blockSize;
    size_t room = std::max(ZSTD_compressBound(blockSize), size_t(LZ4_compressBound(blockSize)));
    std::vector<char> output(blocks * room, 1);
    std::vector<size_t> sizes(blocks);
    auto compress = [&](bool isZstd, size_t first, size_t step) {
        ZSTD_CCtx* context = ZSTD_createCCtx();
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
    for (bool isZstd : {true, false}) {
        std::string name = isZstd ? "zstd level 1" : "LZ4";
        for (int threads : {1, 2}) {
            std::vector<int64_t> packing, all;
            for (int run = 0; run <= runs; run++) {
                std::string path = directory + "/floor";
                remove(path.c_str());
                int64_t start = now();
                if (threads == 1) {
                    compress(isZstd, 0, 1);
                } else {
                    std::thread other([&] { compress(isZstd, 1, 2); });
                    compress(isZstd, 0, 2);
                    other.join();
                }
                int64_t packed = now();
                std::vector<std::string_view> parts;
                for (size_t i = 0; i < blocks; i++) parts.push_back({&output[i * room], sizes[i]});
                writeAndSync(path, parts);
                if (run == 0) continue;
                packing.push_back(packed - start);
                all.push_back(now() - start);
            }
            std::string suffix = ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
            report.times(name + suffix, Timing(packing));
            report.times(name + suffix + ", write, fsync", Timing(all));
        }
        size_t sum = 0;
        for (size_t size : sizes) sum += size;
        report.bytes(name + ", bytes", sum);
    }
    std::vector<int64_t> commits;
    std::string block(4096, 'x');
    for (int run = 0; run < 110; run++) {
        int64_t start = now();
        writeAndSync(directory + "/commit.new", {block});
        if (rename((directory + "/commit.new").c_str(), (directory + "/commit").c_str()) != 0)
            fail("rename");
        syncPath(directory);
        if (run >= 10) commits.push_back(now() - start);
    }
    report.times("4 kB, fsync, rename, fsync of folder", Timing(commits));
}
