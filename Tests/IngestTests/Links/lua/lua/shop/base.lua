local Base = {}
Base.__index = Base

function Base:extend()
  local class = setmetatable({}, { __index = self })
  class.__index = class
  return class
end

function Base.new(...)
  local self = setmetatable({}, Base)
  self:init(...)
  return self
end

function Base:init() end

function Base:describe()
  return self:name() .. self:id()
end

function Base:name()
  return "base"
end

function Base:chain()
  self:init()
  return self
end

return Base
