#!/usr/bin/env lua
package.path = "./lua/?.lua;" .. package.path
local shop = require("shop")
local Order = require("shop.order")

function shared_helper(order)
  return order
end

local function main(args)
  local order = shop.open(args[1])
  order:total()
  order:add("a", 1):total()
  shop.handlers.open(order)
  shop.close(shop, order)
  shop.count({})
  shop.text("a")
  shared_helper(order)
  local late = require("shop.log")
  late.warn("x")
  require("shop.log").log("y")
  local f = shop.sum
  f({})
  local list
  if args[2] then
    list = shop
  else
    list = Order
  end
  list.open("?")
  local log = late
  log = Order
  log.new("a")
  configure()
  return order
end

main(arg)
Order.new("b"):add("c", 1)
