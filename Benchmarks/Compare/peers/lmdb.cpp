// SPDX-License-Identifier: Apache-2.0
//
// LMDB. An entity is one record under its key; edges are fixed-size duplicates under the integer id
// of either end, and of their file, so that a file's rows can be found.
//
//     key     hash: entities lie under the 64-bit hash of their key (which the record has, and which
//             is compared); text: under the key itself
//     append  yes: everything is sorted first and appended; no: put in the order of the rows
//     map     write: MDB_WRITEMAP; read: the default
#include "harness.h"

#include <lmdb.h>

namespace {

/// Duplicates are ordered as bytes, so what they are ordered by is big-endian.
struct OutEdge {
    uint32_t to;  // big-endian
    uint8_t kind, resolution;
    uint16_t zero;
    uint32_t line, file;
};
struct InEdge {
    uint32_t from;  // big-endian
    uint8_t kind, zero[3];
    uint32_t line;
};
/// An entity under its file: enough to count kinds and lines without the records.
struct FileEntity {
    uint32_t id;  // big-endian
    uint32_t kind;
    int64_t start, end;
};
struct FileEdge {
    uint32_t from, to, kind;  // big-endian
};

void must(int code, const char* what) {
    if (code != 0) fail(std::string("LMDB: ") + what + ": " + mdb_strerror(code));
}

struct LMDB final : Peer {
    Variant variant;
    MDB_env* env = nullptr;
    MDB_dbi entityTable, keyTable, outTable, inTable, fileEntityTable, fileEdgeTable, stringTable;
    Dictionary strings;
    size_t stringsStored = 0;
    bool stringsLoaded = false;
    size_t nodes = 0;
    MDB_txn* reading = nullptr;
    MDB_cursor *entities = nullptr, *outs = nullptr, *ins = nullptr, *fileEntities = nullptr;
    const bool byText, appends;
    bool isOwner = true;

    explicit LMDB(const Variant& given)
        : variant(given), byText(given.is("key", "text")), appends(!given.is("append", "no")) {}
    ~LMDB() override { close(); }

    std::string version() override { return mdb_version(nullptr, nullptr, nullptr); }

    // ------------------------------------------------------------------------- opening, loading

    void connect(const std::string& directory, bool create, bool toRead = false) {
        must(mdb_env_create(&env), "create");
        must(mdb_env_set_maxdbs(env, 8), "maxdbs");
        must(mdb_env_set_mapsize(env, size_t(16) << 30), "mapsize");
        unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | MDB_NOMEMINIT;
        if (variant.is("map", "write")) flags |= MDB_WRITEMAP;
        if (toRead) flags = MDB_NOTLS | MDB_NORDAHEAD | MDB_RDONLY;
        must(mdb_env_open(env, directory.c_str(), flags, 0644), "open");
        MDB_txn* txn;
        must(mdb_txn_begin(env, nullptr, create ? 0 : MDB_RDONLY, &txn), "begin");
        auto table = [&](const char* name, unsigned flags, MDB_dbi& dbi) {
            must(mdb_dbi_open(txn, name, flags | (create ? MDB_CREATE : 0), &dbi), name);
        };
        unsigned duplicates = MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED;
        table("entity", byText ? 0 : MDB_INTEGERKEY, entityTable);
        table("key", MDB_INTEGERKEY, keyTable);  // id to the entity's key
        table("out", duplicates, outTable);
        table("in", duplicates, inTable);
        table("file_entity", duplicates, fileEntityTable);
        table("file_edge", duplicates, fileEdgeTable);
        table("strings", MDB_INTEGERKEY, stringTable);
        must(mdb_txn_commit(txn), "commit");
    }

    void create(const std::string& directory) override {
        connect(directory, true);
        strings = Dictionary();
        stringsStored = 0;
        stringsLoaded = true;
    }
    void open(const std::string& directory, bool toRead) override {
        connect(directory, false, toRead);
        stringsLoaded = false;
        nodes = 0;
    }
    void close() override {
        endReading();
        if (env && isOwner) mdb_env_close(env);
        env = nullptr;
    }

    template <class T> static MDB_val value(T& bytes) { return {sizeof bytes, (void*)&bytes}; }

    /// Where an entity lies: its key, or the key's hash, which `hash` must outlive.
    MDB_val place(Text key, uint64_t& hash) {
        if (byText) return {key.size(), (void*)key.data()};
        hash = hashOf(key);
        return value(hash);
    }

    struct Writer {
        LMDB& peer;
        MDB_txn* txn;
        MDB_cursor *entity, *key, *out, *in, *fileEntity, *fileEdge, *string;

        explicit Writer(LMDB& given) : peer(given) {
            must(mdb_txn_begin(peer.env, nullptr, 0, &txn), "begin");
            auto cursor = [&](MDB_dbi dbi, MDB_cursor*& cursor) {
                must(mdb_cursor_open(txn, dbi, &cursor), "cursor");
            };
            cursor(peer.entityTable, entity);
            cursor(peer.keyTable, key);
            cursor(peer.outTable, out);
            cursor(peer.inTable, in);
            cursor(peer.fileEntityTable, fileEntity);
            cursor(peer.fileEdgeTable, fileEdge);
            cursor(peer.stringTable, string);
        }
        void commit() {
            for (MDB_cursor* cursor : {entity, key, out, in, fileEntity, fileEdge, string})
                mdb_cursor_close(cursor);
            must(mdb_txn_commit(txn), "commit");
        }
        /// Writes the record straight into its page. A replaced one of the same size stays there.
        void putEntity(const Entity& e, uint32_t id, uint32_t file, uint32_t kind, unsigned flags) {
            uint64_t hash;
            MDB_val key = peer.place(e.text[KEY], hash), data = {record::size(e), nullptr};
            int code = mdb_cursor_put(entity, &key, &data, flags | MDB_RESERVE);
            if (code == MDB_KEYEXIST) fail("two keys have one hash");
            must(code, "put entity");
            record::write((char*)data.mv_data, e, id, file, kind);
        }
        template <class T> void put(MDB_cursor* cursor, uint32_t key, T row, unsigned flags) {
            MDB_val k = value(key), data = value(row);
            must(mdb_cursor_put(cursor, &k, &data, flags), "put");
        }
        void storeStrings() {
            for (; peer.stringsStored < peer.strings.ids.size(); peer.stringsStored++) {
                auto id = uint32_t(peer.stringsStored);
                Text text = peer.strings.ids[id];
                MDB_val key = value(id), data = {text.size(), (void*)text.data()};
                must(mdb_cursor_put(string, &key, &data, MDB_APPEND), "put string");
            }
        }
    };

    static OutEdge outEdge(const EdgeIds& e) {
        return {bigEndian(e.to), uint8_t(e.kind), uint8_t(e.resolution), 0, e.line, e.file};
    }
    static InEdge inEdge(const EdgeIds& e) {
        return {bigEndian(e.from), uint8_t(e.kind), {}, e.line};
    }
    static FileEdge fileEdge(const EdgeIds& e) {
        return {bigEndian(e.from), bigEndian(e.to), bigEndian(e.kind)};
    }
    static FileEntity fileEntity(const Entity& e, uint32_t id, uint32_t kind) {
        return {bigEndian(id), kind, e.number[START_LINE], e.number[END_LINE]};
    }

    void load(const Data& data) override {
        Writer writer(*this);
        size_t count = data.entities.size();
        Interner keys(count);
        for (const Entity& entity : data.entities) keys.add(entity.text[KEY]);
        if (keys.size() != count) fail("a key twice");
        // All that is one byte in an edge comes first in the dictionary.
        Interner::Last last;
        for (const Entity& entity : data.entities) strings.ids.add(entity.text[KIND], last);
        for (const EdgeRow& edge : data.edges) {
            strings.ids.add(edge.kind);
            strings.ids.add(edge.resolution);
        }
        if (strings.ids.size() > 255) fail("too many kinds");

        std::vector<uint32_t> order(count), files(count), kinds(count);
        Interner::Last lastFile, lastKind;
        for (uint32_t i = 0; i < count; i++) {
            order[i] = i;
            files[i] = strings.ids.add(data.entities[i].text[FILE_PATH], lastFile);
            kinds[i] = strings.ids.add(data.entities[i].text[KIND], lastKind);
        }
        if (appends && byText) {
            std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
                return data.entities[a].text[KEY] < data.entities[b].text[KEY];
            });
        } else if (appends) {
            std::vector<std::pair<uint64_t, uint32_t>> hashes(count);
            for (uint32_t i = 0; i < count; i++)
                hashes[i] = {hashOf(data.entities[i].text[KEY]), i};
            std::sort(hashes.begin(), hashes.end());
            for (uint32_t i = 0; i < count; i++) order[i] = hashes[i].second;
        }
        for (uint32_t i : order)
            writer.putEntity(
                data.entities[i], i, files[i], kinds[i], appends ? MDB_APPEND : MDB_NOOVERWRITE);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t hash;
            MDB_val key = value(i), data_ = place(data.entities[i].text[KEY], hash);
            must(mdb_cursor_put(writer.key, &key, &data_, MDB_APPEND), "put key");
        }

        auto edges = intern(data, data.allEdges(), keys, strings.ids);
        size_t stringCount = strings.ids.size();
        unsigned flags = appends ? MDB_APPENDDUP : 0;
        EdgeField from{&EdgeIds::from, count}, to{&EdgeIds::to, count},
            kind{&EdgeIds::kind, stringCount}, file{&EdgeIds::file, stringCount};
        auto each = [&](const std::vector<EdgeField>& fields, auto body) {
            if (!appends)
                for (const EdgeIds& edge : edges) body(edge);
            else
                for (uint32_t i : sortedEdges(edges, fields)) body(edges[i]);
        };
        each({from, to, kind}, [&](const EdgeIds& e) {
            writer.put(writer.out, e.from, outEdge(e), flags);
        });
        each({to, from, kind}, [&](const EdgeIds& e) {
            writer.put(writer.in, e.to, inEdge(e), flags);
        });
        each({file, from, to, kind}, [&](const EdgeIds& e) {
            writer.put(writer.fileEdge, e.file, fileEdge(e), flags);
        });

        if (appends)
            for (uint32_t i = 0; i < count; i++) order[i] = i;
        if (appends)
            std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
                return files[a] < files[b];
            });
        for (uint32_t i : order)
            writer.put(
                writer.fileEntity, files[i], fileEntity(data.entities[i], i, kinds[i]), flags);
        writer.storeStrings();
        writer.commit();
    }

    // ---------------------------------------------------------------------------------- reading

    void needStrings(MDB_txn* txn) {
        if (stringsLoaded) return;
        stringsLoaded = true;
        strings = Dictionary();
        MDB_cursor* cursor;
        must(mdb_cursor_open(txn, stringTable, &cursor), "cursor");
        MDB_val key, data;
        while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0)
            strings.load({(const char*)data.mv_data, data.mv_size});
        mdb_cursor_close(cursor);
        stringsStored = strings.ids.size();
    }
    void countNodes(MDB_txn* txn) {
        if (nodes != 0) return;
        MDB_cursor* cursor;
        must(mdb_cursor_open(txn, keyTable, &cursor), "cursor");
        MDB_val key, data;
        if (mdb_cursor_get(cursor, &key, &data, MDB_LAST) == 0)
            nodes = record::get<uint32_t>((const char*)key.mv_data) + 1;
        mdb_cursor_close(cursor);
    }

    void begin() {
        must(mdb_txn_begin(env, nullptr, MDB_RDONLY, &reading), "begin");
        must(mdb_cursor_open(reading, entityTable, &entities), "cursor");
    }
    void beginReading() override {
        begin();
        must(mdb_cursor_open(reading, outTable, &outs), "cursor");
        must(mdb_cursor_open(reading, inTable, &ins), "cursor");
        must(mdb_cursor_open(reading, fileEntityTable, &fileEntities), "cursor");
        needStrings(reading);
        countNodes(reading);
    }
    void endReading() override {
        for (MDB_cursor** cursor : {&entities, &outs, &ins, &fileEntities}) {
            if (*cursor) mdb_cursor_close(*cursor);
            *cursor = nullptr;
        }
        if (reading) mdb_txn_abort(reading);
        reading = nullptr;
    }

    /// The record, or null.
    const char* find(MDB_cursor* cursor, Text key) {
        uint64_t hash;
        MDB_val k = place(key, hash), data;
        if (mdb_cursor_get(cursor, &k, &data, MDB_SET) != 0) return nullptr;
        auto* found = (const char*)data.mv_data;
        return byText || record::text(found, KEY) == key ? found : nullptr;
    }
    const char* find(Text key) {
        if (!reading) begin();
        return find(entities, key);
    }

    bool twoColumns(Text key, int64_t& start, int64_t& end) override {
        const char* found = find(key);
        if (!found) return false;
        start = record::number(found, START_LINE);
        end = record::number(found, END_LINE);
        return true;
    }
    bool fullRow(Text key, uint64_t& sum) override {
        const char* found = find(key);
        if (!found) return false;
        sum += touchRecord(found);
        return true;
    }
    bool exists(Text key) override { return find(key) != nullptr; }

    /// All duplicates of a key, a page at a time.
    template <class T, class Body> static void duplicates(MDB_cursor* cursor, uint32_t id, Body body) {
        MDB_val key = value(id), data;
        if (mdb_cursor_get(cursor, &key, &data, MDB_SET) != 0) return;
        // Of a single one the first call gives nothing new: it is there already.
        must(mdb_cursor_get(cursor, &key, &data, MDB_GET_MULTIPLE), "get");
        do {
            auto* row = (const char*)data.mv_data;
            for (size_t i = 0; i < data.mv_size / sizeof(T); i++)
                body(record::get<T>(row + i * sizeof(T)));
        } while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT_MULTIPLE) == 0);
    }

    void hop(Text key, bool reverse, std::vector<Hop>& hops) override {
        hops.clear();
        const char* found = find(key);
        if (!found) return;
        if (reverse)
            duplicates<InEdge>(ins, record::id(found), [&](InEdge edge) {
                hops.push_back({bigEndian(edge.from), edge.kind, edge.line});
            });
        else
            duplicates<OutEdge>(outs, record::id(found), [&](OutEdge edge) {
                hops.push_back({bigEndian(edge.to), edge.kind, edge.line});
            });
    }

    Walk walk;
    size_t closure(Text key, int depth) override {
        const char* found = find(key);
        if (!found) return 0;
        return walk.count(record::id(found), nodes, depth, [&](uint32_t node, auto visit) {
            duplicates<InEdge>(ins, node, [&](InEdge edge) { visit(bigEndian(edge.from)); });
        });
    }

    template <class Body> void eachFileEntity(Body body) {
        MDB_val key, data;
        int code = mdb_cursor_get(fileEntities, &key, &data, MDB_FIRST);
        while (code == 0) {
            auto file = record::get<uint32_t>((const char*)key.mv_data);
            must(mdb_cursor_get(fileEntities, &key, &data, MDB_GET_MULTIPLE), "get");
            do {
                auto* row = (const char*)data.mv_data;
                for (size_t i = 0; i < data.mv_size / sizeof(FileEntity); i++)
                    body(file, record::get<FileEntity>(row + i * sizeof(FileEntity)));
            } while (mdb_cursor_get(fileEntities, &key, &data, MDB_NEXT_MULTIPLE) == 0);
            code = mdb_cursor_get(fileEntities, &key, &data, MDB_NEXT_NODUP);
        }
    }
    void countByKind(std::vector<int64_t>& counts) override {
        counts.assign(strings.ids.size(), 0);
        eachFileEntity([&](uint32_t, const FileEntity& row) { counts[row.kind] += 1; });
    }
    void linesByFile(std::vector<int64_t>& sums) override {
        sums.assign(strings.ids.size(), 0);
        eachFileEntity([&](uint32_t file, const FileEntity& row) {
            sums[file] += row.end - row.start + 1;
        });
    }

    // ---------------------------------------------------------------------------------- writing

    /// Deletes the duplicate that begins with the same `prefix` bytes as `row`, and gives it.
    template <class T>
    static bool erase(MDB_cursor* cursor, uint32_t id, T row, size_t prefix, T* old = nullptr) {
        MDB_val key = value(id), data = value(row);
        if (mdb_cursor_get(cursor, &key, &data, MDB_GET_BOTH_RANGE) != 0) return false;
        if (memcmp(data.mv_data, &row, prefix) != 0) return false;
        if (old) memcpy(old, data.mv_data, sizeof(T));
        must(mdb_cursor_del(cursor, 0), "delete");
        return true;
    }

    void eraseEdge(Writer& writer, EdgeIds edge, bool fromFile) {
        OutEdge prefix = outEdge(edge), old;
        prefix.resolution = 0;
        prefix.line = prefix.file = 0;
        if (!erase(writer.out, edge.from, prefix, 5, &old)) return;
        InEdge other = inEdge(edge);
        other.line = 0;
        erase(writer.in, edge.to, other, 8);
        if (fromFile) erase(writer.fileEdge, old.file, fileEdge(edge), sizeof(FileEdge));
    }

    void write(const Data& data, Range rows, Range edgeRows, const Text* deleted) {
        endReading();
        Writer writer(*this);
        needStrings(writer.txn);
        countNodes(writer.txn);
        Interner keys(rows.end - rows.begin + edgeRows.end - edgeRows.begin);
        std::vector<uint32_t> ids;
        std::vector<FileEntity> old;
        std::vector<uint32_t> oldFiles;
        auto add = [&](Text key) {
            if (keys.add(key) < ids.size()) return;
            const char* found = find(writer.entity, key);
            ids.push_back(found ? record::id(found) : uint32_t(nodes));
            oldFiles.push_back(found ? record::file(found) : Interner::none);
            if (found) return;
            uint64_t hash;
            auto id = uint32_t(nodes++);
            MDB_val k = value(id), v = place(key, hash);
            must(mdb_cursor_put(writer.key, &k, &v, MDB_APPEND), "put key");
        };
        for (size_t i = rows.begin; i < rows.end; i++) add(data.entities[i].text[KEY]);
        for (size_t i = edgeRows.begin; i < edgeRows.end; i++) {
            if (i == edgeRows.begin || data.edges[i].from != data.edges[i - 1].from)
                add(data.edges[i].from);
            add(data.edges[i].to);
        }

        if (deleted) {
            uint32_t file = strings.ids.add(*deleted);
            std::vector<FileEntity> entities;
            std::vector<FileEdge> edges;
            duplicates<FileEntity>(writer.fileEntity, file, [&](FileEntity e) {
                entities.push_back(e);
            });
            duplicates<FileEdge>(writer.fileEdge, file, [&](FileEdge e) { edges.push_back(e); });
            for (const FileEntity& entity : entities) {
                uint32_t id = bigEndian(entity.id);
                MDB_val k = value(id), at;
                must(mdb_cursor_get(writer.key, &k, &at, MDB_SET), "key of an id");
                char copy[512];
                memcpy(copy, at.mv_data, at.mv_size);
                at.mv_data = copy;
                MDB_val v;
                must(mdb_cursor_get(writer.entity, &at, &v, MDB_SET), "entity of a file");
                must(mdb_cursor_del(writer.entity, 0), "delete entity");
            }
            MDB_val k = value(file), v;
            if (mdb_cursor_get(writer.fileEntity, &k, &v, MDB_SET) == 0)
                must(mdb_cursor_del(writer.fileEntity, MDB_NODUPDATA), "delete file");
            for (const FileEdge& e : edges)
                eraseEdge(
                    writer,
                    {bigEndian(e.from), bigEndian(e.to), bigEndian(e.kind), file, 0, 0}, false);
            k = value(file);
            if (mdb_cursor_get(writer.fileEdge, &k, &v, MDB_SET) == 0)
                must(mdb_cursor_del(writer.fileEdge, MDB_NODUPDATA), "delete file");
        }
        for (size_t i = rows.begin; i < rows.end; i++) {
            const Entity& entity = data.entities[i];
            uint32_t place = keys.find(entity.text[KEY]), id = ids[place];
            uint32_t file = strings.ids.add(entity.text[FILE_PATH]);
            uint32_t kind = strings.ids.add(entity.text[KIND]);
            FileEntity row = fileEntity(entity, id, kind);
            if (!deleted && oldFiles[place] != Interner::none)
                erase(writer.fileEntity, oldFiles[place], row, 4);
            writer.putEntity(entity, id, file, kind, 0);
            writer.put(writer.fileEntity, file, row, 0);
        }
        for (EdgeIds edge : intern(data, edgeRows, keys, strings.ids)) {
            edge.from = ids[edge.from];
            edge.to = ids[edge.to];
            if (!deleted) eraseEdge(writer, edge, true);
            writer.put(writer.out, edge.from, outEdge(edge), 0);
            writer.put(writer.in, edge.to, inEdge(edge), 0);
            writer.put(writer.fileEdge, edge.file, fileEdge(edge), 0);
        }
        writer.storeStrings();
        writer.commit();
    }

    void upsert(const Data& data, Range entities, Range edges) override {
        write(data, entities, edges, nullptr);
    }
    void replaceFile(const Data& data, Text file, Range entities, Range edges) override {
        write(data, entities, edges, &file);
    }

    /// A process may open an environment only once.
    std::unique_ptr<Peer> reader() override {
        auto other = std::make_unique<LMDB>(variant);
        other->env = env;
        other->isOwner = false;
        other->entityTable = entityTable;
        other->keyTable = keyTable;
        other->outTable = outTable;
        other->inTable = inTable;
        other->fileEntityTable = fileEntityTable;
        other->fileEdgeTable = fileEdgeTable;
        other->stringTable = stringTable;
        return other;
    }
};

}  // namespace

std::unique_ptr<Peer> makeLMDB(const Variant& variant) { return std::make_unique<LMDB>(variant); }
