local M = {}

local util = require("shop.util")
local Order = require "shop.order"
local log = require("shop.log").log
local insert, remove = table.insert, table.remove

local later

local function count(list)
  local total = 0
  for _, item in ipairs(list) do
    total = total + item:cost()
  end
  later(total)
  return total
end

function later(total)
  log("total", total)
end

--- What stands before a local function of its name means another.
local function early()
  return hidden()
end

local function hidden()
  return early()
end

function M.open(name)
  local order = Order.new(name)
  order:add("tea", 3)
  order:total()
  M.orders = M.orders or {}
  insert(M.orders, order)
  return order
end

function M.sum(orders)
  local function add(a, b)
    return a + b
  end
  local sum = 0
  for i = 1, #orders do
    sum = add(sum, count(orders[i].lines))
  end
  do
    local count = util.count
    count(orders)
  end
  return count(orders)
end

-- A parameter hides the function.
function M.each(list, count)
  for _, util in pairs(list) do
    util.count(list)
  end
  return count(list), util.count(list)
end

M.close = function(self, order)
  self.open(order)
  util.trim("x")
  undefined_anywhere(order)
  shared_helper(order)
end

M.count = count
M.text = util.text

M.handlers = {
  open = function(order) return M.open(order) end,
  close = M.close,
}

function M.handlers.other(order)
  M.handlers.open(order)
  M.handlers.close(order)
  return string.format("%s", order):upper()
end

function M.apply(list)
  table.sort(list, hidden)
  return pcall(M.sum, list)
end

return M
