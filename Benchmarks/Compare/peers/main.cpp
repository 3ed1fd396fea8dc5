// SPDX-License-Identifier: Apache-2.0
//
// SQLite, LMDB and RocksDB as contestants: ../README.md says what they are asked, line by line.
#include "harness.h"

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cinttypes>
#include <filesystem>
#include <thread>

namespace fs = std::filesystem;

namespace {

struct Choice {
    const char* name;
    std::unique_ptr<Peer> (*make)(const Variant&);
    /// The first is measured, the others were tried.
    std::vector<const char*> variants;
};

const std::vector<Choice> choices = {
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

/// The middle of the name that a key has, in small letters.
std::string partOfName(const std::string& key) {
    size_t start = key.find(':', key.find(':') + 1) + 1;
    std::string name = key.substr(start, key.find(':', start) - start);
    size_t dot = name.rfind('.');
    if (dot != std::string::npos) name = name.substr(dot + 1);
    name = name.size() < 2 ? "" : name.substr(1, name.size() - 2);
    for (char& letter : name) letter = char(tolower(letter));
    return name;
}

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

int64_t processorTime() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
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

/// What was asked, word by word.
struct Question {
    std::vector<std::string> words;
    explicit Question(const std::string& line) {
        for (size_t at = 0; at < line.size();) {
            size_t end = std::min(line.find(' ', at), line.size());
            if (end > at) words.push_back(line.substr(at, end - at));
            at = end + 1;
        }
        if (words.empty()) words.push_back("");
    }
    const std::string& task() const { return words[0]; }
    size_t number(size_t at) const {
        if (at >= words.size()) fail(task() + " needs another number");
        return size_t(strtoull(words[at].c_str(), nullptr, 10));
    }
};

/// An answer: one line of JSON.
struct Answer {
    std::string json;

    void add(const char* name, const std::string& value) {
        json += std::string(json.empty() ? "" : ", ") + "\"" + name + "\": " + value;
    }
    void add(const char* name, uint64_t value) { add(name, std::to_string(value)); }
    void text(const char* name, const std::string& value) { add(name, "\"" + value + "\""); }
    void times(const std::vector<int64_t>& values, const char* name = "times") {
        std::string list;
        for (int64_t value : values) list += (list.empty() ? "" : ", ") + std::to_string(value);
        add(name, "[" + list + "]");
    }
    void print() {
        printf("{%s}\n", json.c_str());
        fflush(stdout);
    }
};

template <class Body> int64_t timed(Body body) {
    int64_t start = now();
    body();
    return now() - start;
}

struct Contestant {
    const Choice& choice;
    const Variant variant;
    const Data& data;
    const std::string directory;
    std::unique_ptr<Peer> peer;
    std::string path;
    /// Whether the store was opened for several threads.
    bool isShared = false;
    std::vector<std::string> keys, missing;
    std::vector<Hop> hops;

    Contestant(
        const Choice& choice, const std::string& variant, const Data& data,
        const std::string& directory)
        : choice(choice), variant(variant), data(data), directory(directory) {
        SplitMix random{7};
        for (int i = 0; i < 20000; i++) {
            keys.emplace_back(data.entities[random.below(data.entities.size())].text[KEY]);
            missing.push_back(keys.back() + "x");
        }
    }

    /// Whether it knows the question.
    bool answer(const Question& question, Answer& answer) {
        const std::string& task = question.task();
        if (task == "load") return load(answer), true;
        if (task == "memory") return memory(answer), true;
        if (task == "build") return build(question.number(1) != 0, answer), true;
        if (task == "batches") return batches(question.number(1), answer), true;
        if (task == "compact") return compact(answer), true;
        if (task == "close") return close(), true;
        if (task == "open") return open(), true;
        if (task == "everything") return answer.add("check", everything()), true;
        if (task == "upsert") return upsert(question.number(1), answer), true;
        if (task == "replace") return replace(question, answer), true;
        if (task == "singly") return singly(question, answer, 1), true;
        if (task == "together") return singly(question, answer, question.number(2)), true;
        if (task == "readers") return readers(question, answer), true;
        if (task == "kinds" || task == "lines") return scan(question, answer), true;
        return read(question, answer);
    }

    std::unique_ptr<Peer> make() { return choice.make(variant); }
    void lost() { fail("lost a key"); }

    std::string fresh(const std::string& name) {
        std::string path = directory + "/" + name;
        fs::remove_all(path);
        fs::create_directories(path);
        return path;
    }

    // ----------------------------------------------------------------------------------- loads

    void load(Answer& answer) {
        auto peer = make();
        peer->create(fresh("load"));
        int64_t before = processorTime();
        int64_t time = timed([&] { peer->load(data); });
        answer.times({processorTime() - before}, "processor");
        answer.times({time});
        peer->close();
        fs::remove_all(directory + "/load");
    }

    /// To be asked first: memory that was freed would hide what is taken again.
    void memory(Answer& answer) {
        malloc_trim(0);
        if (FILE* file = fopen("/proc/self/clear_refs", "w")) {
            fputs("5", file);
            fclose(file);
        }
        int64_t before = statusField("VmRSS:");
        auto peer = make();
        peer->create(fresh("memory"));
        peer->load(data);
        answer.add("bytes", uint64_t(std::max<int64_t>(statusField("VmHWM:") - before, 0)));
        peer->close();
        fs::remove_all(directory + "/memory");
    }

    void build(const Data& data, const Variant& variant, bool toWrite) {
        close();
        isShared = false;
        path = fresh("store");
        peer = choice.make(variant);
        peer->create(path);
        peer->load(data);
        peer->settle();
        peer->close();
        peer = choice.make(variant);
        peer->open(path, !toWrite);
    }
    void build(bool toWrite, Answer& answer) {
        build(data, variant, toWrite);
        answer.add("bytes", bytesOnDisk(path));
    }

    void close() {
        if (peer) peer->close();
        peer.reset();
    }
    void open() {
        close();
        peer = make();
        peer->open(path, true);
    }

    /// An edge is of the batch that has the later of its ends.
    void batches(size_t count, Answer& answer) {
        size_t share = data.entities.size() / count;
        Interner keys(data.entities.size());
        for (const Entity& entity : data.entities) keys.add(entity.text[KEY]);
        std::vector<std::vector<EdgeRow>> edges(count);
        for (const EdgeRow& edge : data.edges) {
            size_t last = std::max(keys.find(edge.from), keys.find(edge.to));
            edges[std::min(last / share, count - 1)].push_back(edge);
        }
        Data first, all;
        first.entities.assign(data.entities.begin(), data.entities.begin() + long(share));
        if (count == 1) first.entities = data.entities;
        first.edges = edges[0];
        all.entities = data.entities;
        build(first, variant, true);
        for (size_t i = 1; i < count; i++) {
            size_t end = i == count - 1 ? data.entities.size() : (i + 1) * share;
            size_t firstEdge = all.edges.size();
            all.edges.insert(all.edges.end(), edges[i].begin(), edges[i].end());
            peer->upsert(all, {i * share, end}, {firstEdge, all.edges.size()});
            peer->checkpoint();
        }
        answer.add("bytes", bytesOnDisk(path));
    }

    void compact(Answer& answer) {
        bool does = false;
        int64_t time = timed([&] { does = peer->compact(); });
        if (does)
            answer.times({time});
        else
            answer.text("unsupported", "has no batches to merge");
    }

    // ----------------------------------------------------------------------------------- reads

    /// `TASK FROM COUNT WARM`: some of the keys, one by one, after some before them.
    bool read(const Question& question, Answer& answer) {
        const std::string& task = question.task();
        static const char* tasks[] = {
            "columns", "row", "missing", "deps", "rdeps", "near", "far", "names", "timer"};
        if (std::find(std::begin(tasks), std::end(tasks), task) == std::end(tasks)) return false;
        if (task == "names" && !peer->findsNames()) return false;
        size_t from = question.number(1), count = question.number(2), warm = question.number(3);
        std::vector<int64_t> times;
        times.reserve(count);
        uint64_t sum = 0;
        peer->beginReading();
        auto each = [&](auto body) {
            for (size_t n = 0; n < warm; n++) body((from + keys.size() - 1 - n) % keys.size());
            for (size_t n = 0; n < count; n++) {
                size_t i = (from + n) % keys.size();
                int64_t start = now();
                sum += body(i);
                times.push_back(now() - start);
            }
        };
        if (task == "columns")
            each([&](size_t i) {
                int64_t start, end;
                if (!peer->twoColumns(keys[i], start, end)) lost();
                return uint64_t(start + end);
            });
        else if (task == "row")
            each([&](size_t i) {
                uint64_t sum = 0;
                if (!peer->fullRow(keys[i], sum)) lost();
                return sum;
            });
        else if (task == "missing")
            each([&](size_t i) {
                if (peer->exists(missing[i])) fail("found a key that is missing");
                return uint64_t(0);
            });
        else if (task == "deps" || task == "rdeps")
            each([&, reverse = task == "rdeps"](size_t i) {
                peer->hop(keys[i], reverse, hops);
                return uint64_t(hops.size());
            });
        else if (task == "near" || task == "far")
            each([&, depth = task == "near" ? 5 : INT32_MAX](size_t i) {
                return uint64_t(peer->closure(keys[i], depth));
            });
        else if (task == "names") {
            std::vector<std::string> parts;
            for (const auto& key : keys) parts.push_back(partOfName(key));
            each([&](size_t i) { return uint64_t(peer->names(parts[i])); });
        } else
            each([](size_t) { return uint64_t(0); });
        peer->endReading();
        answer.times(times);
        answer.add("check", sum);
        return true;
    }

    /// `TASK COUNT`: so many passes over all rows.
    void scan(const Question& question, Answer& answer) {
        bool kinds = question.task() == "kinds";
        std::vector<int64_t> times, values;
        peer->beginReading();
        for (size_t n = question.number(1); n-- > 0;)
            times.push_back(timed([&] {
                if (kinds)
                    peer->countByKind(values);
                else
                    peer->linesByFile(values);
            }));
        peer->endReading();
        uint64_t sum = 0;
        for (int64_t value : values) sum += uint64_t(value * value);
        answer.times(times);
        answer.add("check", sum);
    }

    /// All that can be read of all rows, in a number.
    uint64_t everything() {
        peer->beginReading();
        uint64_t sum = 0;
        for (const Entity& entity : data.entities) {
            uint64_t row = 0;
            if (!peer->fullRow(entity.text[KEY], row)) lost();
            sum += row;
            for (bool reverse : {false, true}) {
                peer->hop(entity.text[KEY], reverse, hops);
                // The order of edges and the numbers of nodes and kinds are the peer's own affair.
                for (const Hop& hop : hops) sum += uint64_t(hop.line) * hops.size();
            }
        }
        std::vector<int64_t> values;
        peer->countByKind(values);
        for (int64_t value : values) sum += uint64_t(value * value);
        peer->linesByFile(values);
        for (int64_t value : values) sum += uint64_t(value * value);
        peer->endReading();
        return sum;
    }

    // ---------------------------------------------------------------------------------- writes

    /// A tenth of the rows again, the `round`th.
    void upsert(size_t round, Answer& answer) {
        size_t tenth = data.entities.size() / 10, start = round % 9 * tenth, end = start + tenth;
        answer.times({timed([&] {
            peer->upsert(data, {start, end}, {start * 3, end * 3});
        })});
        peer->checkpoint();
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
    int64_t replace(size_t number) {
        Text file = data.files[number * 7 % data.files.size()];
        auto [rows, edges] = rowsOf(file);
        int64_t time = timed([&, rows = rows, edges = edges] {
            peer->replaceFile(data, file, rows, edges);
        });
        peer->checkpoint();
        return time;
    }
    /// `replace FROM COUNT`: files, one after the other.
    void replace(const Question& question, Answer& answer) {
        std::vector<int64_t> times;
        for (size_t n = 0; n < question.number(2); n++)
            times.push_back(replace(question.number(1) + n));
        answer.times(times);
    }

    /// `singly FROM COUNT`: entities, with their edges, `step` to a commit. The time of them all.
    void singly(const Question& question, Answer& answer, size_t step) {
        size_t from = question.number(1) % (data.entities.size() - question.number(2));
        int64_t time = 0;
        for (size_t at = from; at < from + question.number(2); at += step) {
            time += timed([&] {
                peer->upsert(data, {at, at + step}, {at * 3, (at + step) * 3});
            });
            peer->checkpoint();
        }
        answer.times({time});
    }

    /// `readers MILLISECONDS READERS WRITERS`: look-ups and hops by threads, a new view of the store
    /// for every hundred, beside a thread that replaces files.
    void readers(const Question& question, Answer& answer) {
        Variant shared(variant.text + ",lock=normal");
        if (!isShared) build(data, shared, true), everything();
        isShared = true;
        std::atomic<bool> stop{false};
        std::atomic<uint64_t> reads{0};
        size_t count = question.number(2);
        std::vector<std::vector<int64_t>> times(count);
        std::vector<std::thread> threads;
        for (size_t n = 0; n < count; n++)
            threads.emplace_back([&, n] {
                auto other = peer->reader();
                std::vector<Hop> hops;
                SplitMix random{n};
                uint64_t done = 0;
                while (!stop) {
                    other->beginReading();
                    for (int i = 0; i < 50; i++) {
                        size_t key = random.below(keys.size());
                        int64_t start = now();
                        int64_t first, last;
                        if (!other->twoColumns(keys[key], first, last)) lost();
                        times[n].push_back(now() - start);
                        other->hop(keys[key], true, hops);
                        done += 2;
                    }
                    other->endReading();
                }
                other->close();
                reads += done;
            });
        int64_t start = now(), end = start + int64_t(question.number(1)) * 1000000;
        std::vector<int64_t> writes;
        if (question.number(3) == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(question.number(1)));
        else
            while (now() < end) writes.push_back(replace(writes.size()));
        stop = true;
        for (std::thread& thread : threads) thread.join();
        double seconds = double(now() - start) / 1e9;
        // A sample: there are millions.
        std::vector<int64_t> all;
        for (auto& each : times)
            for (size_t i = 0; i < each.size(); i += 1 + each.size() / 1000) all.push_back(each[i]);
        answer.times(all);
        answer.times(writes, "writes");
        answer.add("reads", reads.load());
        answer.add("seconds", std::to_string(seconds));
    }
};

/// The tasks of the floor.
bool floorAnswer(Floor& floor, const Question& question, Answer& answer) {
    const std::string& task = question.task();
    if (task == "load") {
        int64_t before = processorTime();
        int64_t time = timed([&] { floor.run(true, 2, true); });
        answer.times({processorTime() - before}, "processor");
        answer.times({time});
    } else if (task == "pack") {
        bool isZstd = question.words.at(1) == "zstd";
        answer.times({timed([&] { floor.run(isZstd, int(question.number(2)), false); })});
    } else if (task == "build") {
        answer.add("bytes", floor.run(true, 1, false));
    } else if (task == "input") {
        answer.add("bytes", floor.inputSize());
    } else if (task == "replace") {
        std::vector<int64_t> times;
        for (size_t n = 0; n < question.number(2); n++)
            times.push_back(timed([&] { floor.commit(); }));
        answer.times(times);
    } else {
        return false;
    }
    return true;
}

template <class Body> void eachQuestion(Body body) {
    char* line = nullptr;
    size_t room = 0;
    for (ssize_t count; (count = getline(&line, &room, stdin)) > 0;) {
        Question question(std::string(line, size_t(count - (line[count - 1] == '\n'))));
        Answer answer;
        if (!body(question, answer)) answer.text("unsupported", "no such task here");
        answer.print();
    }
    free(line);
}

const char* usage =
    "usage: peers serve NAME ROWS FOLDER [VARIANT]   answers questions on standard input\n"
    "       peers first NAME FOLDER KEY              opens the store, finds the key, says how long\n"
    "       peers variants NAME                      lists the ways of doing things\n"
    "ROWS is from EngineBenchmarks --dump. Names: sqlite lmdb rocksdb rocksdb-zstd floor.\n";

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> words(arguments + 1, arguments + count);
    if (words.size() < 2) {
        fputs(usage, stderr);
        return 2;
    }
    const Choice* choice = nullptr;
    for (const Choice& each : choices)
        if (words[1] == each.name) choice = &each;
    if (words[0] == "serve" && words.size() >= 4) {
        Data data(words[2]);
        if (data.edges.size() != data.entities.size() * 3) fail("not three edges for each entity");
        fs::create_directories(words[3]);
        Answer ready;
        if (words[1] == "floor") {
            Floor floor(data, words[3]);
            ready.text("version", "zstd level 1 in 64 kB blocks, 2 threads, write, fsync");
            ready.print();
            eachQuestion([&](const Question& question, Answer& answer) {
                return floorAnswer(floor, question, answer);
            });
            return 0;
        }
        if (!choice) fail("no peer " + words[1]);
        Contestant contestant(
            *choice, words.size() > 4 ? words[4] : choice->variants[0], data, words[3]);
        ready.text("version", contestant.make()->version());
        ready.text("how", contestant.variant.text);
        ready.print();
        eachQuestion([&](const Question& question, Answer& answer) {
            return contestant.answer(question, answer);
        });
        contestant.close();
    } else if (words[0] == "first" && words.size() == 4 && choice) {
        Answer answer;
        auto peer = choice->make(Variant(choice->variants[0]));
        int64_t line = 0;
        answer.times({timed([&] {
            peer->open(words[2], true);
            if (!peer->firstColumn(words[3], line)) fail("lost a key");
        })});
        answer.add("check", uint64_t(line));
        answer.print();
        peer->close();
    } else if (words[0] == "variants" && choice) {
        for (const char* variant : choice->variants) puts(variant);
    } else {
        fputs(usage, stderr);
        return 2;
    }
}
