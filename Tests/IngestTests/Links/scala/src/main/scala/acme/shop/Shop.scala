package acme
package shop

import acme.core.{Box, Entity, Money => Cash, _}
import acme.core.Money.{Zero, parse}
import scala.concurrent.Future
import org.gone.Client

sealed abstract class Kind(val code: Int) {
  def label: String = code.toString
}

object Kind {
  case object Small extends Kind(1)
  case object Large extends Kind(2)
  def of(code: Int): Kind = if (code > 1) Large else Small
}

abstract class Base(protected val logger: Logger) extends Entity[Cash] {
  protected def save(force: Boolean = false): Unit = logger.info("saved")
  def describe(depth: Int): String = describe()
}

class Order(logger: Logger, client: Client) extends Base(logger) with Serializable { self =>
  private val box = new Box(Zero)
  private var last: Cash = Zero
  val (left, right) = split()
  implicit val log: Logger = logger

  override def name: String = Kind.Small.label
  override def value: Cash = last

  def this(logger: Logger) = this(logger, null)

  def split(): (Cash, Cash) = (Zero, Zero)

  def run(cash: Cash, other: Order)(next: Order => Unit): Cash = {
    save()
    save(true)
    super.describe()
    this.describe(1)
    self.touch()
    other.box.open(1).plus(cash)
    val price = cash.plus(Zero).twice
    price.format()
    price plus cash
    price.half
    price.tripled(2)
    Factory(2).open(3)
    Cash(1).plus(parse("x"))
    core.Money.render(price)
    acme.core.Money.parse("x", true).twice
    Kind.of(1).label
    last = price
    logger.info("a", 1).info("b")
    log.info("own")
    client.send(price)
    next(other)
    unknown(price)
    price
  }

  def touch(): Unit = {
    val touch = Kind.of(2)
    touch.label
    for (order <- orders; box = order.box; if order.valid) box.open(1)
    for (save <- orders) yield save.touch()
    orders.map(order => order.touch())
    orders.map((order: Order) => order.touch())
    orders.foreach { case order: Order => order.touch() }
    value match {
      case last: Order => last.touch()
      case Cash(cents, log) => log.trim
      case box @ Zero => box.twice
      case other => other.plus(Zero)
    }
    try { fail() } catch { case client: IllegalStateException => client.getMessage }
    def helper(box: Cash): Cash = box.plus(box)
    helper(Zero)
    val listener = new Listener(1) {
      def changed(order: Order): Unit = {
        order.touch()
        notified()
        this.changed(order)
        Order.this.split()
        valid
      }
    }
    listener.changed(this)
    Order.empty.touch()
  }

  def valid: Boolean = orders.isEmpty

  private def orders: List[Order] = Nil
  private def fail(): Nothing = throw new IllegalStateException("x")
}

object Order {
  def empty: Order = new Order(DefaultLogger)
  private val count = 1
  def next(): Int = count
}

abstract class Listener(count: Int) {
  def changed(order: Order): Unit
  def notified(): Int = count
}
