package a.b

import x.y.Z as Q
import w.*

/** Doc */
@Ann
data class Foo<T : Bar>(val a: Int, private var b: String = "x", c: Int) : Base(1), IFace {
    companion object {
        const val K = 1
        fun make() = Foo(1)
    }

    var p: Int = 1
        get() = field

    init {
        helper()
    }

    constructor(x: Int) : this(x, "") {}

    override suspend fun <U> run(u: U): Baz? {
        this.a?.go(1)!!.x()
        if (a && b) {
        }
        when (x) {
            1 -> 2
            else -> 3
        }
        return Baz(1)
    }

    inner class In

    fun String.ext() = length
}

interface I {
    fun m()
}

enum class E(val v: Int) {
    A(1),
    B(2) {
        override fun q() {
        }
    };

    open fun q() {
    }
}

object Obj : I {
    override fun m() {
    }
}

sealed class S

typealias Al = Map<String, Foo>

fun top(x: List<Int>): Int {
    fun local() {
    }
    val q = x.map { it + 1 }
    try {
    } catch (e: X) {
    }
    for (i in x) {
    }
    return q?.y ?: 1
}

val Foo.extp: Int
    get() = 1

const val C = 2

class FooTest {
    @Test
    fun `a test`() {
    }
}

@Serializable
enum class Level { LOW, HIGH }

class Advice {
    @Before("execution(* *(..))")
    fun advice() {
    }

    @Before
    fun setUp() {
    }
}
