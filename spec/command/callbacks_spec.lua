-- `luapay trigger` and `luapay listen`, each against the other.

local helper = dofile "spec/command/helper.lua"

local json = require "luapay.sandbox.json"

describe("luapay trigger", function()
  local folder, port
  before_each(function()
    folder, port = helper.folder(), helper.free_port()
  end)
  after_each(function()
    folder:remove()
  end)

  -- Runs scripts while one listens to as many callbacks; what it says.
  local function listen(options, scripts)
    local lines = {
      ("luapay listen --port %d --count %d %s >heard 2>noted &"):format(
        port,
        #scripts,
        options
      ),
    }
    for _, script in ipairs(scripts) do
      lines[#lines + 1] = ("%s --to http://localhost:%d/in --wait 10"):format(
        script,
        port
      )
    end
    lines[#lines + 1] = "wait"
    local status, out, err = folder:run(table.concat(lines, "\n"))
    assert.equal(0, status, out .. err)
    return folder:read "heard", folder:read "noted", out
  end

  it("sends callbacks of every kind, which are shown as events", function()
    local scripts, wanted = {}, {}
    for api, kinds in pairs {
      infobip = { "buy" },
      mobip = { "link" },
      mobilepay_online = {
        "card",
        "token",
        "card_update",
        "address",
        "failed_payment",
        "agreement",
      },
      mobilepay_subscriptions = {
        "payment",
        "one_off_payment",
        "agreement",
        "refund",
      },
    } do
      for _, kind in ipairs(kinds) do
        scripts[#scripts + 1] = ("luapay trigger %s %s"):format(api, kind)
        wanted[#wanted + 1] = { api = api, kind = kind }
      end
    end
    local heard = listen("--json", scripts)
    local count = 0
    for line in heard:gmatch "[^\n]+" do
      count = count + 1
      assert.equal(wanted[count].api, json.decode(line).api)
    end
    assert.equal(#wanted, count)
  end)

  it("takes fields as words and as options", function()
    local heard = listen("", {
      "luapay trigger mobilepay_subscriptions payment --status Failed "
        .. "amount=7.50",
    })
    assert.truthy(heard:find("payment  Failed", 1, true))
    assert.truthy(heard:find("amount: 7.50", 1, true))
  end)

  it("shows the credentials of the configuration, and no other", function()
    folder:write(
      "conf",
      "[callbacks_mobilepay_subscriptions]\n"
        .. "user_name = mobilepay\npassword = hush-hush\n"
    )
    folder:succeed "chmod 600 conf"
    local trigger = "luapay trigger mobilepay_subscriptions payment "
    local heard, noted, said = listen("--config conf", {
      trigger .. "--config conf",
    })
    assert.truthy(heard:find "verified: true")
    assert.is_nil((heard .. noted .. said):find "hush")
    said = folder:succeed(trigger .. "--config conf --dry-run")
    assert.truthy(said:find("Authorization: (secret)", 1, true))
  end)

  it("ends with 1 where the callback is refused", function()
    folder:write(
      "conf",
      "[callbacks_mobilepay_subscriptions]\napi_key = hush-hush\n"
    )
    folder:succeed "chmod 600 conf"
    local script = "luapay listen --config conf --count 1 --port PORT "
      .. ">heard 2>&1 & luapay trigger mobilepay_subscriptions payment "
      .. "--wait 10 --to http://localhost:PORT/"
    local status = folder:run((script:gsub("PORT", ("%d"):format(port))))
    assert.equal(1, status)
  end)

  it("is handed on, and gets the answer of who took it", function()
    local second = helper.free_port()
    local heard, noted, said =
      listen(("--forward http://localhost:%d/shop"):format(second), {
        ("luapay listen --json --port %d --count 1 >shop & sleep 1; "):format(
          second
        ) .. "luapay trigger mobip link track_id=order-17",
      })
    assert.truthy(heard:find "order%-17")
    assert.truthy(noted:find("handed on: 200", 1, true))
    assert.equal("200\n", said)
    assert.truthy(folder:read("shop"):find "order%-17")
  end)

  it("says what is wrong", function()
    local away = "luapay trigger mobip link --to http://elsewhere.example/"
    for script, says in pairs {
      [away] = "this machine",
      ["luapay trigger mobib link"] = "did you mean mobip?",
      ["luapay trigger mobip payment"] = "mobip sends no payment: link",
      ["luapay trigger mobip link"] = "--to URL is required",
      ["luapay trigger mobip link x --dry-run"] = "expected name=value",
    } do
      local status, _, noted = folder:run(script)
      assert.truthy(status == 2 or status == 1, script)
      assert.truthy(noted:find(says, 1, true), noted)
    end
  end)
end)
