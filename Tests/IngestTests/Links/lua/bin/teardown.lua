local settings = Settings.load("a")

function prepare()
  configure()
  Settings:reload()
  return settings
end

prepare()

repeat
  local done = prepare()
until done

for _, prepare in ipairs({}) do
  prepare()
end
goto finish
::finish::

-- What a function gives is called, not the function.
local util = require("shop.util")
local function step(make)
  make = util.join(make)
  return make(1)
end
step(print)
