package reach

import other.Element
import other.Expression

private fun Element.first(): Int = 1

fun same(e: Expression) = e.first()

class Resolver {
    private fun Element.isProper(): Boolean = true

    fun run(e: Expression): Boolean {
        e.toString()
        return e.isProper()
    }
}

class Stranger {
    fun run(e: Expression) = e.isProper()
}

open class Many {
    open fun take(n: Int) = 1
    fun take(s: String) = 2
}

class One : Many() {
    override fun take(n: Int) = 3
    fun run(s: String) = take(s)
}
