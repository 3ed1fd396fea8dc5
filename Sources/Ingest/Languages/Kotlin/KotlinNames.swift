// SPDX-License-Identifier: Apache-2.0
//
// What Kotlin imports by itself.

enum KotlinNames {
    static let builtIns: Set<String> = [
        "Annotation", "Any", "Array", "AutoCloseable", "Boolean", "BooleanArray", "Byte",
        "ByteArray", "Char", "CharArray", "CharSequence", "Comparable", "Deprecated",
        "DeprecationLevel", "Double", "DoubleArray", "Enum", "Error", "Exception", "Float",
        "FloatArray", "Function", "IllegalArgumentException", "IllegalStateException",
        "IndexOutOfBoundsException", "Int", "IntArray", "KotlinVersion", "Lazy",
        "LazyThreadSafetyMode", "Long", "LongArray", "NoSuchElementException", "Nothing",
        "NotImplementedError", "NullPointerException", "Number", "NumberFormatException", "OptIn",
        "Pair", "PublishedApi", "ReplaceWith", "RequiresOptIn", "Result", "RuntimeException",
        "Short", "ShortArray", "String", "Suppress", "Throwable", "Throws", "Triple",
        "UByte",
        "UInt", "ULong", "UShort", "Unit", "UnsupportedOperationException", "also", "apply",
        "arrayOf", "arrayOfNulls", "assert", "booleanArrayOf", "byteArrayOf", "check",
        "checkNotNull", "doubleArrayOf", "emptyArray", "enumValueOf", "enumValues", "error",
        "floatArrayOf", "intArrayOf", "lazy", "lazyOf", "let", "longArrayOf", "repeat", "require",
        "requireNotNull", "run", "runCatching", "synchronized", "takeIf", "to", "with",
    ]

    static let others: [String: String] = {
        var names: [String: String] = [:]
        for name in JVM.javaLang where !builtIns.contains(name) {
            names[name] = "java.lang.\(name)"
        }
        for name in [
            "ArrayDeque", "ArrayList", "Collection", "HashMap", "HashSet", "Iterable", "Iterator",
            "LinkedHashMap", "LinkedHashSet", "List", "ListIterator", "Map", "MutableCollection",
            "MutableIterable", "MutableIterator", "MutableList", "MutableMap", "MutableSet", "Set",
            "arrayListOf", "buildList", "buildMap", "buildSet", "emptyList", "emptyMap",
            "emptySet", "hashMapOf", "hashSetOf", "linkedMapOf", "linkedSetOf", "listOf",
            "listOfNotNull", "mapOf", "mutableListOf", "mutableMapOf", "mutableSetOf", "setOf",
            "sortedMapOf", "sortedSetOf",
        ] {
            names[name] = "kotlin.collections.\(name)"
        }
        for name in ["print", "println", "readLine", "readln"] { names[name] = "kotlin.io.\(name)" }
        for name in ["ClosedRange", "IntRange", "LongRange", "IntProgression"] {
            names[name] = "kotlin.ranges.\(name)"
        }
        for name in ["Sequence", "emptySequence", "generateSequence", "sequence", "sequenceOf"] {
            names[name] = "kotlin.sequences.\(name)"
        }
        for name in ["Appendable", "MatchResult", "Regex", "StringBuilder", "buildString"] {
            names[name] = "kotlin.text.\(name)"
        }
        // As one word it would be a note to oneself.
        names["TO" + "DO"] = "kotlin.TO" + "DO"
        return names
    }()

    static let rootMembers: [String: String] = {
        var names = JVM.rootMembers
        for name in ["equals", "hashCode", "toString"] { names[name] = "kotlin.Any.\(name)" }
        for name in ["also", "apply", "let", "run", "takeIf", "takeUnless", "to"] {
            names[name] = "kotlin.\(name)"
        }
        return names
    }()

    static let enumMembers: [String: String] = {
        var names: [String: String] = [:]
        for name in ["compareTo", "entries", "name", "ordinal", "valueOf", "values"] {
            names[name] = "kotlin.Enum.\(name)"
        }
        return names
    }()
}
