local util = require("shop.util")
local has_json, json = pcall(require, "json")
local lfs = require("lfs")

local log = {}

local function write(level, ...)
  io.stderr:write(level, util.join({ ... }, " "), "\n")
  if has_json then json.encode({ level }) end
  lfs.mkdir("log")
end

function log.log(...)
  write("info", ...)
end

function log.warn(...)
  local write = function(text) print(text) end
  write("warn")
  log.log(...)
end

local level = 1
local function deeper()
  do
    local function write() return level end
    write()
  end
  write("deep")
end

log.deeper = deeper

return log
