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
