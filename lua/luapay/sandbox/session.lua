-- Sessions that end when nobody uses them for a while.

local session = {}

local Sessions = {}
Sessions.__index = Sessions

--- Makes an empty set of sessions.
---@param clock table
---@param idle number seconds of idleness that end a session
---@return table sessions
function session.new(clock, idle)
  local self = { clock = clock, idle = idle, count = 0, open = {} }
  return setmetatable(self, Sessions)
end

--- Opens a session. Tokens are counted, not random: a run can be repeated,
--- and nothing in a sandbox is worth stealing.
---@param owner any what `use` will return
---@return string token
function Sessions:start(owner)
  self.count = self.count + 1
  local token = ("sandbox-session-%06d"):format(self.count)
  self.open[token] = { owner = owner, used = self.clock:now() }
  return token
end

--- The owner of a live session, whose idleness starts anew; or nil.
---@param token string?
---@return any owner
function Sessions:use(token)
  local found = token and self.open[token]
  if not found then return nil end
  if self.clock:now() - found.used >= self.idle then
    self.open[token] = nil
    return nil
  end
  found.used = self.clock:now()
  return found.owner
end

--- Ends a session, if it is there.
---@param token string?
function Sessions:stop(token)
  if token then self.open[token] = nil end
end

return session
