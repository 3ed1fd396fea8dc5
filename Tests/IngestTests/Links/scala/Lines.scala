package lines

trait One { def tr = 1 }

trait Two extends One { override def tr = 2 }

trait Three { def tr = 3 }

class Base { def tr = 0 }

class Both extends Base with One with Two {
  def run() = tr
}

class Last extends Base with One with Three {
  def run() = tr
}
