package acme
package core

import scala.collection.mutable.ListBuffer

case class Money(cents: Long, currency: String = "EUR") {
  def plus(other: Money): Money = Money(cents + other.cents)
  def twice: Money = plus(this)
  def +(other: Money): Money = plus(other)
  def format(): String = Money.render(this)
}

object Money {
  val Zero = Money(0)
  def render(money: Money): String = money.currency.trim
  def parse(text: String, strict: Boolean = false): Money = Zero.twice
  implicit class Rich(val money: Money) extends AnyVal {
    def half: Money = money.twice
  }
}

trait Entity[T <: Money] {
  def name: String
  def value: T
  def describe(): String = name.trim
  def total: Money = value.plus(value)
}

class Box(val money: Money, private var label: String) {
  def this(money: Money) = this(money, "box")
  def open(count: Int)(implicit log: Logger): Money = {
    log.info(label)
    money
  }
  def items = new ListBuffer[Money]()
}

class Logger(prefix: String) {
  def info(text: String): Unit = println(prefix + text)
  def info(text: String, level: Int): Logger = this
}

object Factory {
  def apply(count: Int): Box = new Box(Money.Zero)
}

extension (money: Money) def tripled(times: Int): Money = money.plus(money)
