-- SPDX-License-Identifier: Apache-2.0
-- Asks for the targets in a file, one after the other.
local targets = {}
for line in io.lines(os.getenv("TARGETS")) do targets[#targets + 1] = line end
local place = 0

request = function()
  place = place % #targets + 1
  return wrk.format("GET", targets[place])
end
