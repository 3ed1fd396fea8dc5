// SPDX-License-Identifier: Apache-2.0
//
// Packages of the Java platform's languages, which see each other's.

enum JVM {
    static func module(_ item: Import, _ file: LinkedFile, _ table: ModuleFinder) -> Module? {
        module(item.module, table)
    }

    /// A package, or a type in one; nil if the tree has the package and no such type.
    static func module(_ name: String, _ table: ModuleFinder) -> Module? {
        let parts = LinkedFile.parts(name)
        let root = NamePath(family: "jvm")
        let path = root.appending(all: parts)
        if !table.files(of: path).isEmpty || !table.symbols(at: path).isEmpty {
            return .inner(path, file: nil)
        }
        for count in (0..<parts.count).reversed() where parts[count].first?.isUppercase ?? false {
            let package = root.appending(all: parts.prefix(count))
            if count > 0, !table.files(of: package).isEmpty { return nil }
        }
        return .outer(name)
    }

    static let outerModules: Set<String> = [
        "android", "androidx", "jakarta", "java", "javax", "jdk", "kotlin", "kotlinx", "scala",
        "sun",
    ]

    static let rootMembers: [String: String] = Dictionary(
        uniqueKeysWithValues: [
            "clone", "equals", "finalize", "getClass", "hashCode", "notify", "notifyAll",
            "toString", "wait",
        ].map { ($0, "java.lang.Object.\($0)") })

    static let enumMembers: [String: String] = Dictionary(
        uniqueKeysWithValues: [
            "compareTo", "getDeclaringClass", "name", "ordinal", "valueOf", "values",
        ].map { ($0, "java.lang.Enum.\($0)") })

    static let javaLang: Set<String> = [
        "AbstractMethodError", "Appendable", "ArithmeticException",
        "ArrayIndexOutOfBoundsException", "ArrayStoreException", "AssertionError",
        "AutoCloseable", "Boolean", "Byte", "CharSequence", "Character", "Class",
        "ClassCastException", "ClassLoader", "ClassNotFoundException", "CloneNotSupportedException",
        "Cloneable", "Comparable", "Deprecated", "Double", "Enum", "Error", "Exception",
        "ExceptionInInitializerError", "Float", "FunctionalInterface", "IllegalAccessError",
        "IllegalAccessException", "IllegalArgumentException", "IllegalMonitorStateException",
        "IllegalStateException", "IncompatibleClassChangeError", "IndexOutOfBoundsException",
        "InheritableThreadLocal", "InstantiationException", "Integer", "InternalError",
        "InterruptedException", "Iterable", "LinkageError", "Long", "Math", "Module",
        "NegativeArraySizeException", "NoClassDefFoundError", "NoSuchFieldError",
        "NoSuchFieldException", "NoSuchMethodError", "NoSuchMethodException",
        "NullPointerException", "Number", "NumberFormatException", "Object", "OutOfMemoryError",
        "Override", "Package", "Process", "ProcessBuilder", "ProcessHandle", "Readable", "Record",
        "ReflectiveOperationException", "Runnable", "Runtime", "RuntimeException",
        "SafeVarargs", "SecurityException", "SecurityManager", "Short", "StackOverflowError",
        "StackTraceElement", "StackWalker", "StrictMath", "String", "StringBuffer",
        "StringBuilder", "StringIndexOutOfBoundsException", "SuppressWarnings", "System", "Thread",
        "ThreadDeath", "ThreadGroup", "ThreadLocal", "Throwable", "TypeNotPresentException",
        "UnsatisfiedLinkError", "UnsupportedClassVersionError", "UnsupportedOperationException",
        "VerifyError", "VirtualMachineError", "Void",
    ]

    /// Of the platform's strings, collections, streams and the like.
    static let commonMembers: Set<String> = [
        "accept", "add", "addAll", "addFirst", "addLast", "allMatch", "also", "andThen", "anyMatch",
        "append", "apply",
        "getTime", "getParameterTypes", "isPrimitive", "getComponentType", "applyAsInt", "asList",
        "associate", "associateBy", "await",
        "booleanValue", "boxed", "byteValue", "call", "cast", "charAt", "chars", "clear",
        "clone", "close", "code", "codePointAt", "collect", "compare", "compareTo", "complete",
        "compute", "computeIfAbsent", "computeIfPresent", "concat", "contains", "containsAll",
        "containsKey", "containsValue", "copy", "count", "countDown", "delete", "deleteCharAt",
        "descendingIterator", "distinct", "doubleValue", "drop", "element", "endsWith", "entrySet",
        "equals", "equalsIgnoreCase", "execute", "exists", "filter", "filterNot", "find",
        "findAny", "findFirst", "first", "firstOrNull", "flatMap", "floatValue", "flush", "fold",
        "foldLeft", "foldRight", "forEach", "foreach", "format", "get", "getAndIncrement",
        "getBytes", "getCause", "getClass", "getKey", "getMessage", "getName", "getOrDefault",
        "getOrElse", "getPath", "getSimpleName", "getStackTrace", "getValue", "group", "groupBy",
        "hasMoreElements", "hasNext", "hashCode", "head", "ifPresent", "incrementAndGet", "indexOf",
        "insert", "intValue", "invoke", "isBlank", "isDefined", "isDirectory", "isEmpty",
        "isInstance", "isNotEmpty", "isPresent", "iterator", "join", "joinToString", "keySet",
        "keys", "last", "lastIndexOf", "lastOrNull", "length", "let", "lines", "listIterator",
        "lock", "longValue", "lookup", "map", "mapNotNull", "mapTo", "mapToInt", "mapToObj",
        "matcher", "matches", "max", "merge", "min", "mkString", "name", "next", "nextElement",
        "nextInt", "noneMatch", "nonEmpty", "notify", "notifyAll", "of", "offer", "ordinal",
        "orElse", "orElseGet", "orElseThrow", "parallel", "parse", "path", "peek", "poll", "pop",
        "printStackTrace", "print", "printf", "println", "push", "put", "putAll", "putIfAbsent",
        "read", "readLine", "reduce", "remove", "removeAll", "removeFirst", "removeIf",
        "removeLast", "replace", "replaceAll", "replaceFirst", "reset", "retainAll", "reverse",
        "reversed", "run", "schedule", "set", "setLength", "shutdown", "signal", "size", "skip",
        "sort", "sortBy", "sorted", "sortedBy", "sortWith", "split", "start", "startsWith", "stop",
        "stream", "subList", "submit", "subSequence", "substring", "subtract", "sum", "sumOf",
        "tail", "take", "takeIf", "test", "toArray", "toByteArray", "toCharArray", "toInt",
        "toList", "toLong", "toLowerCase", "toMap", "toSet", "toString", "toUpperCase", "trim",
        "trimEnd", "trimStart", "tryLock", "union", "unlock", "update", "use", "value", "valueOf",
        "values", "wait", "with", "withFilter", "write", "zip",
    ]
}
