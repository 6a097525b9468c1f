-- The manual page and the completions of `luapay`.

local helper = dofile "spec/command/helper.lua"

local command = require "luapay.command"

local function has(program)
  local pipe = assert(io.popen("command -v " .. program))
  local text = pipe:read "*a"
  pipe:close()
  return text ~= ""
end

describe("luapay manual", function()
  local folder = helper.folder()
  teardown(function()
    folder:remove()
  end)

  it("names every command and every option", function()
    local text = folder:succeed("luapay manual"):gsub("\\%-", "-")
    local function look(definition, words)
      assert.truthy(text:find("\n.SS " .. words .. "\n", 1, true), words)
      for _, option in ipairs(definition.options or {}) do
        assert.truthy(text:find("\\fB" .. option[1], 1, true), option[1])
      end
      for _, inner in ipairs(definition.commands or {}) do
        look(inner, words .. " " .. inner.name)
      end
    end
    for _, definition in ipairs(command.definition().commands) do
      look(definition, definition.name)
    end
  end)

  it("is a page that man takes without a warning", function()
    if not has "groff" then return pending "needs groff" end
    local status, out, err =
      folder:run "luapay manual >l.1; groff -man -ww -z l.1"
    assert.equal(0, status)
    assert.equal("", out .. err)
  end)
end)

describe("luapay completion", function()
  local folder = helper.folder()
  teardown(function()
    folder:remove()
  end)

  -- What bash offers behind these words.
  local function offered(...)
    local words, list = { ... }, {}
    for i, word in ipairs(words) do
      list[i] = helper.quote(word)
    end
    folder:write(
      "try.sh",
      ("source ./luapay.bash\nCOMP_WORDS=(%s)\nCOMP_CWORD=%d\n"):format(
        table.concat(list, " "),
        #list - 1
      ) .. '_luapay\necho "${COMPREPLY[@]}"\n'
    )
    folder:succeed "luapay completion bash >luapay.bash"
    return (folder:succeed("bash try.sh"):gsub("\n$", ""))
  end

  it("completes commands, calls, options and their values", function()
    assert.equal("call completion", offered("luapay", "c"))
    assert.equal("backup", offered("luapay", "journal", "ba"))
    assert.equal(
      "infobip.add_funds",
      offered("luapay", "call", "--sandbox", "infobip.a")
    )
    assert.equal("all each", offered("luapay", "topup", "--mode", ""))
    assert.equal(
      "--decimal-comma --delimiter",
      offered("luapay", "topup", "x.csv", "--de")
    )
  end)

  it("offers files where one is meant", function()
    assert.equal("", offered("luapay", "journal", "list", "--journal", "p"))
    assert.equal("", offered("luapay", "topup", "o"))
  end)

  it("is good zsh", function()
    if not has "zsh" then return pending "needs zsh" end
    folder:succeed "luapay completion zsh >_luapay; zsh -n _luapay"
  end)
end)
