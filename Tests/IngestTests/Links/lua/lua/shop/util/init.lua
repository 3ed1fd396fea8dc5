-- Returns a table of what is local.
local function trim(s)
  return (s:gsub("^%s+", ""))
end

local function count(t)
  local n = 0
  for _ in pairs(t) do n = n + 1 end
  return n
end

local function text(...)
  local count = select("#", ...)
  return trim(tostring(count))
end

local function size(t)
  return count(t)
end

return {
  trim = trim,
  count = size,
  text = text,
  join = function(list, by)
    return table.concat(list, by)
  end,
}
