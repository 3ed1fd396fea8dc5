require_relative "../lib/shop"

def main(name)
  order = Shop::Order.new(name)
  order.late
  order.find(1)
  Shop::Order.find(1)
  helper(order)
end

def helper(order)
  order.total
  puts order
end

main("x")
order = Shop::Line.none
order.cost
