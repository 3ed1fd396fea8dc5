-- SPDX-License-Identifier: Apache-2.0
-- Asks for the targets in a file, one after the other; with NEW, none twice: what is behind # is
-- no part of the question, but of what tells it from others.
local targets = {}
for line in io.lines(os.getenv("TARGETS")) do targets[#targets + 1] = line end
local isNew = os.getenv("NEW") == "1"
local place, count = 0, 0

request = function()
  place = place % #targets + 1
  count = count + 1
  return wrk.format("GET", isNew and targets[place] .. "#" .. count or targets[place])
end
