package a.b
import x.y.{Z => Q, W}
import foo._
import org.scalatest.funsuite.AnyFunSuite
/** Doc */
@ann case class Foo[T <: Bar](a: Int, private val b: String) extends Base(1) with Tr {
  val K, L = 1
  var v: Int = 2
  type Al = Int
  def run[U](u: U): Baz = { this.a.go(1); new Qux(2); if (a && b) 1; x match { case 1 => 2; case _ => 3 } }
  private def p = helper _
  def this(x: Int) = this(x, "")
}
object Foo { def make() = Foo(1) }
trait Tr extends Other { def m(): Unit }
enum E { case A; case B(x: Int) }
def top(x: Int) = for (y <- x) yield y
given Ord[Int] with { def c = 1 }
extension (s: String) def ext = s
class FooSpec extends AnyFunSuite { test("x") { assert(1 == 1) } }
