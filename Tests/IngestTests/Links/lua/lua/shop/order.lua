local Base = require("shop.base")
local Line = require("shop.line")

local Order = setmetatable({}, { __index = Base })
Order.__index = Order

function Order.new(name)
  local self = setmetatable({}, Order)
  self.name_ = name
  self.lines = {}
  self.first = Line.new("none", 0)
  return self
end

function Order:add(what, price)
  local line = Line.new(what, price)
  line:cost()
  table.insert(self.lines, line)
  self.first:cost()
  return self:chain()
end

function Order:total()
  local total = 0
  for _, line in ipairs(self.lines) do
    total = total + line:cost()
  end
  local function visit(f)
    f(self:name())
  end
  visit(print)
  self:describe()
  self:missing()
  return total
end

function Order:name()
  return Base.name(self) .. self.name_
end

return Order
