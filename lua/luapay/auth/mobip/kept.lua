-- kept.lua - what a client of Mobip keeps: token, born, last_use, and
-- `refused`, a token that is dead. As text, for other workers:
-- "<born>\n<where inputs travel>\n<token>".

local mobip_kept = {}

--- Makes it; it is empty.
---@param settings table what the core is told; `query` was learned
---@param life number seconds that a token is used
---@param transport luapay.Transport
---@return table
function mobip_kept.new(settings, life, transport)
  local kept = {}

  function kept.pack()
    local where = settings.query and "query" or "body"
    return ("%.3f\n%s\n%s"):format(kept.born, where, kept.token)
  end

  function kept.unpack(text)
    local born, where, token = text:match "^(%S+)\n(%a+)\n(.+)$"
    born = tonumber(born)
    if not born or token == kept.refused then return false end
    if transport:now() - born >= life then return false end
    kept.token, kept.born, settings.query = token, born, where == "query"
    return true
  end

  return kept
end

return mobip_kept
