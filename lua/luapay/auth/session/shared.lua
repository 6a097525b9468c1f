-- shared.lua - a session that ends when it was not used for long,
-- shared by several workers: "<last use>\n<what it is>". Its last use is
-- told to the others now and then, so that none opens one for nothing.

local shared_session = {}

--- Lets a scheme share its session; returns what opens one, and what is
--- called when one is used.
---@param shared table? see share.lua; nil: nothing is shared
---@param transport luapay.Transport
---@param idle number seconds without use that end it
---@param kept table last_use; pack() returns the session as text, and
--- unpack(text) takes it over, unless it cannot be used
---@param open fun(deadline: number): any?, luapay.Fault?
---@return async fun(deadline: number): any?, luapay.Fault? open
---@return fun() used
function shared_session.new(shared, transport, idle, kept, open)
  if not shared then
    return open, function() end
  end
  local told_at = transport:now()

  local function adopt(text)
    local used, rest = text:match "^(%S+)\n(.+)$"
    used = tonumber(used)
    if not used or transport:now() - used >= idle then return false end
    if not kept.unpack(rest) then return false end
    kept.last_use, told_at = used, used
    return true
  end

  local function tell()
    told_at = kept.last_use
    return ("%.3f\n%s"):format(told_at, kept.pack()), idle
  end

  local function used()
    local last_use = kept.last_use
    if last_use - told_at < idle / 20 then return end
    local own = kept.pack()
    shared:take(adopt) -- a newer one, perhaps
    if kept.pack() ~= own then return end
    kept.last_use = last_use
    shared:put(tell())
  end

  return shared:around(open, adopt, tell), used
end

return shared_session
