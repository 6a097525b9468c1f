-- Chromium without a window and without JavaScript in its pages, driven by
-- the WebDriver protocol (https://www.w3.org/TR/webdriver2/): JSON over HTTP
-- to chromedriver, a program of Debian's chromium-driver.

local http = require "socket.http"
local json = require "cjson.safe"
local ltn12 = require "ltn12"
local socket = require "socket"

local browser = {}

local CHROMIUM = "/usr/bin/chromium"
local CHROMEDRIVER = "/usr/bin/chromedriver"
local PATIENCE = 10 -- seconds for what a page is to show

-- stylua: ignore
local FLAGS = {
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
  "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update",
}

local function read(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

--- What is not installed, or nil.
function browser.missing()
  for _, path in ipairs { CHROMIUM, CHROMEDRIVER } do
    if not read(path) then return path .. " is missing" end
  end
end

-- chromedriver, and all that it starts, run for as long as somebody holds
-- the script's input open.
local RUN = [[
cd '%s' || exit 1
export HOME="$PWD" TMPDIR="$PWD"
exec 3<&0
setsid %s --port=0 >out 2>&1 </dev/null 3<&- &
read -r line <&3
kill -9 "-$!"
cd / && rm -rf '%s'
]]

local Driver = {}
Driver.__index = Driver

--- Starts chromedriver.
function browser.start()
  local pipe = io.popen 'mktemp -d "${TMPDIR:-/tmp}/luapay-browser.XXXXXX"'
  local dir = pipe:read "*l"
  pipe:close()
  pipe = io.popen(RUN:format(dir, CHROMEDRIVER, dir), "w")
  local limit = socket.gettime() + PATIENCE
  local port, out
  repeat
    socket.sleep(0.02)
    out = read(dir .. "/out") or ""
    port = out:match "successfully on port (%d+)"
  until port or socket.gettime() > limit
  assert(port, "chromedriver does not start: " .. out)
  local address = "http://127.0.0.1:" .. port
  return setmetatable({ address = address, pipe = pipe }, Driver)
end

--- Ends it, and every browser.
function Driver:stop()
  self.pipe:write "stop\n"
  self.pipe:close()
end

-- One command: its value, or nil and the protocol's name of the error.
local function command(method, url, sent)
  local body = sent and json.encode(sent)
  local received = {}
  assert(http.request {
    method = method,
    url = url,
    headers = {
      ["content-type"] = "application/json",
      ["content-length"] = body and #body,
    },
    source = body and ltn12.source.string(body),
    sink = ltn12.sink.table(received),
  })
  local value = assert(json.decode(table.concat(received))).value
  if type(value) == "table" and value.error then
    return nil, value.error, value.message
  end
  return value
end

-- A browser of its own: no cookie, no password from the one before. Elements
-- are named by XPath.
local Page = {}
Page.__index = Page

--- Opens a browser.
function Driver:page()
  local made, why, more = command("POST", self.address .. "/session", {
    capabilities = {
      alwaysMatch = {
        ["goog:chromeOptions"] = { binary = CHROMIUM, args = FLAGS },
      },
    },
  })
  assert(made, ("no browser: %s, %s"):format(why, more))
  local page = { session = self.address .. "/session/" .. made.sessionId }
  setmetatable(page, Page)
  page:must("POST", "/goog/cdp/execute", {
    cmd = "Emulation.setScriptExecutionDisabled",
    params = { value = true },
  })
  return page
end

function Page:close()
  command("DELETE", self.session)
end

-- A command that must succeed.
function Page:must(method, path, sent)
  local value, why, more = command(method, self.session .. path, sent)
  if value == nil then
    error(("%s %s: %s, %s"):format(method, path, why, more))
  end
  return value
end

-- For what may be tried again: the page has not come yet, or it has just been
-- replaced by its next version.
local PASSING = {
  ["no such element"] = true,
  ["stale element reference"] = true,
}

local function only_value(element)
  return (select(2, next(element)))
end

-- Does something with the element, when it is there; returns the value, and
-- the element.
function Page:with(xpath, method, path, sent)
  local limit = socket.gettime() + PATIENCE
  while true do
    local value, why, more = command("POST", self.session .. "/element", {
      using = "xpath",
      value = xpath,
    })
    if value then
      local element = self.session .. "/element/" .. only_value(value)
      value, why, more = command(method, element .. path, sent)
      if value ~= nil then return value, element end
    end
    if not PASSING[why] or socket.gettime() > limit then
      error(("%s %s: %s, %s"):format(xpath, path, why, more))
    end
    socket.sleep(0.05)
  end
end

function Page:open(url)
  self:must("POST", "/url", { url = url })
end

function Page:url()
  return self:must("GET", "/url")
end

function Page:source()
  return self:must("GET", "/source")
end

--- The text as it is shown.
function Page:text(xpath)
  return (self:with(xpath, "GET", "/text"))
end

--- An attribute, as it stands in the page.
function Page:attribute(xpath, name)
  return (self:with(xpath, "GET", "/attribute/" .. name))
end

--- What a field holds now.
function Page:value(xpath)
  return (self:with(xpath, "GET", "/property/value"))
end

function Page:is_shown(xpath)
  return (self:with(xpath, "GET", "/displayed"))
end

function Page:count(xpath)
  local sent = { using = "xpath", value = xpath }
  return #self:must("POST", "/elements", sent)
end

--- Clicks on what changes the page, like a choice.
function Page:choose(xpath)
  self:with(xpath, "POST", "/click", {})
end

--- Clicks on what leads to another page, like a button; waits until it has.
function Page:press(xpath)
  local _, element = self:with(xpath, "POST", "/click", {})
  local limit = socket.gettime() + PATIENCE
  while command("GET", element .. "/name") do
    assert(socket.gettime() < limit, xpath .. " leads nowhere")
    socket.sleep(0.02)
  end
end

function Page:fill(xpath, text)
  self:with(xpath, "POST", "/value", { text = text })
end

--- The cookies for this address, as a header.
function Page:cookies()
  local pairs_of = {}
  for i, cookie in ipairs(self:must("GET", "/cookie")) do
    pairs_of[i] = cookie.name .. "=" .. cookie.value
  end
  return table.concat(pairs_of, "; ")
end

return browser
