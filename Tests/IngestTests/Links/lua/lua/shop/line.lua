local Line = {}
local mt = { __index = Line }

function Line.new(what, price)
  return setmetatable({ what = what, price = price }, mt)
end

function Line:cost()
  return self.price
end

local made = Line.new("a", 1)
made:cost()

Line.zero = Line.new("zero", 0)
Line.zero:cost()

return Line
