# A class without a constructor has that of its base.
class Plate
  def initialize(size)
    @size = size
  end
end

class Saucer < Plate
end

class Tray < Elsewhere::Board
end

def lay
  Saucer.new(1)
  Tray.new(2)
end
