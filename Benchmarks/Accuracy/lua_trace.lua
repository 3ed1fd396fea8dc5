-- SPDX-License-Identifier: Apache-2.0
--
-- What the calls of a Lua tree called while its code ran: the truth for the lines that were run.
-- Calls that are all of a `return` leave no trace, those of a table, which run its `__call`, are not
-- judged. Usage: lua5.4 lua_trace.lua TREE TRUTH PROGRAM

local root, out, program = arg[1]:gsub("/$", "") .. "/", arg[2], arg[3]
package.path = root .. "?.lua;" .. root .. "?/init.lua;" .. package.path

local sites = {}

local function path(info)
  if info.source:sub(1, #root + 1) == "@" .. root then return info.source:sub(#root + 2) end
end

local texts = {}

local function isCallOfTable(file, number)
  if not texts[file] then
    texts[file] = {}
    for text in io.lines(root .. file) do table.insert(texts[file], text) end
  end
  return (texts[file][number] or ""):find("__call", 1, true)
end

local function note(event)
  if event == "tail call" then return end
  local called, caller = debug.getinfo(2, "Sn"), debug.getinfo(3, "Sl")
  if not caller or called.what ~= "Lua" then return end
  local from, to = path(caller), path(called)
  if not from or not to or not called.name or called.namewhat == "metamethod" then return end
  if isCallOfTable(to, called.linedefined) then return end
  local site = from .. '","line":' .. caller.currentline .. ',"name":"' .. called.name
  sites[site] = sites[site] or {}
  sites[site]['["' .. to .. '",' .. called.linedefined .. "]"] = true
end

debug.sethook(note, "c")
local ok, problem = pcall(dofile, program)
debug.sethook()
if not ok then io.stderr:write(tostring(problem), "\n") end

local file <close> = assert(io.open(out, "w"))
for site, targets in pairs(sites) do
  local all = {}
  for target in pairs(targets) do all[#all + 1] = target end
  file:write('{"file":"', site, '","targets":[', table.concat(all, ","), "]}\n")
end
