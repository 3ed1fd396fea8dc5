package acme

package object core {
  type Cash = Money
  val DefaultLogger = new Logger("x")
  def log(text: String): Unit = DefaultLogger.info(text)
}
