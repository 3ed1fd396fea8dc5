package com.acme.net

import java.net.URI
import kotlinx.coroutines.*

const val LIMIT = 3
private val client = Client("x")

class Client(val host: String, timeout: Int = 1, private val parent: Client? = null) {
    private val retries = Retry(timeout)
    var last: Response? = null
        private set
    val pool by lazy { Pool() }

    constructor(uri: URI) : this(uri.host, 2) {
        retries.reset()
    }

    init {
        val retries = timeout.toString()
        retries.length
        connect(host)
    }

    fun get(path: String, vararg headers: String, retry: Boolean = false): Response {
        connect(path)
        val response = request(path) ?: return parent!!.get(path)
        response.header("a").trim()
        last = response
        last?.header("b")
        this.last.toString()
        return response.also { it.header("c") }
    }

    fun get(path: String) = get(path, "a", "b")

    private fun connect(host: String, port: Int = 80) {}

    private fun request(path: String): Response? = Response(path).takeIf { it.isOk }

    fun timeout() = timeout

    companion object {
        private const val LIMIT = 5
        fun create(): Client = Client("h", LIMIT)
        fun shared() = create()
    }

    class Retry(val count: Int) {
        fun reset(): Retry = this
    }

    inner class Pool {
        fun drain() {
            connect("pool")
            this@Client.get("x")
        }
    }
}

data class Response(val text: String) {
    val isOk: Boolean get() = text.isNotEmpty() && check()
    private fun check() = text.length > LIMIT
    fun header(name: String): String = name
}

val timeout = Client.Retry(1)

fun Response.json(depth: Int = 1): Json = Json(text, depth).also { header("x") }

fun String.shout(): String = uppercase() + "!"

fun Response?.orEmpty(): Response = this ?: Response("")

val Response.size: Int get() = text.length

fun open(host: String): Client = Client(host)

fun <T : Json> read(value: T): T {
    value.depth()
    return value
}

open class Json(private val text: String, private val depth: Int) {
    fun depth(): Int = depth
    open fun show(): String = text
    operator fun plus(other: Json): Json = this
}

typealias Body = Json
