local M = {}
local json = require("json")
--- Doc
function M.foo(a) return M.bar(a) end
function M:meth() self.x:go() end
local function loc() end
M.fn = function(x) return x end
local t = { k = function() end }
X = 1
for i=1,2 do if a and b then end end
M["quoted"] = function() end
M[X] = function() end
M.a["b"].c = function() end
local one, two = 1, 2
local held = function() end
localized = 1
local _ = held
return M
