-- examples.lua - the examples of a page as programs. doc/examples/<api>.lua
-- returns what stands at the top of the page (`intro`, `more`, `options`),
-- `start` (what all examples begin with), `sections` (`title`, `text`,
-- `code`, and a class of `options`), `things` (what examples need: the
-- `code` that makes it, what it `needs` itself, and `from`, the method that
-- returned it, or what it `says`) and `calls` (by method: `code`, `needs`).

local examples = {}

local function collect(list, data, names, done)
  for _, name in ipairs(names or {}) do
    if not done[name] then
      done[name] = true
      local thing = assert(data.things[name], name)
      collect(list, data, thing.needs, done)
      list[#list + 1] = thing
    end
  end
  return list
end

--- The program that runs the example of a method; it returns its fault.
---@param data table
---@param method string
---@return string
function examples.program(data, method)
  local call = assert(data.calls[method], "no example of " .. method)
  local parts = { data.start }
  for _, thing in ipairs(collect({}, data, call.needs, {})) do
    parts[#parts + 1] = thing.code
  end
  parts[#parts + 1] = call.code .. "return fault"
  return table.concat(parts, "\n")
end

--- What a reader has to know of what an example needs, or nil.
---@param data table
---@param method string
---@return string?
function examples.origins(data, method)
  local sentences = {}
  for _, name in ipairs(data.calls[method].needs or {}) do
    local thing = data.things[name]
    if thing.from then
      sentences[#sentences + 1] = ("`%s` is what `%s` returned."):format(
        name,
        thing.from
      )
    elseif thing.says then
      sentences[#sentences + 1] = thing.says
    end
  end
  return sentences[1] and "Here " .. table.concat(sentences, " ")
end

return examples
