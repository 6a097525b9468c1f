-- Every command has a help, and the examples in it run on the sandbox as
-- they stand.

local helper = dofile "spec/command/helper.lua"

local command = require "luapay.command"

local function each_command(definition, words, use)
  use(definition, words)
  for _, inner in ipairs(definition.commands or {}) do
    each_command(inner, words .. " " .. inner.name, use)
  end
end

each_command(command.definition(), "luapay", function(definition, words)
  describe(words, function()
    local folder
    before_each(function()
      folder = helper.folder()
    end)
    after_each(function()
      folder:remove()
    end)

    it("has a help with examples that run on the sandbox", function()
      local help = folder:succeed(words .. " --help")
      local examples = help:match "\nExamples, on the sandbox:\n(.*)$"
      assert.truthy(examples, help)
      assert.truthy(examples:find("luapay", 1, true))
      folder:succeed(
        "set -e\n" .. examples:gsub("8080", ("%d"):format(helper.free_port()))
      )
    end)

    it("has a help with short lines, that names all its options", function()
      local help = folder:succeed(words .. " --help")
      for line in help:gmatch "[^\n]+" do
        assert.truthy(#line < 80, line)
      end
      for _, option in ipairs(definition.options or {}) do
        local name = option[1]:match "[^ ]+$"
        assert.truthy(help:find(name, 1, true), name)
      end
    end)
  end)
end)
