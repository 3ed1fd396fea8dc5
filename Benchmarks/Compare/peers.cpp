// SPDX-License-Identifier: Apache-2.0
//
// The work of EngineBenchmarks on SQLite, LMDB and RocksDB, on the same rows. See README.md.
#include "harness.h"

#include <malloc.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace fs = std::filesystem;

namespace {

struct Choice {
    const char* name;
    std::unique_ptr<Peer> (*make)(const Variant&);
    /// The first is measured, the others are tried by `--variants`.
    std::vector<std::string> variants;
};

std::vector<Choice> choices = {
    {"sqlite", makeSQLite,
     {"load=off,key=rowid,index=after,write=wal,page=16384,checkpoint=passive",
      "load=off,key=rowid,index=after,write=wal,page=4096,checkpoint=passive",
      "load=off,key=rowid,index=after,write=wal,page=65536,checkpoint=passive",
      "load=off,key=hash,index=after,write=wal,page=16384,checkpoint=passive",
      "load=off,key=text,index=after,write=wal,page=16384,checkpoint=passive",
      "load=off,key=rowid,index=before,write=wal,page=16384,checkpoint=passive",
      "load=wal,key=rowid,index=after,write=wal,page=16384,checkpoint=passive",
      "load=off,key=rowid,index=after,write=wal,page=16384,checkpoint=truncate",
      "load=delete,key=rowid,index=after,write=delete,page=16384"}},
    {"lmdb", makeLMDB,
     {"key=hash,append=yes,map=read", "key=text,append=yes,map=read",
      "key=hash,append=no,map=read", "key=hash,append=yes,map=write"}},
    // The fastest to load that compresses, and the smallest.
    {"rocksdb", makeRocksDB,
     {"load=sst,pack=lz4,threads=1,block=4096", "load=sst,pack=lz4,threads=1,block=16384",
      "load=sst,pack=none,threads=1,block=4096", "load=wal,pack=lz4,threads=1,block=4096"}},
    {"rocksdb-zstd", makeRocksDB,
     {"load=sst,pack=zstd,threads=1,block=16384", "load=sst,pack=zstd,threads=1,block=4096",
      "load=sst,pack=zstd,threads=2,block=4096", "load=wal,pack=zstd,threads=1,block=16384"}},
};

struct Options {
    std::string data, directory, json;
    std::vector<std::string> only;
    int runs = 10, lookUps = 20000, closures = 2000, unbounded = 200;
    bool variants = false;
};

/// In bytes.
int64_t statusField(const char* field) {
    FILE* file = fopen("/proc/self/status", "r");
    char line[256];
    long long kilobytes = 0;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0)
            kilobytes = strtoll(line + strlen(field), nullptr, 10);
    if (file) fclose(file);
    return kilobytes * 1024;
}

uint64_t bytesOnDisk(const std::string& directory) {
    uint64_t sum = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        struct stat status;
        if (!entry.is_regular_file() || stat(entry.path().c_str(), &status) != 0) continue;
        sum += std::min(uint64_t(status.st_size), uint64_t(status.st_blocks) * 512);
    }
    return sum;
}

struct Tasks {
    const Data& data;
    const Options& options;
    Report& report;
    std::vector<std::string> keys, missing;

    Tasks(const Data& data, const Options& options, Report& report)
        : data(data), options(options), report(report) {
        SplitMix random{7};
        for (int i = 0; i < 20000; i++) {
            keys.emplace_back(data.entities[random.below(data.entities.size())].text[KEY]);
            missing.push_back(keys.back() + "x");
        }
    }

    std::string fresh(const std::string& name) {
        std::string path = options.directory + "/" + name;
        fs::remove_all(path);
        fs::create_directories(path);
        return path;
    }

    // --------------------------------------------------------------------------------- harness

    template <class Body> Timing measure(int runs, int warmUp, Body body) {
        for (int i = 0; i < warmUp; i++) body();
        std::vector<int64_t> values;
        for (int i = 0; i < runs; i++) {
            int64_t start = now();
            body();
            values.push_back(now() - start);
        }
        return Timing(values);
    }
    /// Times every call by itself, and gives the sum of what the timed calls gave.
    template <class Body> Timing measureEach(int count, uint64_t& sink, Body body) {
        for (int i = 0; i < count; i++) body(size_t(i) % keys.size());
        std::vector<int64_t> values;
        values.reserve(size_t(count));
        sink = 0;
        for (int i = 0; i < count; i++) {
            int64_t start = now();
            sink += body(size_t(i) % keys.size());
            values.push_back(now() - start);
        }
        return Timing(values);
    }

    // ----------------------------------------------------------------------------------- tasks

    /// Peak memory of a load above the input, in a process of its own.
    int64_t peakMemory(const Choice& choice, const Variant& variant) {
        int ends[2];
        if (pipe(ends) != 0) fail("pipe");
        fflush(stdout);
        malloc_trim(0);
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child == 0) {
            if (FILE* file = fopen("/proc/self/clear_refs", "w")) {
                fputs("5", file);
                fclose(file);
            }
            int64_t before = statusField("VmRSS:");
            auto peer = choice.make(variant);
            peer->create(fresh("memory"));
            peer->load(data);
            int64_t above = statusField("VmHWM:") - before;
            if (write(ends[1], &above, sizeof above) != sizeof above) _exit(1);
            _exit(0);
        }
        close(ends[1]);
        int64_t above = 0;
        if (read(ends[0], &above, sizeof above) != sizeof above) fail("the load's process died");
        close(ends[0]);
        waitpid(child, nullptr, 0);
        fs::remove_all(options.directory + "/memory");
        return above;
    }

    void load(const Choice& choice, const Variant& variant, Timing& times, Timing& processor) {
        std::vector<int64_t> elapsed, used;
        for (int run = 0; run <= options.runs; run++) {
            auto peer = choice.make(variant);
            peer->create(fresh("load"));
            timespec before, after;
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
            int64_t start = now();
            peer->load(data);
            int64_t end = now();
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
            if (run == 0) continue;
            elapsed.push_back(end - start);
            used.push_back(
                (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec);
        }
        times = Timing(elapsed);
        processor = Timing(used);
        fs::remove_all(options.directory + "/load");
    }

    std::unique_ptr<Peer> loaded(
        const Choice& choice, const Variant& variant, const std::string& name, bool toRead,
        uint64_t& size) {
        std::string path = fresh(name);
        auto peer = choice.make(variant);
        peer->create(path);
        peer->load(data);
        peer->settle();
        peer->close();
        size = bytesOnDisk(path);
        peer = choice.make(variant);
        peer->open(path, toRead);
        return peer;
    }

    void lost() { fail("lost a key"); }

    Timing twoColumns(Peer& peer, uint64_t& sink) {
        return measureEach(options.lookUps, sink, [&](size_t i) {
            int64_t start, end;
            if (!peer.twoColumns(keys[i], start, end)) lost();
            return uint64_t(start + end);
        });
    }
    Timing fullRow(Peer& peer, uint64_t& sink) {
        return measureEach(options.lookUps, sink, [&](size_t i) {
            uint64_t sum = 0;
            if (!peer.fullRow(keys[i], sum)) lost();
            return sum;
        });
    }
    std::vector<Hop> hops;
    Timing hop(Peer& peer, bool reverse, uint64_t& sink) {
        return measureEach(options.lookUps, sink, [&](size_t i) {
            peer.hop(keys[i], reverse, hops);
            return hops.size();
        });
    }
    Timing closure(Peer& peer, int depth, int count, uint64_t& sink) {
        return measureEach(
            count, sink, [&](size_t i) { return peer.closure(keys[i], depth); });
    }

    /// All that can be read of all rows, in a number.
    uint64_t everything(Peer& peer) {
        peer.beginReading();
        uint64_t sum = 0;
        for (const Entity& entity : data.entities) {
            uint64_t row = 0;
            if (!peer.fullRow(entity.text[KEY], row)) lost();
            sum = sum * 31 + row;
            for (bool reverse : {false, true}) {
                peer.hop(entity.text[KEY], reverse, hops);
                // Their order is the peer's own affair, their kinds' numbers too.
                for (const Hop& hop : hops)
                    sum += (uint64_t(hop.other) * 0x9e3779b97f4a7c15) ^ (uint64_t(hop.line) << 7);
            }
        }
        std::vector<int64_t> values;
        peer.countByKind(values);
        for (int64_t value : values) sum += uint64_t(value * value);
        peer.linesByFile(values);
        for (int64_t value : values) sum += uint64_t(value * value);
        peer.endReading();
        return sum;
    }

    /// Where the rows of a file are: they stand together, three edges for each.
    std::pair<Range, Range> rowsOf(Text file) {
        Range rows{0, 0};
        while (data.entities[rows.begin].text[FILE_PATH] != file) rows.begin++;
        rows.end = rows.begin;
        while (rows.end < data.entities.size() && data.entities[rows.end].text[FILE_PATH] == file)
            rows.end++;
        return {rows, {rows.begin * 3, rows.end * 3}};
    }

    Timing upserts(Peer& peer) {
        size_t tenth = data.entities.size() / 10;
        std::vector<int64_t> times;
        for (int run = 0; run < options.runs; run++) {
            size_t start = size_t(run) % 9 * tenth, end = start + tenth;
            int64_t begin = now();
            peer.upsert(data, {start, end}, {start * 3, end * 3});
            times.push_back(now() - begin);
            peer.checkpoint();
        }
        return Timing(times);
    }
    Timing replacements(Peer& peer) {
        std::vector<int64_t> times;
        for (int run = 0; run < options.runs * 3; run++) {
            Text file = data.files[size_t(run) * 7 % data.files.size()];
            auto [rows, edges] = rowsOf(file);
            int64_t begin = now();
            peer.replaceFile(data, file, rows, edges);
            times.push_back(now() - begin);
            peer.checkpoint();
        }
        return Timing(times);
    }

    void run(const Choice& choice, const Variant& variant, int64_t peak) {
        report.begin(choice.name, choice.make(variant)->version() + ", " + variant.text);
        report.bytes("load: peak memory above input", uint64_t(peak), true);
        Timing times({}), processor({});
        load(choice, variant, times, processor);
        report.times("load", times);
        report.times("load, processor", processor);

        uint64_t size, sink;
        auto peer = loaded(choice, variant, "read", true, size);
        peer->close();
        report.bytes("bytes on disk", size);
        std::string path = options.directory + "/read";
        Text key = data.entities[data.entities.size() / 2].text[KEY];
        report.times("open + first get", measure(200, 1, [&] {
            auto each = choice.make(variant);
            each->open(path, true);
            int64_t start;
            if (!each->firstColumn(key, start)) lost();
            each->close();
        }));
        report.times("open + first full row", measure(200, 1, [&] {
            auto each = choice.make(variant);
            each->open(path, true);
            each->beginReading();
            if (!each->fullRow(key, sink)) lost();
            each->endReading();
            each->close();
        }));

        peer->open(path, true);
        uint64_t whole = everything(*peer);
        report.check("all rows", whole);
        peer->beginReading();
        auto task = [&](const char* name, const Timing& timing) {
            report.times(name, timing);
            report.check(name, sink);
        };
        task("get, two columns", twoColumns(*peer, sink));
        task("get, name and kind", measureEach(options.lookUps, sink, [&](size_t i) {
            uint64_t sum = 0;
            if (!peer->nameAndKind(keys[i], sum)) lost();
            return sum;
        }));
        task("get, full row", fullRow(*peer, sink));
        task("get, missing", measureEach(options.lookUps, sink, [&](size_t i) {
            if (peer->exists(missing[i])) fail("found a key that is missing");
            return uint64_t(0);
        }));
        task("timer alone", measureEach(options.lookUps, sink, [](size_t) { return uint64_t(0); }));
        task("forward hop", hop(*peer, false, sink));
        task("reverse hop", hop(*peer, true, sink));
        task("reverse closure, depth 5", closure(*peer, 5, options.closures, sink));
        task("reverse closure, unbounded", closure(*peer, INT32_MAX, options.unbounded, sink));
        std::vector<int64_t> values;
        Timing scan = measure(200, 20, [&] { peer->countByKind(values); });
        sink = 0;
        for (int64_t value : values) sink += uint64_t(value * value);
        task("count by kind", scan);
        scan = measure(200, 20, [&] { peer->linesByFile(values); });
        sink = 0;
        for (int64_t value : values) sink += uint64_t(value);
        task("sum of lines by file", scan);
        peer->endReading();
        peer->close();

        for (bool isUpsert : {true, false}) {
            const char* name = isUpsert ? "upsert of 10 %" : "replace one file";
            peer = loaded(choice, variant, "write", false, size);
            // As one that has been open for long.
            if (everything(*peer) != whole) fail("other rows in another load");
            report.times(name, isUpsert ? upserts(*peer) : replacements(*peer));
            // The same rows were written again, so what can be read is the same, now and later.
            for (int reopened = 0; reopened < 2; reopened++) {
                if (everything(*peer) != whole) fail(std::string("other rows after: ") + name);
                peer->close();
                peer->open(options.directory + "/write");
            }
            peer->close();
        }
    }

    static std::string short_(const Timing& timing) {
        char out[32];
        int64_t median = timing.at(0.5);
        if (median < 10000000)
            snprintf(out, sizeof out, "%.2f µs", double(median) / 1e3);
        else
            snprintf(out, sizeof out, "%.1f ms", double(median) / 1e6);
        return out;
    }

    void tryVariant(const Choice& choice, const Variant& variant) {
        printf("%s  %s\n", choice.name, variant.text.c_str());
        int64_t peak = peakMemory(choice, variant);
        Timing times({}), processor({});
        load(choice, variant, times, processor);
        uint64_t size, sink;
        auto peer = loaded(choice, variant, "read", true, size);
        peer->beginReading();
        printf(
            "    load %s (processor %s), %lld kB above input, %llu bytes; p50: ",
            short_(times).c_str(), short_(processor).c_str(), (long long)peak / 1024,
            (unsigned long long)size);
        printf("two columns %s, ", short_(twoColumns(*peer, sink)).c_str());
        printf("full row %s, ", short_(fullRow(*peer, sink)).c_str());
        printf("reverse hop %s, ", short_(hop(*peer, true, sink)).c_str());
        int count = std::min(options.closures, 50);
        for (int depth : {5, INT32_MAX}) {
            printf("closure %s", short_(closure(*peer, depth, count, sink)).c_str());
            if (peer->hasOtherClosure()) {
                uint64_t other;
                Timing timing = measureEach(
                    count, other, [&](size_t i) { return peer->otherClosure(keys[i], depth); });
                printf(" (CTE %s%s)", short_(timing).c_str(), other == sink ? "" : " DIFFERENT");
            }
            printf(", ");
            fflush(stdout);
        }
        peer->endReading();
        peer->close();
        peer = loaded(choice, variant, "write", false, size);
        everything(*peer);
        printf("upsert %s, ", short_(upserts(*peer)).c_str());
        printf("replace %s\n", short_(replacements(*peer)).c_str());
        fflush(stdout);
        peer->close();
    }
};

const char* usage =
    "usage: peers FILE [--only NAME[,NAME…]] [--runs N] [--look-ups N] [--closures N]\n"
    "             [--unbounded N] [--variant NAME:WHAT=HOW,…] [--variants] [--dir FOLDER]\n"
    "             [--json FILE]\n"
    "FILE is from EngineBenchmarks --dump. Names: sqlite lmdb rocksdb rocksdb-zstd floor.\n";

}  // namespace

int main(int count, char** arguments) {
    Options options;
    options.directory = fs::current_path() / ".build" / ("compare-" + std::to_string(getpid()));
    for (int i = 1; i < count; i++) {
        std::string argument = arguments[i];
        auto next = [&]() -> std::string {
            if (++i >= count) fail("no value for " + argument);
            return arguments[i];
        };
        if (argument == "--only") {
            std::string names = next() + ",";
            for (size_t at = 0, end; (end = names.find(',', at)) != std::string::npos; at = end + 1)
                options.only.push_back(names.substr(at, end - at));
        } else if (argument == "--runs") {
            options.runs = std::max(std::stoi(next()), 1);
        } else if (argument == "--look-ups") {
            options.lookUps = std::max(std::stoi(next()), 1);
        } else if (argument == "--closures") {
            options.closures = std::max(std::stoi(next()), 1);
        } else if (argument == "--unbounded") {
            options.unbounded = std::max(std::stoi(next()), 1);
        } else if (argument == "--dir") {
            options.directory = next() + "/compare-" + std::to_string(getpid());
        } else if (argument == "--json") {
            options.json = next();
        } else if (argument == "--variants") {
            options.variants = true;
        } else if (argument == "--variant") {
            std::string value = next();
            for (Choice& choice : choices)
                if (value.rfind(std::string(choice.name) + ":", 0) == 0)
                    choice.variants = {value.substr(strlen(choice.name) + 1)};
        } else if (options.data.empty() && argument.rfind("--", 0) != 0) {
            options.data = argument;
        } else {
            fputs(usage, stderr);
            return 2;
        }
    }
    if (options.data.empty()) {
        fputs(usage, stderr);
        return 2;
    }
    Data data(options.data);
    if (data.edges.size() != data.entities.size() * 3) fail("not three edges for each entity");
    printf(
        "%zu entities, %zu edges, %zu files\n", data.entities.size(), data.edges.size(),
        data.files.size());
    fs::create_directories(options.directory);
    auto wants = [&](const std::string& name) {
        return options.only.empty() ||
               std::find(options.only.begin(), options.only.end(), name) != options.only.end();
    };
    Report report;
    Tasks tasks(data, options, report);
    bool agree = true;
    if (options.variants) {
        for (const Choice& choice : choices)
            if (wants(choice.name))
                for (const std::string& variant : choice.variants)
                    tasks.tryVariant(choice, Variant(variant));
    } else {
        // Before anything else has left free memory behind.
        std::map<std::string, int64_t> peaks;
        for (const Choice& choice : choices)
            if (wants(choice.name))
                peaks[choice.name] = tasks.peakMemory(choice, Variant(choice.variants[0]));
        if (wants("floor")) runFloor(data, options.directory, options.runs, report);
        for (const Choice& choice : choices)
            if (wants(choice.name))
                tasks.run(choice, Variant(choice.variants[0]), peaks[choice.name]);
        if (!report.checks.empty()) agree = report.compare();
        if (!options.json.empty()) report.write(options.json);
    }
    fs::remove_all(options.directory);
    return agree ? 0 : 1;
}
