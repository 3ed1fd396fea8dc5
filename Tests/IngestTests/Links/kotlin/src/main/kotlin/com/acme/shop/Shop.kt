package com.acme.shop

import com.acme.net.Body
import com.acme.net.Client
import com.acme.net.Client.Companion.shared
import com.acme.net.Json
import com.acme.net.Response
import com.acme.net.json
import com.acme.net.open as connect
import com.acme.net.read
import com.acme.net.shout
import com.acme.old.Legacy
import com.acme.missing.Gone
import io.ktor.client.HttpClient

interface Priced {
    val price: Int
    fun describe(): String
    fun label(): String = describe().trim()
}

abstract class Base(protected val client: Client) : Priced {
    protected fun log(text: String) = println(text)
    open fun save(force: Boolean = false): Client.Retry = Client.Retry(1)
}

enum class Kind(val code: Int) : Priced {
    SMALL(1) {
        override fun describe() = helper()
    },
    LARGE(2);

    override val price: Int get() = code
    override fun describe(): String = name
    fun helper(): String = label()
}

object Registry {
    private val shops = mutableListOf<Shop>()
    val main: Shop = Shop(Client.create())
    fun add(shop: Shop) {
        shops.add(shop)
        main.open(1)
    }
}

class Shop(client: Client, private val http: HttpClient? = null) : Base(client) {
    override val price = 3
    private val onOpen: (Int) -> Unit = { open(it) }

    override fun describe(): String {
        log("x")
        super.save().reset()
        save(true).reset()
        client.get("a").json().depth()
        client.get("a").json(2).show()
        shared().get("b", "c", retry = true)
        connect("host").last?.header("z")
        Client("x").timeout()
        Client(java.net.URI("x")).pool
        Kind.SMALL.helper()
        Kind.valueOf("SMALL").label()
        Registry.add(this)
        Registry.main.describe()
        Legacy.create().run(price)
        Gone.call()
        http?.close()
        return "a".shout().trim()
    }

    fun open(count: Int) {
        onOpen(count)
        val response: Response = client.get("x")
        for (response in 1..count) response.toString()
        response.header("x")
        try {
            read(Body("x", 1)).show()
        } catch (response: IllegalStateException) {
            response.message
        }
        when (val found = find()) {
            is Response -> found.header("x")
            else -> found.missing()
        }
        response.let { it.header("l") }
        response.let { client -> client.header("m") }
        client.apply {
            get("receiver")
            connect("function")
            this.timeout()
        }
        with(response) { header("w") }
        listOf(response).map { client -> client.header("n") }
        listOf(response).map(Response::json)
        listOf(1).forEach(this::open)
        listOf(1).forEach(::helper)
        val json = Json("a", 1) + Json("b", 2)
        Json("a", 1) plus json
        val local = object : Base(client) {
            override val price = 1
            override fun describe(): String {
                save()
                this.log("x")
                this@Shop.open(price)
                return hidden()
            }

            private fun hidden() = label()
        }
        local.describe()
        fun helper(client: Response) = client.header("q")
        helper(response)
        unknown(response)
    }

    private fun find(): Any = TODO()

    companion object {
        val DEFAULT = Shop(Client.create())
    }
}

fun helper(count: Int) {
    Shop.DEFAULT.open(count)
    val helper = Kind.LARGE
    helper.label()
    helper(helper.code)
}
