-- `luapay apis`, `luapay describe` and `luapay call`, as a user calls them.

local helper = dofile "spec/command/helper.lua"

local json = require "luapay.sandbox.json"

describe("luapay", function()
  local folder
  before_each(function()
    folder = helper.folder()
  end)
  after_each(function()
    folder:remove()
  end)

  local function expect(...)
    return folder:expect(...)
  end

  local CREDIT = "luapay call --sandbox infobip.add_funds accountKey=EUR-1 "
    .. "description='Order 17' "

  it("says what there is, without a word", function()
    expect(0, "luapay", "Usage: luapay")
    expect(0, "luapay --version", "luapay 0.9")
  end)

  it("is wrongly used by what it does not know: 2", function()
    expect(2, "luapay cal", nil, "Did you mean 'call'?")
    expect(2, "luapay call --dryrun x", nil, "--dry-run")
    expect(2, "luapay call infobip.add_fund", nil, "infobip.add_funds?")
    expect(2, "luapay describe infobib", nil, "did you mean infobip?")
  end)

  it("lists and describes, as text and as JSON", function()
    expect(0, "luapay apis", "mobilepay_subscriptions  31 calls")
    expect(0, "luapay describe infobip", "LUAPAY_INFOBIP_PASSWORD")
    expect(0, "luapay describe infobip.add_funds", "accountKey *")
    local apis = json.decode(expect(0, "luapay apis --json"))
    assert.equal("infobip", apis[1].name)
    assert.equal("login", apis[1].endpoints[1])
    local one = expect(0, "luapay describe infobip.add_funds --json")
    assert.equal("POST", json.decode(one).method)
  end)

  it("calls, and ends with 0 when it is done", function()
    expect(0, CREDIT .. "amount=12.50", "transactionId: 1000001\n")
    local said = expect(0, CREDIT .. "amount=12.50 --json")
    assert.equal("1000001", tostring(json.decode(said).transactionId))
  end)

  it("ends with 1 when certainly nothing was done", function()
    local script = "luapay call --sandbox --json infobip.add_funds "
      .. "accountKey=nobody amount=1 description=x"
    local said = expect(1, script, nil, "infobip.add_funds: permission")
    assert.equal("failed", json.decode(said).fault.outcome)
  end)

  it("ends with 2 for arguments that are none, and sends nothing", function()
    expect(2, CREDIT .. "acount=1", nil, "did you mean amount?")
    expect(2, CREDIT .. "amount=1 amount=2", nil, "amount is said twice")
    expect(2, CREDIT .. "amount", nil, "expected name=value")
    expect(2, CREDIT .. "amount=x", nil, "infobip.add_funds: argument")
    expect(2, CREDIT .. "--timeout 0 amount=1", nil, "above 0")
  end)

  it(
    "ends with 3 when it may have been done, and says how to find out",
    function()
      folder:write("closed", "")
      local env = "LUAPAY_INFOBIP_USERNAME=u LUAPAY_INFOBIP_PASSWORD=p "
        .. "LUAPAY_INFOBIP_BASE_URL=http://localhost:$port "
        .. "LUAPAY_INFOBIP_HTTP_LOOPBACK=true "
      local serve = [[
      lua5.4 -e '
        local s = require("socket").bind("127.0.0.1", 0)
        print((select(2, s:getsockname()))) io.stdout:flush()
        for i = 1, 2 do
          local c = s:accept()
          local n = 0
          repeat
            local line = c:receive("*l")
            n = tonumber(line:lower():match("content.length: (%d+)")) or n
          until line == ""
          c:receive(n)
          if i == 1 then
            local b = "{\"ibAuthCookie\":\"abc\",\"verified\":true}"
            c:send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
              .. "connection: close\r\ncontent-length: " .. #b
              .. "\r\n\r\n" .. b)
          end
          c:close()
        end' >port &
      until [ -s port ]; do sleep 0.05; done
      port=$(cat port)
    ]]
      local call = CREDIT:gsub("--sandbox ", "") .. "amount=1"
      expect(3, serve .. env .. call, nil, "look in its portal")
    end
  )

  it("takes JSON, from a file and from its input", function()
    folder:write(
      "args.json",
      '{"accountKey": "EUR-1", "amount": 12.50, "description": "Order 17"}'
    )
    local call = "luapay call --sandbox infobip.add_funds --dry-run --input "
    expect(0, call .. "args.json", "ammount=12.50")
    expect(0, "cat args.json | " .. call .. "-", "ammount=12.50")
    expect(0, call .. "args.json currencycode=EUR", "currencycode=EUR")
    expect(2, call .. "args.json amount=1", nil, "said twice")
    expect(2, call .. "none.json", nil, "none.json")
    expect(2, "echo '[1' | " .. call .. "-", nil, "expected a JSON object")
  end)

  it("reaches inside, and knows numbers from text", function()
    local call = "luapay call --sandbox --dry-run --json "
      .. "mobilepay_subscriptions.create_agreement "
      .. "country_code=DK currency=DKK plan=Gold amount=12.50 "
      .. "expiration_timeout_minutes=10 description=x "
      .. "links[1].rel=user-redirect links[1].href=https://a.example/1 "
      .. 'links[2]:=\'{"rel":"success-callback",'
      .. '"href":"https://a.example/2"}\' '
      .. "links[3].rel=cancel-callback links[3].href=https://a.example/3"
    local body = json.decode(json.decode(expect(0, call)).body)
    assert.equal(3, #body.links)
    assert.equal(10, body.expiration_timeout_minutes)
  end)

  describe("and its credentials:", function()
    local CALL = "luapay call infobip.add_funds accountKey=EUR-1 amount=1 "
      .. "description=x --dry-run "

    it("a file of which others can read nothing", function()
      folder:write("conf", "[infobip]\nusername = u\npassword = hush-hush\n")
      expect(
        2,
        "chmod 644 conf; " .. CALL .. "--config conf",
        nil,
        "chmod 600"
      )
      local said, noted =
        expect(0, "chmod 600 conf; " .. CALL .. "--config conf", "payments")
      assert.is_nil((said .. noted):find "hush")
    end)

    it("the file at its usual place", function()
      folder:write("conf", "[infobip]\nusername = u\npassword = hush-hush\n")
      expect(2, CALL, nil, ".config/luapay/config")
      local put = "umask 077; mkdir -p .config/luapay; "
        .. "cp conf .config/luapay/config; "
      expect(0, put .. CALL, "accountKey=EUR-1")
    end)

    it("a command that prints one", function()
      folder:write(
        "conf",
        "[infobip]\nusername = u\npassword_command = echo hush; echo more\n"
      )
      expect(0, "chmod 600 conf; " .. CALL .. "--config conf")
      folder:write("conf", "[infobip]\nusername=u\npassword_command = false\n")
      expect(2, "chmod 600 conf; " .. CALL .. "--config conf", nil, "conf:3:")
    end)

    it("the environment, which comes first", function()
      expect(0, "LUAPAY_INFOBIP_USERNAME=u LUAPAY_INFOBIP_PASSWORD=p " .. CALL)
    end)

    it("never words, which others can read", function()
      local login = "luapay call --sandbox infobip.login "
      expect(
        2,
        login .. "username=reseller password=secret",
        nil,
        "password is a secret"
      )
      local given = [[echo '{"username":"reseller","password":"secret"}' | ]]
      local said = expect(0, given .. login .. "--input -", "(secret")
      assert.is_nil(said:find "ibAuthCookie: %w")
      expect(0, given .. login .. "--input - --output kept", "")
      assert.truthy(folder:read("kept"):find '"ibAuthCookie": "%w')
      expect(0, "test $(stat -c %a kept) = 600")
    end)

    it("names that are none are refused by file and line", function()
      folder:write("conf", "[infobip]\nusername=u\npasword=hush\n")
      local _, noted = expect(
        2,
        "chmod 600 conf; " .. CALL .. "--config conf",
        nil,
        "conf:3: [infobip] has no option pasword; did you mean password?"
      )
      assert.is_nil(noted:find "hush")
      folder:write("conf", "[infobip]\nusername u hush\n")
      _, noted =
        expect(2, "chmod 600 conf; " .. CALL .. "--config conf", nil, "conf:2")
      assert.is_nil(noted:find "hush")
    end)
  end)

  it("has no colour where there is no terminal", function()
    local said, noted = expect(0, "luapay apis")
    assert.is_nil((said .. noted):find "\27")
  end)

  it("has colour on a terminal, unless NO_COLOR says no", function()
    local on = "TERM=xterm script -qec 'luapay apis' /dev/null"
    assert.truthy(expect(0, on):find "\27%[1m")
    assert.is_nil(expect(0, "NO_COLOR=1 " .. on):find "\27%[1m")
  end)
end)
