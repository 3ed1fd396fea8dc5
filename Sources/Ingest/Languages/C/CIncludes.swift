// SPDX-License-Identifier: Apache-2.0
//
// In C all files share their names; which of several a name means, includes say. Where headers are
// looked for a build tells, not the source: beside the file, or where in the tree one has the path.

enum CIncludes {
    static func links(isObjectOriented: Bool) -> LinkRules {
        LinkRules(
            family: "c", layout: .global, hasImplicitSelf: isObjectOriented,
            hasTypeScope: isObjectOriented,
            constructors: isObjectOriented ? [""] : [], builtIns: builtIns, builtInModule: "libc",
            commonMembers: commonMembers,
            outerModules: ["absl", "boost", "std", "testing"],
            unwrappers: [
                "at", "back", "data", "front", "get", "release", "top", "value", "value_or",
            ],
            rewrappers: ["begin", "cbegin", "end", "lock", "rbegin"], hasIncludes: true,
            module: { module($0, $1, $2) })
    }

    static func module(_ item: Import, _ file: LinkedFile, _ table: ModuleFinder) -> Module? {
        let isSystem = item.module.hasPrefix("<")
        let path = isSystem ? String(item.module.dropFirst().dropLast()) : item.module
        let root = NamePath(family: "c")
        let directory = PathIndex.parent(of: file.path)
        func inner(_ path: String) -> Module? {
            table.file(at: path).map { .inner(root, file: $0) }
        }
        if !isSystem, let beside = PathIndex.resolve(path, from: directory),
            let found = inner(beside)
        {
            return found
        }
        if isSystem, standard.contains(path) { return .outer(path) }
        var parts = PathIndex.segments(path)
        while parts.first == ".." || parts.first == "." { parts.removeFirst() }
        if parts.isEmpty { return nil }
        let found = table.paths(endingWith: parts.joined(separator: "/"))
        if found.isEmpty { return isSystem ? .outer(path) : nil }
        // The one with the longest way in common; of several that are as near none is certain.
        let own = PathIndex.segments(directory)
        func common(_ path: String) -> Int {
            zip(own, PathIndex.segments(path)).prefix { $0 == $1 }.count
        }
        let best = found.map { common($0) }.max() ?? 0
        let nearest = found.filter { common($0) == best }
        return nearest.count == 1 ? inner(nearest[0]) : nil
    }

    private static let standard: Set<String> = [
        "aio.h", "algorithm", "any", "arpa/inet.h", "array", "assert.h", "atomic", "barrier",
        "bit", "bitset", "cassert", "ccomplex", "cctype", "cerrno", "cfenv", "cfloat", "charconv",
        "chrono", "cinttypes", "ciso646", "climits", "clocale", "cmath", "codecvt", "compare",
        "complex", "complex.h", "concepts", "condition_variable", "coroutine", "cpio.h",
        "csetjmp", "csignal", "cstdarg", "cstdbool", "cstddef", "cstdint", "cstdio", "cstdlib",
        "cstring", "ctgmath", "ctime", "ctype.h", "cuchar", "cwchar", "cwctype", "deque",
        "dirent.h", "dlfcn.h", "errno.h", "exception", "execution", "expected", "fcntl.h",
        "fenv.h", "filesystem", "float.h", "fmtmsg.h", "fnmatch.h", "format", "forward_list",
        "fstream", "ftw.h", "functional", "future", "generator", "glob.h", "grp.h", "iconv.h",
        "initializer_list", "inttypes.h", "iomanip", "ios", "iosfwd", "iostream", "iso646.h",
        "istream", "iterator", "langinfo.h", "latch", "libgen.h", "limits", "limits.h", "list",
        "locale", "locale.h", "malloc.h", "map", "math.h", "mdspan", "memory", "memory.h",
        "memory_resource", "mqueue.h", "mutex", "net/if.h", "netdb.h", "netinet/in.h",
        "netinet/tcp.h", "new", "nl_types.h", "numbers", "numeric", "optional", "ostream",
        "poll.h", "print", "pthread.h", "pwd.h", "queue", "random", "ranges", "ratio", "regex",
        "regex.h", "sched.h", "scoped_allocator", "search.h", "semaphore", "semaphore.h", "set",
        "setjmp.h", "shared_mutex", "signal.h", "source_location", "span", "spawn.h", "sstream",
        "stack", "stacktrace", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h",
        "stdexcept", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h", "stop_token",
        "streambuf", "string", "string.h", "string_view", "strings.h", "stropts.h", "syncstream",
        "sys/epoll.h", "sys/ioctl.h", "sys/ipc.h", "sys/mman.h", "sys/param.h", "sys/resource.h",
        "sys/select.h", "sys/sem.h", "sys/shm.h", "sys/socket.h", "sys/stat.h", "sys/statvfs.h",
        "sys/time.h", "sys/times.h", "sys/types.h", "sys/uio.h", "sys/un.h", "sys/utsname.h",
        "sys/wait.h", "syslog.h", "system_error", "termios.h", "tgmath.h", "thread", "threads.h",
        "time.h", "tuple", "type_traits", "typeindex", "typeinfo", "uchar.h", "ulimit.h",
        "unistd.h", "unordered_map", "unordered_set", "utility", "utime.h", "utmpx.h", "valarray",
        "variant", "vector", "version", "wchar.h", "wctype.h", "windows.h", "wordexp.h",
    ]

    /// Of the standard library and POSIX.
    static let builtIns: Set<String> = [
        "FILE", "INT_MAX", "LONG_MAX", "NULL", "SIZE_MAX", "UINT_MAX", "abort", "abs", "accept",
        "access", "acos", "alarm", "alloca", "asctime", "asin", "assert", "atan", "atan2",
        "atexit", "atof", "atoi", "atol", "atoll", "bind", "bsearch", "calloc", "ceil", "chdir",
        "chmod", "chown", "clearerr", "clock", "clock_gettime", "close", "closedir", "connect",
        "cos", "creat", "ctime", "difftime", "dup", "dup2", "errno", "execl", "execv", "execve",
        "execvp", "exit", "exp", "fabs", "fclose", "fcntl", "fdopen", "feof", "ferror", "fflush",
        "fgetc", "fgets", "fileno", "floor", "fmod", "fopen", "fork", "fprintf", "fputc", "fputs",
        "fread", "free", "freopen", "frexp", "fscanf", "fseek", "fstat", "fsync", "ftell",
        "ftruncate", "fwrite", "getc", "getchar", "getcwd", "getenv", "gethostbyname", "getopt",
        "getpid", "getppid", "gettimeofday", "getuid", "gid_t", "gmtime", "htonl", "htons",
        "ioctl", "isalnum", "isalpha", "isascii", "isatty", "isdigit", "islower", "isprint",
        "ispunct", "isspace", "isupper", "isxdigit", "kill", "ldexp", "listen", "localtime",
        "localtime_r", "log", "log10", "log2", "longjmp", "lseek", "lstat", "malloc", "memchr",
        "memcmp", "memcpy", "memmove", "memset", "mkdir", "mktime", "mmap", "mode_t", "modf",
        "munmap", "nanosleep", "ntohl", "ntohs", "off_t", "offsetof", "open", "opendir", "perror",
        "pid_t", "pipe", "poll", "pow", "printf", "pthread_cond_signal", "pthread_cond_wait",
        "pthread_create", "pthread_join", "pthread_mutex_destroy", "pthread_mutex_init",
        "pthread_mutex_lock", "pthread_mutex_unlock", "pthread_once", "pthread_self", "putc",
        "putchar", "puts", "qsort", "raise", "rand", "read", "readdir", "realloc", "realpath",
        "recv", "remove", "rename", "rewind", "rmdir", "scanf", "select", "send", "setenv",
        "setjmp", "setsockopt", "setvbuf", "shutdown", "sigaction", "signal", "sin", "sizeof",
        "sleep", "snprintf", "socket", "sprintf", "sqrt", "srand", "sscanf", "stat", "stderr",
        "stdin", "stdout", "strcasecmp", "strcat", "strchr", "strcmp", "strcoll", "strcpy",
        "strcspn", "strdup", "strerror", "strftime", "strlen", "strncasecmp", "strncat",
        "strncmp", "strncpy", "strndup", "strnlen", "strpbrk", "strrchr", "strspn", "strstr",
        "strtod", "strtok", "strtok_r", "strtol", "strtoll", "strtoul", "strtoull", "symlink",
        "sysconf", "system", "tan", "time", "time_t", "tolower", "toupper", "uid_t", "umask",
        "ungetc", "unlink", "usleep", "va_arg", "va_copy", "va_end", "va_list", "va_start",
        "vfprintf", "vprintf", "vsnprintf", "vsprintf", "wait", "waitpid", "write",
    ]

    /// Of the standard library's types.
    static let commonMembers: Set<String> = [
        "append", "assign", "at", "back", "back_inserter", "base", "begin", "bucket_count",
        "c_str", "capacity", "cbegin", "cend", "clear", "close", "compare", "contains", "copy",
        "count", "data", "detach", "difference_type", "emplace", "emplace_back", "emplace_front",
        "empty", "end", "ends_with", "equal_range", "erase", "exchange", "extract", "fail",
        "fetch_add", "fetch_sub", "fill", "find", "find_first_of", "find_last_of", "first",
        "flush", "front", "get", "get_allocator", "get_deleter", "getline", "good", "has_value",
        "hash", "id", "init", "insert", "is_open", "join", "joinable", "key", "length", "load",
        "lock", "lower_bound", "max_size", "merge", "name", "native_handle", "next", "notify_all",
        "notify_one", "open", "owns_lock", "parent_path", "peek", "pop", "pop_back", "pop_front",
        "prev", "previous", "push", "push_back", "push_front", "put", "rbegin", "rdbuf", "read",
        "release", "remove", "rend", "replace", "reserve", "reset", "resize", "rfind", "run",
        "second", "seekg", "set", "shrink_to_fit", "size", "sort", "splice", "start",
        "starts_with", "stem", "stop", "store", "str", "string", "substr", "swap", "tellg",
        "test", "tie", "to_string", "top", "try_lock", "type", "unique", "unlock", "update",
        "upper_bound", "use_count", "valid", "value", "value_or", "wait", "what", "write",
        "yield",
    ]
}
