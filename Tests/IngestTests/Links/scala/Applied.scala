package applied

class Plain(val size: Int) {
  def this() = this(0)
}

object Plain {
  def apply(size: Int): Plain = new Plain(size)
}

case class Point(x: Int) {
  def +(other: Point): Point = Point(x)
  def +:(count: Int): Point = this
}

abstract case class Kind(name: String)

object Kind {
  def apply(name: String): Kind = new Kind(name) {}
}

trait Maker[A] { def apply(): A }

object Made extends Maker[Point] {
  def apply() = Point(1)
}

class Uses extends Plain(3) {
  def own = Plain(1)
  def size2 = Plain(1).size
  def made = new Plain(1)
  def point = Point(2)
  def kind = Kind("a")
  def inherited = Made()
  def anonymous = new Maker[Int] { def apply() = 1 }
  def sum(a: Point, b: Point) = a + b
  def right(b: Point) = 1 +: b
  def numbers(a: Int, b: Int) = a + b
}

trait Outer { self =>
  def run = 1
  def call(count: Int) = count

  class Inner {
    def run = 2
    def outer = self.run
    def inner = run
    def infix = self call 3
  }
}

trait Whole extends Part { override def step(n: Int) = n }

trait Step { def step(n: Int) = 0 }

trait Part extends Step { this: Whole =>
  override def step(n: Int) = super.step(n)
}

class Many {
  def take(n: Int) = 1
  def take(s: String) = 2
}

class One extends Many {
  override def take(n: Int) = 3
  def run(s: String) = take(s)
}
