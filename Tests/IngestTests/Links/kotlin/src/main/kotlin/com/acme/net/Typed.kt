package com.acme.net

// Types before a block or parentheses are those of a call, never compared.
class Tag

fun <T> typed(block: () -> Unit) {
}

fun <T> List<T>.typedOf(block: () -> Unit) {
}

fun useTyped(list: List<Int>, low: Int, high: Int) {
    typed<Tag> {
        typed<Tag>({ })
    }
    list.typedOf<Int> { }
    if (low < high || high > (low)) {
        typed<Tag>(::plainTyped)
    }
}

fun plainTyped() {
}
