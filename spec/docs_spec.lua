-- What is written for people and for editors is true: generated files are
-- fresh, examples run, tables name what there is.

local core = require "luapay.core"
local help = require "luapay.help"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local examples = dofile "doc/generate/examples.lua"
local generate = dofile "doc/generate.lua"
local options = dofile "doc/generate/options.lua"
local text = dofile "doc/generate/text.lua"

local function files(words)
  local found = {}
  local pipe = assert(io.popen("find " .. words .. " | LC_ALL=C sort"))
  for path in pipe:lines() do
    found[#found + 1] = path
  end
  pipe:close()
  return found
end

local function keys(set)
  local list = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- Runs a program that prints for its reader; returns what it returns.
local function run(program, name)
  local chunk = assert((loadstring or load)(program, "=" .. name))
  local print = _G.print
  rawset(_G, "print", function() end)
  local good, result = pcall(chunk)
  rawset(_G, "print", print)
  assert(good, tostring(result))
  return result
end

-- What stands in the first column of the table of Markdown below a heading:
-- words in backquotes.
local function first_column(path, heading)
  local set = {}
  local section = text.read(path):match("\n## " .. heading .. "\n(.*)$")
  section = section:gsub("\n## .*$", "")
  for word in section:gmatch "\n| `([%w_]+)` |" do
    set[word] = true
  end
  return set
end

-- The first line that one text has and the other has not, or nil.
local function difference(one, other)
  local next_line = other:gmatch "[^\n]*"
  for line in one:gmatch "[^\n]*" do
    if line ~= next_line() then return line end
  end
  return one ~= other and "(the end)" or nil
end

describe("a generated file", function()
  for path, fresh in pairs(generate.files()) do
    it("is as `make doc` writes it: " .. path, function()
      assert.is_nil(difference(fresh, text.read(path)), "make doc")
    end)
  end
end)

describe("the example of", function()
  for _, api in ipairs(generate.apis()) do
    local data = dofile("doc/examples/" .. api.name .. ".lua")
    local real = sandbox[api.name]
    for _, section in ipairs(data.sections or {}) do
      it(api.name .. ", " .. section.title .. ", runs", function()
        run(data.start .. section.code, section.title)
      end)
    end
    for _, endpoint in ipairs(api.endpoints) do
      local id = api.name .. "." .. endpoint.name
      it(id .. " runs as it stands", function()
        local provider
        sandbox[api.name] = function(...)
          provider = real(...)
          return provider
        end
        local good, fault =
          pcall(run, examples.program(data, endpoint.name), id)
        sandbox[api.name] = real
        assert(good, tostring(fault))
        assert.is_nil(fault and tostring(fault))
        local last = provider:requests()
        last = last[#last]
        assert.equal(endpoint.name, last.endpoint)
        assert.truthy(last.status >= 200 and last.status <= 299)
      end)
    end
  end
end)

describe("a page", function()
  for _, path in ipairs(files "doc -maxdepth 1 -name '*.md'") do
    local page = "\n" .. text.read(path)
    it("has Lua that runs, where it says so: " .. path, function()
      for mark, program in page:gmatch "\n([^\n]*)\n```lua\n(.-\n)```\n" do
        if mark == "<!-- runs -->" then
          run(program, path)
        else
          assert((loadstring or load)(program, "=" .. path))
        end
      end
    end)

    it("has no link that leads nowhere: " .. path, function()
      for name, anchor in page:gmatch "%]%(([%w_./]*)#?([%w_]*)%)" do
        local target = name == "" and path or "doc/" .. name
        local there = text.read(target)
        if anchor ~= "" then
          assert.truthy(there:find("\n## " .. anchor .. "\n", 1, true), anchor)
        end
      end
    end)
  end
end)

describe("doc/faults.md", function()
  local documented = first_column("doc/faults.md", "Kinds")

  local OURS =
    "lua/luapay -name '*.lua' ! -path '*/sandbox/*' ! -path '*/meta/*'"

  -- Kinds as the sources write them down.
  local function written()
    local set = {}
    local function take(source, pattern)
      for line in source:gsub("local kind = [^\n]*", ""):gmatch(pattern) do
        for word in line:gmatch '"([%l_]+)"' do
          set[word] = true
        end
      end
    end
    for _, path in ipairs(files(OURS)) do
      take(text.read(path), "%f[%w_]kind = [^,}]+")
    end
    for _, path in ipairs(files "csrc -name '*.c'") do
      take(text.read(path), "%.kind = [^,;]+")
      take(text.read(path), '%s{ %d%d%d, "[%l_]+" }')
    end
    take(text.read "csrc/answer.c", "usual_kind %b()%s*%b{}")
    take(text.read "csrc/arguments.c", '"argument"')
    return set
  end

  it("names every kind of fault that there is, and no other", function()
    assert.same(keys(written()), keys(documented))
  end)

  it("has the kinds of luapay.FaultKind", function()
    local set = {}
    local alias = text
      .read("lua/luapay/meta/luapay.lua")
      :match "%-%-%-@alias luapay%.FaultKind\n(.-)\n\n"
    for word in alias:gmatch '"([%l_]+)"' do
      set[word] = true
    end
    assert.same(keys(documented), keys(set))
  end)
end)

describe("doc/sandbox.md", function()
  local kinds = require "luapay.sandbox.fault_kinds"

  it("names every fault that can be ordered", function()
    assert.same(keys(kinds), keys(first_column("doc/sandbox.md", "Bad days")))
  end)

  it("names every method of a provider", function()
    local page = text.read "doc/sandbox.md"
    for _, name in ipairs(require "luapay.sandbox.registry") do
      local definition = rawget(sandbox[name](), "definition")
      for method in pairs(definition.methods or {}) do
        assert.truthy(page:find("`[%w_:]-" .. method .. "%("), method)
      end
    end
  end)
end)

describe("the types for editors", function()
  local function defined()
    local set = {}
    for _, path in ipairs(files "lua/luapay -name '*.lua'") do
      local source = text.read(path)
      for name in source:gmatch "%-%-%-@class (luapay[%w_.-]+)" do
        set[name] = true
      end
      for name in source:gmatch "%-%-%-@alias (luapay[%w_.-]+)" do
        set[name] = true
      end
    end
    return set
  end

  it("define every luapay type that a comment names", function()
    local set = defined()
    for _, path in ipairs(files "lua/luapay -name '*.lua'") do
      for line in text.read(path):gmatch "%-%-%-(@[^\n]+)" do
        for name in line:gmatch "%f[%w_]luapay%.[%w_.]*%u[%w_.]*" do
          name = name:gsub("%.$", "")
          assert.truthy(set[name], path .. ": " .. name)
        end
      end
    end
  end)

  it("have the faults of the sandbox", function()
    local set = {}
    local alias = text
      .read("lua/luapay/meta/sandbox.lua")
      :match "%-%-%-@alias luapay%.sandbox%.FaultName\n(.-)\n\n"
    for word in alias:gmatch '"([%l_]+)"' do
      set[word] = true
    end
    assert.same(keys(require "luapay.sandbox.fault_kinds"), keys(set))
  end)

  -- The names that a constructor lists when it is given another.
  local function names_in(message)
    local list = {}
    for name in message:match("there are: (.*)%)"):gmatch "[%w_]+" do
      list[#list + 1] = name
    end
    return list
  end

  local classes = options.classes()

  local function documented(class)
    local set = {}
    while class do
      for _, field in ipairs(classes[class]) do
        set[field.name] = true
      end
      class = classes[class].parent
    end
    return keys(set)
  end

  for _, api in ipairs(generate.apis()) do
    it("have the options of luapay." .. api.name, function()
      local data = dofile("doc/examples/" .. api.name .. ".lua")
      local _, message =
        pcall(luapay[api.name], { nonsense = 1, transport = print })
      assert.same(names_in(message), documented(data.options))
    end)
  end

  it("have the options of luapay.auth.oidc", function()
    local oidc = require "luapay.auth.oidc"
    local _, message = pcall(oidc.new, { nonsense = 1 })
    assert.same(names_in(message), documented "luapay.OidcOptions")
    local client = oidc.new {
      client_id = "i",
      client_secret = "s",
      transport = {},
    }
    _, message = pcall(client.authorization_url, client, { nonsense = 1 })
    assert.same(names_in(message), documented "luapay.OidcLoginOptions")
  end)

  it("have the options of a call", function()
    local client = luapay.infobip {
      username = "u",
      password = "p",
      transport = print,
    }
    local _, message = pcall(client.login, client, {}, { nonsense = 1 })
    assert.same(names_in(message), documented "luapay.CallOptions")
  end)

  for file, class in pairs {
    ["curl.lua"] = "luapay.CurlOptions",
    ["nginx/init.lua"] = "luapay.NginxOptions",
  } do
    it("have the options of the transport in " .. file, function()
      local source = text.read("lua/luapay/transport/" .. file)
      local set = {}
      local rules = source:match "OPTIONS = (%b{})"
      for option in rules:gmatch "\n  ([%w_]+) = " do
        set[option] = true
      end
      assert.same(keys(set), documented(class))
    end)
  end
end)

describe("the help", function()
  local function is_narrow(s)
    for line in (s .. "\n"):gmatch "([^\n]*)\n" do
      assert.truthy(#line <= 79, line)
      assert.is_nil(line:find "%s$", line)
    end
  end

  it("says of every endpoint, in 79 columns, what to pass", function()
    for _, endpoint in ipairs(luapay.endpoints()) do
      local said = help.endpoint(endpoint.api, endpoint.name)
      is_narrow(said)
      for _, field in ipairs(endpoint.params) do
        assert.truthy(said:find(field.name, 1, true))
      end
    end
  end)

  it("lists the methods when a constructor is printed", function()
    for _, api in ipairs(generate.apis()) do
      local said = tostring(luapay[api.name])
      is_narrow(said)
      for _, endpoint in ipairs(api.endpoints) do
        assert.truthy(said:find("\n  " .. endpoint.name, 1, true))
      end
    end
  end)

  it("marks what is required, and says what comes back", function()
    local said = help.endpoint("infobip", "add_funds")
    assert.truthy(said:find("\n  accountKey *", 1, true))
    assert.truthy(said:find("\n  ammount (amount) *", 1, true))
    assert.is_nil(said:find("\n  currencycode *", 1, true))
    assert.truthy(said:find("Comes back:\n  transactionId ", 1, true))
  end)

  it("raises for what there is not", function()
    assert.has_error(function()
      help.endpoint("infobip", "pay")
    end, "luapay.infobip has no method 'pay'")
    assert.is_nil(core.find "infobip.pay")
  end)
end)

describe("the figures of speed", function()
  -- { ["make bench: 32 at once"] = lines } of a document.
  local function blocks(path)
    local found = {}
    for name, block in
      text.read(path):gmatch "<!%-%- (make [^\n]-) %-%->\n```\n(.-)```\n"
    do
      found[name] = block
    end
    return found
  end

  it("are in the README as in doc/performance.md", function()
    local all, compared = blocks "doc/performance.md", 0
    for name, block in pairs(blocks "README.md") do
      local whole = all[name:match "^[^:]+"]
      for line in block:gmatch "[^\n]+" do
        assert.truthy(whole:find(line, 1, true), name .. " has not: " .. line)
        compared = compared + 1
      end
    end
    assert.truthy(compared > 10)
  end)

  it("have their plots", function()
    local plots = 0
    for path in
      text.read("doc/performance.md"):gmatch "%]%((performance/%S+)%)"
    do
      assert.truthy(text.read("doc/" .. path):find("^<svg .*</svg>\n$"), path)
      plots = plots + 1
    end
    assert.equal(4, plots)
  end)

  it("are written into the documents by what prints them", function()
    local folder = os.tmpname()
    os.remove(folder)
    local function write(name, words)
      local file = assert(io.open(folder .. "/" .. name, "w"))
      file:write(words)
      file:close()
    end
    local document = "<!-- make bench -->\n```\nold\n```\nbetween\n"
      .. "<!-- make bench: b -->\n```\nold\n```\n"
      .. "<!-- make bench-other -->\n```\nkept 100%%\n```\n"
    assert(os.execute(("mkdir -p %s/doc"):format(folder)))
    write("README.md", document)
    write("doc/performance.md", "<!-- machine -->\nold\n" .. document)
    write("printed", "\na 1\n\nb 2%1\n  b 3\n\nc\n")
    local pipe = assert(
      io.popen(
        ('here="$PWD"; cd %s && '):format(folder)
          .. 'lua5.4 "$here/bench/record.lua" bench printed'
      )
    )
    pipe:read "*a"
    pipe:close()
    local written = "<!-- make bench -->\n```\na 1\n\nb 2%1\n  b 3\n\nc\n```\n"
      .. "between\n<!-- make bench: b -->\n```\nb 2%1\n  b 3\n```\n"
      .. "<!-- make bench-other -->\n```\nkept 100%%\n```\n"
    assert.equal(written, text.read(folder .. "/README.md"))
    local page = text.read(folder .. "/doc/performance.md")
    assert.equal(written, page:match "\n(<!%-%- make.*)$")
    assert.matches("^<!%-%- machine %-%->\n.+ cores, .+\n", page)
    os.execute("rm -rf " .. folder)
  end)
end)
