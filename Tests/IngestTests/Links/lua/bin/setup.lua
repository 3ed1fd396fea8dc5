-- Globals, of which one is in two files.
function configure()
  return prepare()
end

function prepare()
  return 1
end

Settings = { debug = false }

function Settings.load(path)
  Settings.debug = true
  return dofile(path)
end

function Settings:reload()
  self.load("x")
  return self:unknown()
end

function string.trim(s)
  return s
end

-- A table that nothing here makes, with functions, and members that are loaded when asked for.
function host.split(text, by)
  return string.trim(text), host.api.call(by)
end

local function each(node)
  node:count()
  node:describe()
  host.split("a b", " ")
  shop.line.new("a", 1)
  return shop.none.new("a")
end
each(host)

local Shape = class("Shape")
local Square = class("Square", Shape)

function Shape:area()
  return self:side() ^ 2
end

function Square:side()
  return self:area()
end
