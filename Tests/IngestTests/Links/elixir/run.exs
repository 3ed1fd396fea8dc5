alias Shop.Order
order = Order.new("script")
Shop.save(order)
IO.puts("done")
check(order)
