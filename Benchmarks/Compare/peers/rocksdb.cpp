// SPDX-License-Identifier: Apache-2.0
//
// RocksDB. One column family has the entities, each one record under the hash of its key; another has
// the edges and indexes, under keys that begin with a letter:
//
//     o from to kind   file, line, resolution        f file id        hash, kind, lines
//     i to from kind   line                          g file from to kind
//     n id             hash                          s number         a string of the dictionary
//
//     load      sst: sorted files, written by SstFileWriter and ingested;
//               wal: one WriteBatch, sync
//     pack      zstd, lz4 or none: compression of entities; indexes have LZ4 or none
//     threads   of SstFileWriter's compression
//     block     bytes of an entity block
#include "harness.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include <thread>

namespace {

using rocksdb::Slice;

void must(const rocksdb::Status& status, const char* what) {
    if (!status.ok()) fail(std::string("RocksDB: ") + what + ": " + status.ToString());
}

/// A key that is built in place: numbers are big-endian.
struct Key {
    char bytes[24];
    size_t count = 0;

    Key() = default;
    explicit Key(char letter) { bytes[count++] = letter; }
    Key& add(uint32_t number) {
        number = bigEndian(number);
        memcpy(bytes + count, &number, 4);
        count += 4;
        return *this;
    }
    Key& add(uint64_t number) { return add(uint32_t(number >> 32)).add(uint32_t(number)); }
    Slice slice() const { return {bytes, count}; }
    operator Slice() const { return slice(); }
};
uint32_t numberAt(const Slice& slice, size_t at) {
    return bigEndian(record::get<uint32_t>(slice.data() + at));
}

struct OutValue {
    uint32_t file, line, resolution;
};
struct FileEntity {
    uint64_t hash, kind;
    int64_t start, end;
};
template <class T> Slice bytesOf(const T& value) { return {(const char*)&value, sizeof value}; }
template <class T> T valueOf(const Slice& slice) { return record::get<T>(slice.data()); }

struct RocksDB final : Peer {
    Variant variant;
    rocksdb::DB* db = nullptr;
    rocksdb::ColumnFamilyHandle *entities = nullptr, *indexes = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    std::string directory;
    Dictionary strings;
    size_t stringsStored = 0;
    bool stringsLoaded = false;
    size_t nodes = 0;
    rocksdb::ReadOptions reads;
    std::unique_ptr<rocksdb::Iterator> iterator;
    std::shared_ptr<rocksdb::Cache> cache;

    bool isOwner = true;

    explicit RocksDB(const Variant& given) : variant(given) {}
    ~RocksDB() override { close(); }

    std::string version() override {
        return "RocksDB " + std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) +
               "." + std::to_string(ROCKSDB_PATCH);
    }

    // ------------------------------------------------------------------------- opening, loading

    rocksdb::ColumnFamilyOptions family(bool ofEntities) {
        rocksdb::ColumnFamilyOptions options;
        std::string pack = variant.get("pack", "lz4");
        options.compression = pack == "none"                ? rocksdb::kNoCompression
                              : pack == "lz4" || !ofEntities ? rocksdb::kLZ4Compression
                                                             : rocksdb::kZSTD;
        options.compression_opts.level = pack == "zstd" && ofEntities ? 1 : 32767;
        options.compression_opts.parallel_threads =
            uint32_t(std::stoul(variant.get("threads", "1")));
        options.write_buffer_size = size_t(256) << 20;
        rocksdb::BlockBasedTableOptions table;
        if (!cache) cache = rocksdb::NewLRUCache(size_t(512) << 20, 0);
        table.block_cache = cache;
        table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
        table.block_size = ofEntities ? std::stoul(variant.get("block", "4096")) : 4096;
        table.format_version = 5;
        if (ofEntities) {
            table.data_block_index_type =
                rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
            table.data_block_hash_table_util_ratio = 0.75;
        }
        options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        return options;
    }

    rocksdb::DBOptions database() {
        rocksdb::DBOptions options;
        options.max_background_jobs = 2;
        options.info_log_level = rocksdb::FATAL_LEVEL;
        options.stats_dump_period_sec = 0;
        options.stats_persist_period_sec = 0;
        options.max_open_files = -1;
        options.skip_stats_update_on_db_open = true;
        options.skip_checking_sst_file_sizes_on_db_open = true;
        return options;
    }

    void connect(bool create, bool toRead = false) {
        auto options = database();
        options.create_if_missing = options.create_missing_column_families = create;
        std::vector<rocksdb::ColumnFamilyDescriptor> families = {
            {"default", family(false)}, {"entity", family(true)}, {"index", family(false)}};
        must(toRead ? rocksdb::DB::OpenForReadOnly(options, directory, families, &handles, &db)
                    : rocksdb::DB::Open(options, directory, families, &handles, &db),
             "open");
        entities = handles[1];
        indexes = handles[2];
        reads.verify_checksums = true;
    }
    void create(const std::string& given) override {
        directory = given;
        connect(true);
        strings = Dictionary();
        stringsStored = 0;
        stringsLoaded = true;
    }
    void open(const std::string& given, bool toRead) override {
        directory = given;
        connect(false, toRead);
        stringsLoaded = false;
        nodes = 0;
    }
    void close() override {
        endReading();
        if (!db || !isOwner) return;
        for (auto* handle : handles) must(db->DestroyColumnFamilyHandle(handle), "close");
        must(db->Close(), "close");
        delete db;
        db = nullptr;
        cache.reset();
    }
    void settle() override {
        if (!db) return;
        must(db->Flush({}, handles), "flush");
    }

    static Key outKey(const EdgeIds& e) { return Key('o').add(e.from).add(e.to).add(e.kind); }
    static Key inKey(const EdgeIds& e) { return Key('i').add(e.to).add(e.from).add(e.kind); }
    static Key fileEdgeKey(uint32_t file, const EdgeIds& e) {
        return Key('g').add(file).add(e.from).add(e.to).add(e.kind);
    }
    static Key fileEntityKey(uint32_t file, uint32_t id) { return Key('f').add(file).add(id); }

    /// All that is to be put into the indexes, in the order of their keys.
    template <class Put>
    void eachIndexEntry(
        const Data& data, const std::vector<EdgeIds>& edges, const std::vector<uint64_t>& hashes,
        const std::vector<uint32_t>& files, const std::vector<uint32_t>& kinds, Put put) {
        size_t count = data.entities.size();
        std::vector<uint32_t> order(count);
        for (uint32_t i = 0; i < count; i++) order[i] = i;
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
            return files[a] < files[b];
        });
        for (uint32_t i : order) {
            const Entity& e = data.entities[i];
            put(fileEntityKey(files[i], i),
                bytesOf(
                    FileEntity{hashes[i], kinds[i], e.number[START_LINE], e.number[END_LINE]}));
        }
        EdgeField from{&EdgeIds::from, count}, to{&EdgeIds::to, count},
            kind{&EdgeIds::kind, strings.ids.size()}, file{&EdgeIds::file, strings.ids.size()};
        for (uint32_t i : sortedEdges(edges, {file, from, to, kind}))
            put(fileEdgeKey(edges[i].file, edges[i]), Slice());
        for (uint32_t i : sortedEdges(edges, {to, from, kind}))
            put(inKey(edges[i]), bytesOf(edges[i].line));
        for (uint32_t i = 0; i < count; i++) put(Key('n').add(i), bytesOf(hashes[i]));
        for (uint32_t i : sortedEdges(edges, {from, to, kind}))
            put(outKey(edges[i]),
                bytesOf(OutValue{edges[i].file, edges[i].line, edges[i].resolution}));
        for (; stringsStored < strings.ids.size(); stringsStored++) {
            Text text = strings.ids[uint32_t(stringsStored)];
            put(Key('s').add(uint32_t(stringsStored)), Slice(text.data(), text.size()));
        }
    }

    void load(const Data& data) override {
        size_t count = data.entities.size();
        Interner keys(count);
        std::vector<uint64_t> hashes(count);
        std::vector<uint32_t> files(count), kinds(count);
        std::vector<std::pair<uint64_t, uint32_t>> order(count);
        Interner::Last lastFile, lastKind;
        for (const Entity& entity : data.entities) strings.ids.add(entity.text[KIND], lastKind);
        for (uint32_t i = 0; i < count; i++) {
            const Entity& entity = data.entities[i];
            keys.add(entity.text[KEY]);
            hashes[i] = hashOf(entity.text[KEY]);
            order[i] = {hashes[i], i};
            files[i] = strings.ids.add(entity.text[FILE_PATH], lastFile);
            kinds[i] = strings.ids.add(entity.text[KIND], lastKind);
        }
        if (keys.size() != count) fail("a key twice");
        std::sort(order.begin(), order.end());
        for (size_t i = 1; i < count; i++)
            if (order[i].first == order[i - 1].first) fail("two keys have one hash");
        std::string value;
        auto eachEntity = [&](auto put) {
            for (auto [hash, i] : order) {
                value.resize(record::size(data.entities[i]));
                record::write(value.data(), data.entities[i], i, files[i], kinds[i]);
                put(Key().add(hash), Slice(value));
            }
        };
        if (variant.is("load", "wal")) {
            rocksdb::WriteBatch batch(32 << 20);
            auto edges = intern(data, data.allEdges(), keys, strings.ids);
            eachEntity([&](const Key& key, const Slice& value) {
                must(batch.Put(entities, key, value), "put");
            });
            eachIndexEntry(
                data, edges, hashes, files, kinds, [&](const Key& key, const Slice& value) {
                    must(batch.Put(indexes, key, value), "put");
                });
            commit(batch);
            return;
        }
        // The two files in two threads, then in at once.
        auto writeFile = [&](bool ofEntities, auto body) {
            std::string path = directory + (ofEntities ? "/entity.sst" : "/index.sst");
            rocksdb::SstFileWriter writer(
                rocksdb::EnvOptions(), rocksdb::Options(database(), family(ofEntities)),
                ofEntities ? entities : indexes);
            must(writer.Open(path), "open a file");
            body([&](const Key& key, const Slice& value) { must(writer.Put(key, value), "put"); });
            must(writer.Finish(), "finish a file");
        };
        std::thread other([&] { writeFile(true, eachEntity); });
        auto edges = intern(data, data.allEdges(), keys, strings.ids);
        writeFile(false, [&](auto put) {
            eachIndexEntry(data, edges, hashes, files, kinds, put);
        });
        other.join();
        rocksdb::IngestExternalFileOptions ingest;
        ingest.move_files = true;
        ingest.snapshot_consistency = false;
        ingest.write_global_seqno = false;
        ingest.verify_checksums_before_ingest = false;
        rocksdb::IngestExternalFileArg first, second;
        first.column_family = entities;
        first.external_files = {directory + "/entity.sst"};
        second.column_family = indexes;
        second.external_files = {directory + "/index.sst"};
        first.options = second.options = ingest;
        must(db->IngestExternalFiles({first, second}), "ingest");
    }

    void commit(rocksdb::WriteBatch& batch) {
        rocksdb::WriteOptions options;
        options.sync = true;
        must(db->Write(options, &batch), "write");
    }

    // ---------------------------------------------------------------------------------- reading

    /// All entries whose key begins so.
    template <class Body>
    static void each(rocksdb::Iterator& iterator, const Key& prefix, Body body) {
        for (iterator.Seek(prefix); iterator.Valid() && iterator.key().starts_with(prefix);
             iterator.Next())
            body(iterator.key(), iterator.value());
        must(iterator.status(), "iterate");
    }

    void needStrings() {
        if (stringsLoaded) return;
        stringsLoaded = true;
        strings = Dictionary();
        std::unique_ptr<rocksdb::Iterator> all(db->NewIterator(reads, indexes));
        each(*all, Key('s'), [&](const Slice&, const Slice& text) {
            strings.load({text.data(), text.size()});
        });
        stringsStored = strings.ids.size();
    }
    void countNodes() {
        if (nodes != 0) return;
        std::unique_ptr<rocksdb::Iterator> last(db->NewIterator(reads, indexes));
        last->SeekForPrev(Key('n').add(UINT32_MAX));
        if (last->Valid() && last->key()[0] == 'n') nodes = numberAt(last->key(), 1) + 1;
    }
    void beginReading() override {
        iterator.reset(db->NewIterator(reads, indexes));
        needStrings();
        countNodes();
    }
    void endReading() override {
        iterator.reset();
        found.Reset();
    }

    rocksdb::PinnableSlice found;
    const char* find(Text key) {
        found.Reset();
        auto status = db->Get(reads, entities, Key().add(hashOf(key)), &found);
        if (status.IsNotFound()) return nullptr;
        must(status, "get");
        return record::text(found.data(), KEY) == key ? found.data() : nullptr;
    }

    bool twoColumns(Text key, int64_t& start, int64_t& end) override {
        const char* row = find(key);
        if (!row) return false;
        start = record::number(row, START_LINE);
        end = record::number(row, END_LINE);
        return true;
    }
    bool fullRow(Text key, uint64_t& sum) override {
        const char* row = find(key);
        if (!row) return false;
        sum += touchRecord(row);
        return true;
    }
    bool exists(Text key) override { return find(key) != nullptr; }

    void hop(Text key, bool reverse, std::vector<Hop>& hops) override {
        hops.clear();
        const char* row = find(key);
        if (!row) return;
        each(*iterator, Key(reverse ? 'i' : 'o').add(record::id(row)),
             [&](const Slice& key, const Slice& value) {
                 hops.push_back(
                     {numberAt(key, 5), numberAt(key, 9),
                      reverse ? valueOf<uint32_t>(value) : valueOf<OutValue>(value).line});
             });
    }

    Walk walk;
    size_t closure(Text key, int depth) override {
        const char* row = find(key);
        if (!row) return 0;
        return walk.count(record::id(row), nodes, depth, [&](uint32_t node, auto visit) {
            each(*iterator, Key('i').add(node), [&](const Slice& key, const Slice&) {
                visit(numberAt(key, 5));
            });
        });
    }

    void countByKind(std::vector<int64_t>& counts) override {
        counts.assign(strings.ids.size(), 0);
        each(*iterator, Key('f'), [&](const Slice&, const Slice& value) {
            counts[valueOf<FileEntity>(value).kind] += 1;
        });
    }
    void linesByFile(std::vector<int64_t>& sums) override {
        sums.assign(strings.ids.size(), 0);
        each(*iterator, Key('f'), [&](const Slice& key, const Slice& value) {
            auto row = valueOf<FileEntity>(value);
            sums[numberAt(key, 1)] += row.end - row.start + 1;
        });
    }

    // ---------------------------------------------------------------------------------- writing

    void write(const Data& data, Range rows, Range edgeRows, const Text* deleted) {
        endReading();
        needStrings();
        countNodes();
        rocksdb::WriteBatch batch(4 << 20);
        Interner keys(rows.end - rows.begin + edgeRows.end - edgeRows.begin);
        std::vector<uint32_t> ids, oldFiles;
        auto add = [&](Text key) {
            if (keys.add(key) < ids.size()) return;
            const char* row = find(key);
            ids.push_back(row ? record::id(row) : uint32_t(nodes));
            oldFiles.push_back(row ? record::file(row) : Interner::none);
            if (!row) must(batch.Put(indexes, Key('n').add(uint32_t(nodes++)),
                                     bytesOf(hashOf(key))), "put");
        };
        for (size_t i = rows.begin; i < rows.end; i++) add(data.entities[i].text[KEY]);
        for (size_t i = edgeRows.begin; i < edgeRows.end; i++) {
            if (i == edgeRows.begin || data.edges[i].from != data.edges[i - 1].from)
                add(data.edges[i].from);
            add(data.edges[i].to);
        }

        if (deleted) {
            uint32_t file = strings.ids.add(*deleted);
            std::unique_ptr<rocksdb::Iterator> all(db->NewIterator(reads, indexes));
            each(*all, Key('f').add(file), [&](const Slice& key, const Slice& value) {
                must(batch.Delete(entities, Key().add(valueOf<FileEntity>(value).hash)), "delete");
                must(batch.Delete(indexes, key), "delete");
            });
            each(*all, Key('g').add(file), [&](const Slice& key, const Slice&) {
                EdgeIds edge{numberAt(key, 5), numberAt(key, 9), numberAt(key, 13), 0, 0, 0};
                must(batch.Delete(indexes, key), "delete");
                must(batch.Delete(indexes, outKey(edge)), "delete");
                must(batch.Delete(indexes, inKey(edge)), "delete");
            });
        }
        std::string value;
        for (size_t i = rows.begin; i < rows.end; i++) {
            const Entity& entity = data.entities[i];
            uint32_t place = keys.find(entity.text[KEY]), id = ids[place];
            uint32_t file = strings.ids.add(entity.text[FILE_PATH]);
            uint32_t kind = strings.ids.add(entity.text[KIND]);
            if (!deleted && oldFiles[place] != Interner::none && oldFiles[place] != file)
                must(batch.Delete(indexes, fileEntityKey(oldFiles[place], id)), "delete");
            uint64_t hash = hashOf(entity.text[KEY]);
            value.resize(record::size(entity));
            record::write(value.data(), entity, id, file, kind);
            must(batch.Put(entities, Key().add(hash), value), "put");
            FileEntity row{hash, kind, entity.number[START_LINE], entity.number[END_LINE]};
            must(batch.Put(indexes, fileEntityKey(file, id), bytesOf(row)), "put");
        }
        for (EdgeIds edge : intern(data, edgeRows, keys, strings.ids)) {
            edge.from = ids[edge.from];
            edge.to = ids[edge.to];
            if (!deleted) {
                found.Reset();
                auto status = db->Get(reads, indexes, outKey(edge), &found);
                if (status.ok() && valueOf<OutValue>(found).file != edge.file)
                    must(batch.Delete(indexes, fileEdgeKey(valueOf<OutValue>(found).file, edge)),
                         "delete");
            }
            must(batch.Put(
                     indexes, outKey(edge),
                     bytesOf(OutValue{edge.file, edge.line, edge.resolution})),
                 "put");
            must(batch.Put(indexes, inKey(edge), bytesOf(edge.line)), "put");
            must(batch.Put(indexes, fileEdgeKey(edge.file, edge), Slice()), "put");
        }
        for (; stringsStored < strings.ids.size(); stringsStored++) {
            Text text = strings.ids[uint32_t(stringsStored)];
            must(batch.Put(
                     indexes, Key('s').add(uint32_t(stringsStored)),
                     Slice(text.data(), text.size())),
                 "put");
        }
        commit(batch);
    }

    void upsert(const Data& data, Range entities, Range edges) override {
        write(data, entities, edges, nullptr);
    }
    void replaceFile(const Data& data, Text file, Range entities, Range edges) override {
        write(data, entities, edges, &file);
    }

    bool compact() override {
        for (auto* handle : handles)
            must(db->CompactRange({}, handle, nullptr, nullptr), "compact");
        return true;
    }
    /// Only one of a process may write, and it reads in all its threads.
    std::unique_ptr<Peer> reader() override {
        auto other = std::make_unique<RocksDB>(variant);
        other->isOwner = false;
        other->db = db;
        other->handles = handles;
        other->entities = entities;
        other->indexes = indexes;
        other->directory = directory;
        other->reads = reads;
        return other;
    }
};

}  // namespace

std::unique_ptr<Peer> makeRocksDB(const Variant& variant) {
    return std::make_unique<RocksDB>(variant);
}
