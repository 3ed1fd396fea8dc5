// SPDX-License-Identifier: Apache-2.0
//
// What the peers share: the rows, how they are timed, and what a peer has to do.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

[[noreturn]] void fail(const std::string& what);

inline int64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

inline uint64_t hashOf(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

// ------------------------------------------------------------------------------------- the rows

/// A string whose data is null is null.
using Text = std::string_view;

enum EntityText {
    KEY, NAME, QUALIFIED_NAME, KIND, LANGUAGE, FILE_PATH, PARENT, VISIBILITY, SIGNATURE, DOC, CODE,
    CONTENT_HASH, ROOT_L1, ROOT_L2, TEXTS
};
enum EntityNumber { START_LINE, END_LINE, TOKEN_COUNT, COMPLEXITY, NUMBERS };

struct Entity {
    Text text[TEXTS];
    int64_t number[NUMBERS];
};

struct EdgeRow {
    Text from, to, kind, file, resolution;
    int64_t line;
};

struct Range {
    size_t begin, end;
};

/// Rows that are in memory before the clock starts, out of `EngineBenchmarks --dump FILE`.
/// Little-endian; a number is an i64, a string a u32 length and its bytes, null the length
/// 0xffffffff alone:
///
///     entity count, edge count, file count
///     entities: key, name, qualified_name, kind, language, file, parent, visibility, signature,
///         doc, code, content_hash, root_l1, root_l2; start_line, end_line, token_count,
///         complexity (is_test is always false)
///     edges: from, to, kind, file, resolution; line (lines is always empty, count 1)
///     files: path
struct Data {
    Data() = default;
    explicit Data(const std::string& path);

    std::vector<Entity> entities;
    std::vector<EdgeRow> edges;
    std::vector<Text> files;

    Range allEdges() const { return {0, edges.size()}; }
};

struct SplitMix {
    uint64_t state;
    uint64_t next() {
        state += 0x9e3779b97f4a7c15;
        uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    size_t below(size_t limit) { return size_t(next() % std::max<uint64_t>(limit, 1)); }
};

// ---------------------------------------------------------------------------- helpers for peers

/// Numbers strings from 0 in the order in which they come. The strings must stay where they are.
class Interner {
public:
    static constexpr uint32_t none = UINT32_MAX;

    explicit Interner(size_t expected = 64) { rehash(expected); }

    uint32_t find(Text text) const { return slots[slot(text, hashOf(text))].id; }

    uint32_t add(Text text) {
        uint64_t hash = hashOf(text);
        size_t at = slot(text, hash);
        if (slots[at].id != none) return slots[at].id;
        uint32_t id = uint32_t(texts.size());
        slots[at] = {hash, id};
        texts.push_back(text);
        if (texts.size() * 2 > slots.size()) rehash(texts.size() * 2);
        return id;
    }

    /// Gives the last answer again if the string is the same, as it often is in a column.
    struct Last {
        Text text;
        uint32_t id = none;
    };
    uint32_t add(Text text, Last& last) {
        if (last.id == none || text != last.text) last = {text, add(text)};
        return last.id;
    }
    uint32_t find(Text text, Last& last) const {
        if (last.id == none || text != last.text) last = {text, find(text)};
        return last.id;
    }

    size_t size() const { return texts.size(); }
    Text operator[](uint32_t id) const { return texts[id]; }

private:
    struct Slot {
        uint64_t hash;
        uint32_t id;
    };
    std::vector<Slot> slots;
    std::vector<Text> texts;

    size_t slot(Text text, uint64_t hash) const {
        size_t mask = slots.size() - 1, at = hash & mask;
        while (slots[at].id != none && !(slots[at].hash == hash && texts[slots[at].id] == text))
            at = (at + 1) & mask;
        return at;
    }
    void rehash(size_t expected) {
        size_t size = 64;
        while (size < expected * 2) size *= 2;
        std::vector<Slot> old(size, Slot{0, none});
        old.swap(slots);
        for (const Slot& entry : old) {
            if (entry.id == none) continue;
            size_t at = entry.hash & (size - 1);
            while (slots[at].id != none) at = (at + 1) & (size - 1);
            slots[at] = entry;
        }
        texts.reserve(expected);
    }
};

/// The dictionary that a store keeps of its short, repeated strings: file paths, kinds and so on.
/// Owns the strings it was given from disk.
struct Dictionary {
    std::vector<std::unique_ptr<std::string>> owned;
    Interner ids;

    void load(std::string_view text) {
        owned.push_back(std::make_unique<std::string>(text));
        ids.add(*owned.back());
    }
};

/// An edge with its strings as numbers.
struct EdgeIds {
    uint32_t from, to, kind, file, resolution, line;
};

/// Turns the edges into numbers: those of `keys`, where both ends must be, and of `strings`, which
/// grows.
std::vector<EdgeIds> intern(
    const Data& data, Range range, const Interner& keys, Interner& strings);

/// A field of edges, all of whose values are below `count`.
struct EdgeField {
    uint32_t EdgeIds::*field;
    size_t count;
};

/// Places of the edges, sorted by the first field, then the second and so on: counted, not compared.
std::vector<uint32_t> sortedEdges(
    const std::vector<EdgeIds>& edges, const std::vector<EdgeField>& fields);

/// An entity as one value that can be read without parsing it: a fixed head, then the strings.
///
///     u32 id, u32 file's number, u16 bit for every null, u8 is_test, u8 kind's number
///     u32 end of each string, i64 each number
namespace record {
constexpr size_t ends = 12, numbers = ends + 4 * TEXTS, head = numbers + 8 * NUMBERS;

template <class T> T get(const char* at) {
    T value;
    memcpy(&value, at, sizeof value);
    return value;
}

inline size_t size(const Entity& entity) {
    size_t sum = head;
    for (Text text : entity.text) sum += text.size();
    return sum;
}
void write(char* out, const Entity& entity, uint32_t id, uint32_t file, uint32_t kind);

inline uint32_t id(const char* record) { return get<uint32_t>(record); }
inline uint32_t file(const char* record) { return get<uint32_t>(record + 4); }
inline int64_t number(const char* record, int i) { return get<int64_t>(record + numbers + 8 * i); }
inline Text text(const char* record, int i) {
    if (get<uint16_t>(record + 8) >> i & 1) return {};
    uint32_t begin = i == 0 ? 0 : get<uint32_t>(record + ends + 4 * (i - 1));
    return {record + head + begin, get<uint32_t>(record + ends + 4 * i) - begin};
}
}  // namespace record

/// Adds up a column in the way that the Swift harness does, and reads a byte at either end.
extern volatile char touched;
inline uint64_t touch(Text text) {
    if (text.empty()) return 0;
    touched = char(text.front() ^ text.back());
    return text.size();
}
inline uint64_t touchRecord(const char* record) {
    uint64_t sum = 0;
    for (int i = 0; i < TEXTS; i++) sum += touch(record::text(record, i));
    for (int i = 0; i < NUMBERS; i++) sum += uint64_t(record::number(record, i));
    return sum + uint8_t(record[10]);
}

inline uint32_t bigEndian(uint32_t value) { return __builtin_bswap32(value); }

// -------------------------------------------------------------------------------------- a peer

struct Hop {
    uint32_t other, kind;
    int64_t line;
};

/// Which way of doing things: "name=value,…".
struct Variant {
    std::string text;
    std::map<std::string, std::string> values;
    explicit Variant(const std::string& text);
    std::string get(const std::string& name, const std::string& otherwise) const {
        auto found = values.find(name);
        return found == values.end() ? otherwise : found->second;
    }
    bool is(const std::string& name, const std::string& value) const {
        return get(name, "") == value;
    }
};

struct Peer {
    virtual ~Peer() = default;
    virtual std::string version() = 0;

    /// An empty store in an empty directory, ready for `load`.
    virtual void create(const std::string& directory) = 0;
    /// All rows at once; durable when it returns.
    virtual void load(const Data& data) = 0;
    /// Ends what a load leaves for later.
    virtual void settle() {}
    /// Ends, outside the clock, what a small write leaves for later.
    virtual void checkpoint() {}
    virtual void close() = 0;
    /// For reading only where that opens sooner.
    virtual void open(const std::string& directory, bool toRead = false) = 0;

    /// Around many reads.
    virtual void beginReading() {}
    virtual void endReading() {}
    virtual bool twoColumns(Text key, int64_t& start, int64_t& end) = 0;
    virtual bool firstColumn(Text key, int64_t& start) {
        int64_t end;
        return twoColumns(key, start, end);
    }
    virtual bool fullRow(Text key, uint64_t& sum) = 0;
    virtual bool exists(Text key) = 0;
    virtual void hop(Text key, bool reverse, std::vector<Hop>& hops) = 0;
    /// How many nodes lead to `key` in up to `depth` steps.
    virtual size_t closure(Text key, int depth) = 0;
    virtual bool hasOtherClosure() { return false; }
    virtual size_t otherClosure(Text, int) { return 0; }
    virtual bool findsNames() { return false; }
    /// How many entities have a name that `text` stands in, upper or lower case; also finds those
    /// twenty of them with the shortest names.
    virtual size_t names(Text) { return 0; }
    /// Indexed by the dictionary's numbers.
    virtual void countByKind(std::vector<int64_t>& counts) = 0;
    virtual void linesByFile(std::vector<int64_t>& sums) = 0;

    /// Durable when they return.
    virtual void upsert(const Data& data, Range entities, Range edges) = 0;
    virtual void replaceFile(const Data& data, Text file, Range entities, Range edges) = 0;

    /// Merges all that was written, if this peer does such a thing.
    virtual bool compact() { return false; }
    /// Another one of the same store, opened for writing, that reads in a thread of its own.
    virtual std::unique_ptr<Peer> reader() = 0;
};

std::unique_ptr<Peer> makeSQLite(const Variant&);
std::unique_ptr<Peer> makeLMDB(const Variant&);
std::unique_ptr<Peer> makeRocksDB(const Variant&);

/// Breadth first, `each(node, visit)` calling `visit` for every neighbour. Keeps its buffers.
struct Walk {
    std::vector<uint32_t> stamps, queue;
    uint32_t stamp = 0;

    template <class Each> size_t count(uint32_t start, size_t nodeCount, int depth, Each each) {
        if (stamps.size() < nodeCount) stamps.resize(nodeCount, 0);
        stamp += 1;
        queue.clear();
        queue.push_back(start);
        stamps[start] = stamp;
        size_t next = 0, levelEnd = 1;
        int level = 0;
        while (next < queue.size()) {
            if (next == levelEnd) {
                level += 1;
                levelEnd = queue.size();
            }
            if (level >= depth) break;
            each(queue[next++], [&](uint32_t node) {
                if (stamps[node] == stamp) return;
                stamps[node] = stamp;
                queue.push_back(node);
            });
        }
        return queue.size() - 1;
    }
};

// ---------------------------------------------------------------------------------- the floor

/// What compressing, writing and syncing the rows costs without any store.
struct Floor {
    Floor(const Data& data, const std::string& directory);
    size_t inputSize() const { return input.size(); }
    /// Bytes written.
    size_t run(bool isZstd, int threads, bool writes);
    /// The smallest commit there is.
    void commit();

private:
    std::string directory;
    std::vector<char> input, output;
};

void syncPath(const std::string& path);
