-- ask.lua - asks Mobip for a token, and learns where the inputs of a
-- GET travel. The provider's document says multipart/form-data, which few
-- servers read of a GET. With `get_inputs` at "auto" the token is asked for
-- as the document says; when the answer is that there were no inputs, once
-- more in the query string; and what worked is kept.

local mobip_ask = {}

local HINTS = {
  "missing",
  "require",
  "empty",
  "mandatory",
  "no input",
  "no param",
  "not set",
  "not provided",
  "manquant",
  "obligatoire",
  " vide",
  "requis",
}

-- Whether an answer says that the server saw no inputs. Wrong credentials
-- are no reason to put a secret into a URL; no reason at all is one.
local function saw_nothing(err)
  if err.outcome ~= "failed" or err.kind ~= "refused" then return false end
  if not err.code then return true end
  local text = err.message:lower()
  if text:find "without a reason$" then return true end
  for _, hint in ipairs(HINTS) do
    if text:find(hint, 1, true) then return true end
  end
  return false
end

--- Makes what asks for a token, by the way that is known, or by the one
--- that turns out to work.
---@param options table api_account_id, api_secret_key, api_ttl, get_inputs
---@param call function makes a call: name, args, deadline
---@param settings table what the core is told; `query` is learned
---@return fun(deadline: number): table?, luapay.Fault?
function mobip_ask.new(options, call, settings)
  local known = options.get_inputs ~= "auto"

  local function ask(deadline)
    return call("get_token", {
      api_account_id = options.api_account_id,
      api_secret_key = options.api_secret_key,
      api_ttl = options.api_ttl,
    }, deadline)
  end

  return function(deadline)
    local answer, err = ask(deadline)
    if known or (err and not saw_nothing(err)) then return answer, err end
    if answer then
      known = true
      return answer
    end
    settings.query = true
    local second, other = ask(deadline)
    -- who refuses for another reason has seen the inputs
    known = second ~= nil
      or (other.kind == "refused" and not saw_nothing(other))
    settings.query = known
    if other and saw_nothing(other) then other = err end
    return second, other
  end
end

return mobip_ask
