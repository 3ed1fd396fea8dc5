// SPDX-License-Identifier: Apache-2.0
//
// SQLite. Repeated strings and the ends of edges are integers. An edge is a row of a WITHOUT ROWID
// table in the order of its key, with an index for the reverse direction that has all a hop reads.
//
//     load   off: a new file without a journal, then fsync, rename, fsync of the directory;
//            delete: rollback journal, synchronous FULL; wal: write-ahead log, synchronous FULL
//     key    text: index of the key's text; hash: index of its hash;
//            rowid: the row id is the hash, so that one descent finds the row
//     index  after or before: when indexes are made
//     write  wal or delete: the journal of upserts and replacements
//     page   bytes of a page
//     lock   exclusive: one connection has the file to itself; normal: several
//     checkpoint  what is done, outside the clock, after an upsert: none, passive or truncate
#include "harness.h"

#include <sqlite3.h>

namespace {

struct SQLite final : Peer {
    Variant variant;
    sqlite3* db = nullptr;
    std::string directory;
    std::vector<sqlite3_stmt*> statements;
    Dictionary strings;
    Interner::Last last[6];
    size_t stringsStored = 0;
    bool stringsLoaded = false;
    const bool byText, byRow;

    explicit SQLite(const Variant& given)
        : variant(given), byText(given.is("key", "text")), byRow(given.is("key", "rowid")) {
        static bool configured = false;
        if (!configured) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        configured = true;
    }
    ~SQLite() override { close(); }

    std::string version() override { return std::string("SQLite ") + sqlite3_libversion(); }

    // ------------------------------------------------------------------------------ statements

    void run(const std::string& sql) {
        char* message = nullptr;
        if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message) != SQLITE_OK)
            fail("SQLite: " + sql + ": " + (message ? message : "?"));
    }
    sqlite3_stmt* prepare(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v3(
                db, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
            fail("SQLite: " + sql + ": " + sqlite3_errmsg(db));
        statements.push_back(statement);
        return statement;
    }
    /// Prepares when first used.
    sqlite3_stmt* lazy(sqlite3_stmt*& statement, const char* sql) {
        if (!statement) statement = prepare(sql);
        return statement;
    }
    bool row(sqlite3_stmt* statement) {
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) fail(std::string("SQLite: ") + sqlite3_errmsg(db));
        return false;
    }
    void once(sqlite3_stmt* statement) {
        row(statement);
        sqlite3_reset(statement);
    }
    static void bind(sqlite3_stmt* statement, int at, Text text) {
        if (text.data())
            sqlite3_bind_text(statement, at, text.data(), int(text.size()), SQLITE_STATIC);
        else
            sqlite3_bind_null(statement, at);
    }
    static Text text(sqlite3_stmt* statement, int at) {
        auto* bytes = (const char*)sqlite3_column_text(statement, at);
        return {bytes, bytes ? size_t(sqlite3_column_bytes(statement, at)) : 0};
    }

    // ------------------------------------------------------------------------- opening, loading

    std::string path() { return directory + "/db"; }

    void connect(const std::string& file, bool create, bool toRead = false) {
        if (sqlite3_open_v2(
                file.c_str(), &db,
                (toRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX |
                    (create ? SQLITE_OPEN_CREATE : 0),
                nullptr) != SQLITE_OK)
            fail("SQLite: open " + file);
        if (create) run("PRAGMA page_size=" + variant.get("page", "4096"));
        run("PRAGMA locking_mode=" + variant.get("lock", "exclusive"));
        sqlite3_busy_timeout(db, 10000);
        run("PRAGMA cache_size=-400000; PRAGMA mmap_size=1073741824;"
            "PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL");
    }

    void create(const std::string& given) override {
        directory = given;
        std::string journal = variant.get("load", "off");
        connect(journal == "off" ? path() + ".new" : path(), true);
        run("PRAGMA journal_mode=" + journal);
        if (journal == "off") run("PRAGMA synchronous=OFF");
        // What is read most comes first; long texts come last, on pages of their own if need be.
        run("CREATE TABLE strings(id INTEGER PRIMARY KEY, text TEXT);"
            "CREATE TABLE entity(rid INTEGER PRIMARY KEY, id INTEGER, hash INTEGER, kind INTEGER,"
            " start_line INTEGER, end_line INTEGER, key TEXT, name TEXT, qualified_name TEXT,"
            " language INTEGER, file INTEGER, visibility INTEGER, root_l1 INTEGER, root_l2 INTEGER,"
            " is_test INTEGER, token_count INTEGER, complexity INTEGER, parent TEXT,"
            " content_hash TEXT, signature TEXT, doc TEXT, code TEXT);"
            "CREATE TABLE edge(\"from\" INTEGER, \"to\" INTEGER, kind INTEGER, file INTEGER,"
            " line INTEGER, resolution INTEGER, PRIMARY KEY(\"from\", \"to\", kind)) WITHOUT ROWID");
        if (variant.is("index", "before")) makeIndexes();
        forgetStrings();
        stringsStored = 0;
        stringsLoaded = true;
    }

    void makeIndexes() {
        // An index of a WITHOUT ROWID table holds the primary key as well.
        run(std::string(byText  ? "CREATE UNIQUE INDEX entity_key ON entity(key);"
                        : byRow ? "CREATE UNIQUE INDEX entity_id ON entity(id);"
                                : "CREATE UNIQUE INDEX entity_hash ON entity(hash);") +
            "CREATE INDEX entity_file ON entity(file, kind, start_line, end_line);"
            "CREATE INDEX edge_in ON edge(\"to\", line);"
            "CREATE INDEX edge_file ON edge(file)");
    }

    static constexpr const char* insertEntity =
        "INSERT INTO entity VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,"
        "?19,?20,?21,?22)";

    void bindEntity(sqlite3_stmt* s, const Entity& e, uint32_t id, uint64_t hash) {
        auto number = [&](int at, int64_t value) { sqlite3_bind_int64(s, at, value); };
        number(1, byRow ? int64_t(hash) : int64_t(id));
        number(2, id);
        number(3, int64_t(hash));
        number(4, strings.ids.add(e.text[KIND], last[0]));
        number(5, e.number[START_LINE]);
        number(6, e.number[END_LINE]);
        bind(s, 7, e.text[KEY]);
        bind(s, 8, e.text[NAME]);
        bind(s, 9, e.text[QUALIFIED_NAME]);
        number(10, strings.ids.add(e.text[LANGUAGE], last[1]));
        number(11, strings.ids.add(e.text[FILE_PATH], last[2]));
        number(12, strings.ids.add(e.text[VISIBILITY], last[3]));
        number(13, strings.ids.add(e.text[ROOT_L1], last[4]));
        number(14, strings.ids.add(e.text[ROOT_L2], last[5]));
        number(15, 0);
        number(16, e.number[TOKEN_COUNT]);
        number(17, e.number[COMPLEXITY]);
        bind(s, 18, e.text[PARENT]);
        bind(s, 19, e.text[CONTENT_HASH]);
        bind(s, 20, e.text[SIGNATURE]);
        bind(s, 21, e.text[DOC]);
        bind(s, 22, e.text[CODE]);
    }
    static void bindEdge(sqlite3_stmt* s, const EdgeIds& e) {
        sqlite3_bind_int64(s, 1, e.from);
        sqlite3_bind_int64(s, 2, e.to);
        sqlite3_bind_int64(s, 3, e.kind);
        sqlite3_bind_int64(s, 4, e.file);
        sqlite3_bind_int64(s, 5, e.line);
        sqlite3_bind_int64(s, 6, e.resolution);
    }

    void storeStrings() {
        if (stringsStored == strings.ids.size()) return;
        sqlite3_stmt* s = lazy(addString, "INSERT INTO strings VALUES(?1,?2)");
        for (; stringsStored < strings.ids.size(); stringsStored++) {
            sqlite3_bind_int64(s, 1, int64_t(stringsStored));
            bind(s, 2, strings.ids[uint32_t(stringsStored)]);
            once(s);
        }
    }

    void load(const Data& data) override {
        run("BEGIN");
        size_t count = data.entities.size();
        Interner keys(count);
        for (const Entity& entity : data.entities) keys.add(entity.text[KEY]);
        if (keys.size() != count) fail("a key twice");
        std::vector<std::pair<int64_t, uint32_t>> order(count);
        for (uint32_t i = 0; i < count; i++)
            order[i] = {int64_t(hashOf(data.entities[i].text[KEY])), i};
        if (byRow) std::sort(order.begin(), order.end());
        sqlite3_stmt* s = prepare(insertEntity);
        for (auto [hash, i] : order) {
            bindEntity(s, data.entities[i], i, uint64_t(hash));
            once(s);
        }
        auto edges = intern(data, data.allEdges(), keys, strings.ids);
        s = prepare("INSERT INTO edge VALUES(?1,?2,?3,?4,?5,?6)");
        for (uint32_t i :
             sortedEdges(edges, {{&EdgeIds::from, count},
                                 {&EdgeIds::to, count},
                                 {&EdgeIds::kind, strings.ids.size()}})) {
            bindEdge(s, edges[i]);
            once(s);
        }
        storeStrings();
        if (!variant.is("index", "before")) makeIndexes();
        run("COMMIT");
        if (variant.get("load", "off") != "off") return;
        disconnect();
        syncPath(path() + ".new");
        if (rename((path() + ".new").c_str(), path().c_str()) != 0) fail("rename " + path());
        syncPath(directory);
    }

    void checkpoint() override {
        std::string mode = variant.get("checkpoint", "none");
        if (mode != "none") run("PRAGMA wal_checkpoint(" + mode + ")");
    }
    void settle() override {
        if (db) run("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    void disconnect() {
        for (sqlite3_stmt* s : statements) sqlite3_finalize(s);
        statements.clear();
        twoColumnsOf = rowOf = idOf = outOf = inOf = fromOf = cte = addString = byKind = namesOf = shortNamesOf =
            byFile = updateEntity = newEntity = putEdge = deleteEdges = deleteEntities = nullptr;
        if (db && sqlite3_close(db) != SQLITE_OK) fail("SQLite: close");
        db = nullptr;
        hasNames = false;
    }
    void close() override { disconnect(); }

    void open(const std::string& given, bool toRead) override {
        directory = given;
        // A file in WAL mode cannot be opened for reading only where no index of the log is.
        toRead = toRead && variant.get("load", "off") != "wal";
        connect(path(), false, toRead);
        if (!toRead)
            run("PRAGMA journal_mode=" + variant.get("write", "wal") + ";PRAGMA wal_autocheckpoint=0");
        stringsLoaded = false;
        nodes = 0;
    }

    void forgetStrings() {
        strings = Dictionary();
        for (Interner::Last& each : last) each = {};
    }

    void needStrings() {
        if (stringsLoaded) return;
        stringsLoaded = true;
        forgetStrings();
        sqlite3_stmt* s = prepare("SELECT text FROM strings ORDER BY id");
        while (row(s)) strings.load(text(s, 0));
        sqlite3_reset(s);
        stringsStored = strings.ids.size();
    }

    // ---------------------------------------------------------------------------------- reading

    sqlite3_stmt *twoColumnsOf = nullptr, *rowOf = nullptr,
                 *idOf = nullptr, *outOf = nullptr, *inOf = nullptr, *fromOf = nullptr,
                 *cte = nullptr, *addString = nullptr, *byKind = nullptr, *byFile = nullptr,
                 *updateEntity = nullptr, *newEntity = nullptr, *putEdge = nullptr,
                 *deleteEdges = nullptr, *deleteEntities = nullptr, *namesOf = nullptr,
                 *shortNamesOf = nullptr;
    bool hasNames = false;

    void beginReading() override {
        needStrings();
        run("BEGIN");
    }
    void endReading() override { run("COMMIT"); }

    /// Steps to the entity; the caller resets. Column 0 must be the key.
    bool seek(sqlite3_stmt*& statement, const char* columns, Text key) {
        if (!statement)
            statement = prepare(
                std::string("SELECT ") + columns + " FROM entity WHERE " +
                (byText  ? "key=?1"
                 : byRow ? "rid=?1"
                         : "hash=?1"));
        if (byText) {
            bind(statement, 1, key);
            return row(statement);
        }
        sqlite3_bind_int64(statement, 1, int64_t(hashOf(key)));
        return row(statement) && text(statement, 0) == key;
    }

    bool twoColumns(Text key, int64_t& start, int64_t& end) override {
        bool found = seek(twoColumnsOf, "key, start_line, end_line", key);
        if (found) {
            start = sqlite3_column_int64(twoColumnsOf, 1);
            end = sqlite3_column_int64(twoColumnsOf, 2);
        }
        sqlite3_reset(twoColumnsOf);
        return found;
    }
    bool fullRow(Text key, uint64_t& sum) override {
        bool found =
            seek(rowOf,
                 "key, name, qualified_name, parent, content_hash, signature, doc, code, kind, "
                 "language, file, visibility, root_l1, root_l2, start_line, end_line, is_test, "
                 "token_count, complexity",
                 key);
        if (found) {
            for (int i = 0; i < 8; i++) sum += touch(text(rowOf, i));
            for (int i = 8; i < 14; i++)
                sum += touch(strings.ids[uint32_t(sqlite3_column_int64(rowOf, i))]);
            for (int i = 14; i < 19; i++) sum += uint64_t(sqlite3_column_int64(rowOf, i));
        }
        sqlite3_reset(rowOf);
        return found;
    }
    bool idFor(Text key, uint32_t& id) {
        bool found = seek(idOf, byText ? "rid" : "key, id", key);
        if (found) id = uint32_t(sqlite3_column_int64(idOf, byText ? 0 : 1));
        sqlite3_reset(idOf);
        return found;
    }
    bool exists(Text key) override {
        uint32_t id;
        return idFor(key, id);
    }

    void hop(Text key, bool reverse, std::vector<Hop>& hops) override {
        hops.clear();
        uint32_t id;
        if (!idFor(key, id)) return;
        sqlite3_stmt* s =
            reverse ? lazy(inOf, "SELECT \"from\", kind, line FROM edge WHERE \"to\"=?1")
                    : lazy(outOf, "SELECT \"to\", kind, line FROM edge WHERE \"from\"=?1");
        sqlite3_bind_int64(s, 1, id);
        while (row(s))
            hops.push_back(
                {uint32_t(sqlite3_column_int64(s, 0)), uint32_t(sqlite3_column_int64(s, 1)),
                 sqlite3_column_int64(s, 2)});
        sqlite3_reset(s);
    }

    Walk walk;
    size_t closure(Text key, int depth) override {
        uint32_t id;
        if (!idFor(key, id)) return 0;
        sqlite3_stmt* s = lazy(fromOf, "SELECT \"from\" FROM edge WHERE \"to\"=?1");
        return walk.count(id, nodeCount(), depth, [&](uint32_t node, auto visit) {
            sqlite3_bind_int64(s, 1, node);
            while (row(s)) visit(uint32_t(sqlite3_column_int64(s, 0)));
            sqlite3_reset(s);
        });
    }
    bool findsNames() override { return true; }
    /// By FTS5's index of trigrams, made before it is first needed, in memory.
    size_t names(Text part) override {
        if (!hasNames)
            run("CREATE VIRTUAL TABLE temp.names USING fts5(name, tokenize='trigram');"
                "INSERT INTO temp.names(rowid, name) SELECT rid, name FROM entity");
        hasNames = true;
        bool isShort = part.size() < 3;
        sqlite3_stmt* s = isShort
            ? lazy(shortNamesOf,
                   "SELECT count(*) OVER (), rowid FROM temp.names WHERE name LIKE ?1"
                   " ORDER BY length(name), rowid LIMIT 20")
            : lazy(namesOf,
                   "SELECT count(*) OVER (), rowid FROM temp.names WHERE name MATCH ?1"
                   " ORDER BY length(name), rowid LIMIT 20");
        char quote = isShort ? '%' : '"';
        std::string wanted = quote + std::string(part) + quote;
        bind(s, 1, wanted);
        size_t count = 0;
        while (row(s)) count = size_t(sqlite3_column_int64(s, 0));
        sqlite3_reset(s);
        return count;
    }
    bool hasOtherClosure() override { return true; }
    /// With a depth it has to keep (node, depth) apart: a node that is met again is walked again.
    size_t otherClosure(Text key, int depth) override {
        uint32_t id;
        if (!idFor(key, id)) return 0;
        bool bounded = depth < INT32_MAX;
        sqlite3_stmt* s = prepare(
            bounded ? "WITH RECURSIVE r(n, d) AS (SELECT ?1, 0 UNION SELECT \"from\", d + 1 FROM r"
                      " JOIN edge ON \"to\" = n WHERE d < ?2) SELECT count(DISTINCT n) - 1 FROM r"
                    : "WITH RECURSIVE r(n) AS (SELECT ?1 UNION SELECT \"from\" FROM r"
                      " JOIN edge ON \"to\" = n) SELECT count(*) - 1 FROM r");
        sqlite3_bind_int64(s, 1, id);
        if (bounded) sqlite3_bind_int64(s, 2, depth);
        row(s);
        auto count = size_t(sqlite3_column_int64(s, 0));
        statements.pop_back();
        sqlite3_finalize(s);
        return count;
    }

    size_t nodes = 0;
    size_t nodeCount() {
        if (nodes == 0) {
            sqlite3_stmt* s = prepare("SELECT max(id) + 1 FROM entity");
            row(s);
            nodes = size_t(sqlite3_column_int64(s, 0));
            sqlite3_reset(s);
        }
        return nodes;
    }

    // Grouping in C, over an index that has all that is asked for: SQLite's own is no faster by
    // file, and by kind it would sort or need an index that every write pays for.
    void countByKind(std::vector<int64_t>& counts) override {
        counts.assign(strings.ids.size(), 0);
        sqlite3_stmt* s = lazy(byKind, "SELECT kind FROM entity INDEXED BY entity_file");
        while (row(s)) counts[size_t(sqlite3_column_int64(s, 0))] += 1;
        sqlite3_reset(s);
    }
    void linesByFile(std::vector<int64_t>& sums) override {
        sums.assign(strings.ids.size(), 0);
        sqlite3_stmt* s = lazy(
            byFile,
            "SELECT file, end_line - start_line + 1 FROM entity INDEXED BY entity_file");
        while (row(s)) sums[size_t(sqlite3_column_int64(s, 0))] += sqlite3_column_int64(s, 1);
        sqlite3_reset(s);
    }

    // ---------------------------------------------------------------------------------- writing

    /// The numbers of the keys of some rows; those that are new are given the next ones.
    void keysOf(const Data& data, Range entities, Range edges, Interner& keys,
                std::vector<uint32_t>& ids, std::vector<bool>& isNew) {
        auto add = [&](Text key) {
            if (keys.add(key) < ids.size()) return;
            uint32_t id = 0;
            isNew.push_back(!idFor(key, id));
            ids.push_back(isNew.back() ? uint32_t(nodes++) : id);
        };
        nodeCount();
        for (size_t i = entities.begin; i < entities.end; i++) add(data.entities[i].text[KEY]);
        for (size_t i = edges.begin; i < edges.end; i++) {
            if (i == edges.begin || data.edges[i].from != data.edges[i - 1].from)
                add(data.edges[i].from);
            add(data.edges[i].to);
        }
    }

    void write(const Data& data, Range entities, Range edges, const Text* deleted) {
        needStrings();
        Interner keys(entities.end - entities.begin + edges.end - edges.begin);
        std::vector<uint32_t> ids;
        std::vector<bool> isNew;
        run("BEGIN IMMEDIATE");
        keysOf(data, entities, edges, keys, ids, isNew);
        if (deleted) {
            uint32_t file = strings.ids.add(*deleted);
            sqlite3_stmt* s = lazy(deleteEntities, "DELETE FROM entity WHERE file=?1");
            sqlite3_bind_int64(s, 1, file);
            once(s);
            s = lazy(deleteEdges, "DELETE FROM edge WHERE file=?1");
            sqlite3_bind_int64(s, 1, file);
            once(s);
        }
        for (size_t i = entities.begin; i < entities.end; i++) {
            const Entity& entity = data.entities[i];
            uint32_t place = keys.find(entity.text[KEY]);
            sqlite3_stmt* s =
                deleted || isNew[place]
                    ? lazy(newEntity, insertEntity)
                    : lazy(updateEntity,
                           "UPDATE entity SET kind=?4,start_line=?5,end_line=?6,name=?8,"
                           "qualified_name=?9,language=?10,file=?11,visibility=?12,root_l1=?13,"
                           "root_l2=?14,is_test=?15,token_count=?16,complexity=?17,parent=?18,"
                           "content_hash=?19,signature=?20,doc=?21,code=?22 WHERE rid=?1");
            bindEntity(s, entity, ids[place], hashOf(entity.text[KEY]));
            once(s);
        }
        sqlite3_stmt* s = lazy(
            putEdge,
            "INSERT INTO edge VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET"
            " file=excluded.file, line=excluded.line, resolution=excluded.resolution");
        for (EdgeIds edge : intern(data, edges, keys, strings.ids)) {
            edge.from = ids[edge.from];
            edge.to = ids[edge.to];
            bindEdge(s, edge);
            once(s);
        }
        storeStrings();
        run("COMMIT");
    }

    void upsert(const Data& data, Range entities, Range edges) override {
        write(data, entities, edges, nullptr);
    }
    void replaceFile(const Data& data, Text file, Range entities, Range edges) override {
        write(data, entities, edges, &file);
    }

    bool compact() override {
        run("VACUUM");
        settle();
        return true;
    }
    std::unique_ptr<Peer> reader() override {
        auto other = std::make_unique<SQLite>(variant);
        other->open(directory, false);
        return other;
    }
};

}  // namespace

std::unique_ptr<Peer> makeSQLite(const Variant& variant) {
    return std::make_unique<SQLite>(variant);
}
