package receivers

class Html {
    fun tag() {}

    fun go() {}
}

fun build(block: Html.() -> Unit) = Html()

fun go() {}

fun plain(names: List<String>) {
    build {
        go()
        tag()
    }
    names.forEach { go() }
    go()
}

class Both {
    fun make() {}

    companion object {
        fun make() {}
    }
}

fun both(b: Both) {
    Both.make()
    b.make()
}
