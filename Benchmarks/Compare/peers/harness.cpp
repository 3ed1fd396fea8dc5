// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

volatile char touched;

void fail(const std::string& what) {
    fflush(stdout);
    fprintf(stderr, "peers: %s\n", what.c_str());
    _Exit(1);
}

// ------------------------------------------------------------------------------------- the rows

Data::Data(const std::string& path) {
    // Mapped, so that all contestants hold the same memory, and stays so.
    int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail("cannot read " + path);
    size_t size = size_t(status.st_size);
    void* map = mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    if (map == MAP_FAILED) fail("cannot map " + path);
    close(file);

    const char *next = (const char*)map, *end = next + size;
    auto need = [&](size_t count) {
        if (size_t(end - next) < count) fail(path + " is cut off");
    };
    auto number = [&] {
        need(8);
        int64_t value;
        memcpy(&value, next, 8);
        next += 8;
        return value;
    };
    auto text = [&]() -> Text {
        need(4);
        uint32_t length;
        memcpy(&length, next, 4);
        next += 4;
        if (length == UINT32_MAX) return {};
        need(length);
        Text value(next, length);
        next += length;
        return value;
    };
    int64_t entityCount = number(), edgeCount = number(), fileCount = number();
    if (uint64_t(entityCount | edgeCount | fileCount) > size) fail(path + " is no dump");
    entities.resize(size_t(entityCount));
    edges.resize(size_t(edgeCount));
    files.resize(size_t(fileCount));
    for (Entity& entity : entities) {
        for (Text& value : entity.text) value = text();
        for (int64_t& value : entity.number) value = number();
    }
    for (EdgeRow& edge : edges) {
        edge.from = text();
        edge.to = text();
        edge.kind = text();
        edge.file = text();
        edge.resolution = text();
        edge.line = number();
    }
    for (Text& value : files) value = text();
    if (next != end) fail(path + " is too long");
}

// ---------------------------------------------------------------------------- helpers for peers

std::vector<EdgeIds> intern(
    const Data& data, Range range, const Interner& keys, Interner& strings) {
    std::vector<EdgeIds> out;
    out.reserve(range.end - range.begin);
    Interner::Last from, kind, file, resolution;
    for (size_t i = range.begin; i < range.end; i++) {
        const EdgeRow& edge = data.edges[i];
        EdgeIds ids;
        ids.from = keys.find(edge.from, from);
        ids.to = keys.find(edge.to);
        if (ids.from == Interner::none || ids.to == Interner::none) fail("an edge to nowhere");
        ids.kind = strings.add(edge.kind, kind);
        ids.file = strings.add(edge.file, file);
        ids.resolution = strings.add(edge.resolution, resolution);
        ids.line = uint32_t(edge.line);
        out.push_back(ids);
    }
    return out;
}

std::vector<uint32_t> sortedEdges(
    const std::vector<EdgeIds>& edges, const std::vector<EdgeField>& fields) {
    std::vector<uint32_t> order(edges.size()), next(edges.size()), begin;
    for (size_t i = 0; i < order.size(); i++) order[i] = uint32_t(i);
    for (size_t n = fields.size(); n-- > 0;) {
        auto [field, count] = fields[n];
        begin.assign(count + 1, 0);
        for (const EdgeIds& edge : edges) begin[edge.*field + 1] += 1;
        for (size_t i = 0; i < count; i++) begin[i + 1] += begin[i];
        for (uint32_t i : order) next[begin[edges[i].*field]++] = i;
        order.swap(next);
    }
    return order;
}

void record::write(char* out, const Entity& entity, uint32_t id, uint32_t file, uint32_t kind) {
    uint16_t nulls = 0;
    uint32_t end = 0;
    for (int i = 0; i < TEXTS; i++) {
        Text text = entity.text[i];
        if (!text.data()) nulls |= uint16_t(1 << i);
        if (!text.empty()) memcpy(out + head + end, text.data(), text.size());
        end += uint32_t(text.size());
        memcpy(out + ends + 4 * i, &end, 4);
    }
    memcpy(out, &id, 4);
    memcpy(out + 4, &file, 4);
    memcpy(out + 8, &nulls, 2);
    out[10] = 0;
    out[11] = char(kind);
    memcpy(out + numbers, entity.number, 8 * NUMBERS);
}

Variant::Variant(const std::string& given) : text(given) {
    for (size_t at = 0; at < given.size();) {
        size_t end = std::min(given.find(',', at), given.size()), sign = given.find('=', at);
        if (sign >= end) fail("no value in " + given);
        values[given.substr(at, sign - at)] = given.substr(sign + 1, end - sign - 1);
        at = end + 1;
    }
}
