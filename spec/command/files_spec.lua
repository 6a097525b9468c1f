-- Flows over files: `luapay topup` and its kind, as a user calls them.

local helper = dofile "spec/command/helper.lua"

local json = require "luapay.sandbox.json"
local servers = require "luapay.sandbox.server"

describe("luapay topup", function()
  local folder
  before_each(function()
    folder = helper.folder()
    folder.environment = "LUAPAY_JOURNAL=pay.db"
  end)
  after_each(function()
    folder:remove()
  end)

  local function expect(...)
    return folder:expect(...)
  end

  local HEADER = "reference,accountKey,amount,currencycode,description\n"
  local GOOD = HEADER
    .. "order-1,EUR-1,12.50,EUR,Order 1\n"
    .. "order-2,USD-1,20.00,USD,Order 2\n"
  local RUN = "luapay topup --sandbox orders.csv "

  it("shows a plan, and does nothing without a yes", function()
    folder:write("orders.csv", GOOD)
    local _, noted = expect(2, RUN, nil, "Say --yes")
    assert.truthy(noted:find("run orders: 2 rows, all or nothing", 1, true))
    assert.truthy(noted:find "12.50 +EUR +1 row\n")
    expect(0, "luapay journal report", "Open: 0")
    assert.equal("[]\n", (expect(0, "luapay journal list --json")))
  end)

  it("asks whoever sits at a terminal", function()
    folder:write("orders.csv", GOOD)
    local ask = "printf '%s\\n' | script -qec '" .. RUN .. "' /dev/null"
    local said = expect(0, ask:format "y", "Do it? [y/N]")
    assert.truthy(said:find "money moved +2")
    expect(0, "luapay journal list --state done", "order-2")
    folder:write("orders.csv", (GOOD:gsub("order", "again")))
    ask = "printf 'n\\n' | script -qec '" .. RUN .. "' /dev/null"
    expect(1, ask, "Nothing was sent.")
    expect(1, "luapay journal show again-1")
  end)

  it("does it, and not a second time", function()
    folder:write("orders.csv", GOOD)
    local said = expect(0, RUN .. "--yes")
    assert.truthy(said:find "money moved +2 +12.50 EUR, 20.00 USD")
    local _, noted = expect(0, RUN .. "--yes", nil, "(2 done)")
    assert.truthy(noted:find("not done again", 1, true))
    said = expect(0, RUN .. "--yes --json", nil, "2 rows")
    assert.equal(2, json.decode(said).states.done)
  end)

  it("takes back what was credited when one fails, unless told not", function()
    folder:write("orders.csv", GOOD .. "order-3,nobody,5.00,EUR,x\n")
    local said = expect(1, RUN .. "--yes", "order-3  closed, money none")
    assert.truthy(said:find "money returned +2")
    said = expect(1, RUN .. "--yes --mode each --run each")
    assert.truthy(said:find "money moved +2")
  end)

  it("writes a report that a spreadsheet can read", function()
    folder:write("orders.csv", GOOD)
    expect(0, RUN .. "--yes --report report.csv")
    local text = folder:read "report.csv"
    assert.truthy(text:find("order-1,12.50,EUR,done,moved,12.50,", 1, true))
    expect(0, "test $(stat -c %a report.csv) = 600")
  end)

  it("takes a file from the standard input, under a name", function()
    folder:write("orders.csv", GOOD)
    expect(2, "luapay topup --sandbox --yes - <orders.csv", nil, "--run")
    expect(0, "luapay topup --sandbox --yes --run may - <orders.csv")
    expect(0, "luapay journal list --run may", "order-1")
  end)

  it("reads what a spreadsheet has written", function()
    folder:write(
      "orders.csv",
      "\239\187\191reference;Konto;Betrag;currency;description;Notiz\r\n"
        .. 'order-1;EUR-1;12,50;EUR;Order 1;"two\r\nlines; one cell"\r\n'
        .. "order-2;USD-1;20;USD;Order 2;\r\n;;;;;\r\n\r\n"
    )
    local call = RUN
      .. "--yes --column accountKey=konto --column amount=Betrag "
      .. "--ignore notiz "
    local said = expect(0, call .. "--decimal-comma")
    assert.truthy(said:find "12.50 EUR, 20 USD" or said:find "20.00 USD")
    expect(2, call .. "--run other", nil, "orders.csv:2: amount: 12,50: if")
  end)

  for name, case in pairs {
    ["an unknown column"] = {
      "reference,accountKey,amuont,description\na,b,1,c\n",
      'orders.csv:1: column 3: unknown column "amuont"; did you mean amount?',
    },
    ["a column that is there twice"] = {
      "reference,accountKey,amount,ammount,description\na,b,1,1,c\n",
      "orders.csv:1: column 4: amount is column 3, too",
    },
    ["a column that is missing"] = {
      "reference,accountKey,amount\na,b,1\n",
      "orders.csv:1: there is no column description",
    },
    ["a row with too many cells"] = {
      HEADER .. "a,EUR-1,1,EUR,x,y\n",
      "orders.csv:2: has 6 cells, but there are 5 columns",
    },
    ["a row with too few"] = {
      HEADER .. "a,EUR-1,1,EUR,x\nb,EUR-1\n",
      "orders.csv:3: has 2 cells, but there are 5 columns",
    },
    ["an amount that is none"] = {
      HEADER .. "a,EUR-1,1.2.3,EUR,x\n",
      "orders.csv:2: amount: expected an amount like 12.50, got 1.2.3",
    },
    ["a cell that must not be empty"] = {
      HEADER .. "a,EUR-1,1,EUR,\n",
      "orders.csv:2: description: is empty",
    },
    ["a reference that is there twice"] = {
      HEADER .. 'a,EUR-1,1,EUR,"x\ny"\na,EUR-1,1,EUR,y\n',
      "orders.csv:4: reference: a stands on line 2, too",
    },
    ["what the flow refuses"] = {
      HEADER .. "a,EUR-1,1,EUR,x\n\n\nb,EUR-1,0,EUR,y\n",
      "orders.csv:5: flow.topup: argument (items[2].amount)",
    },
    ["no rows"] = { HEADER, "orders.csv has no rows" },
  } do
    it("refuses " .. name .. " by its line, and sends nothing", function()
      folder:write("orders.csv", case[1])
      expect(2, RUN .. "--yes", nil, case[2])
      if folder:read "pay.db" then
        assert.equal("[]\n", (expect(0, "luapay journal list --json")))
      end
    end)
  end

  it("refuses the same reference with another content", function()
    folder:write("orders.csv", GOOD)
    expect(0, RUN .. "--yes")
    folder:write("orders.csv", (GOOD:gsub("12.50", "13.50")))
    expect(3, RUN .. "--yes", nil, "conflict")
  end)
end)

describe("luapay topup, killed on its way", function()
  local folder, server
  setup(function()
    folder, server = helper.folder(), assert(servers.start())
  end)
  teardown(function()
    server:stop()
    folder:remove()
  end)

  it("goes on when it is started again, and pays nobody twice", function()
    local lines = { "reference,accountKey,amount,currencycode,description" }
    for i = 1, 5 do
      lines[#lines + 1] = ("order-%d,EUR-1,1.00,EUR,Order %d"):format(i, i)
    end
    folder:write("orders.csv", table.concat(lines, "\n"))
    folder.environment = "LUAPAY_JOURNAL=pay.db LUAPAY_JOURNAL_LEASE=4 "
      .. "LUAPAY_INFOBIP_TIMEOUT=2 LUAPAY_INFOBIP_USERNAME=reseller "
      .. "LUAPAY_INFOBIP_PASSWORD=secret LUAPAY_INFOBIP_BASE_URL="
      .. server.base_url
      .. " LUAPAY_INFOBIP_CA_FILE="
      .. server.ca_file
    server.infobip:inject {
      at = "add_funds",
      fault = "delay",
      seconds = 1,
      times = 5,
    }
    local topup = "luapay topup --yes --mode each orders.csv"
    folder:run(
      topup
        .. " & pid=$!; until [ -s pay.db ]; do sleep 0.1; done; "
        .. "sleep 0.4; kill -9 $pid; wait $pid"
    )
    server.infobip:clear()
    local before = #server.infobip:ledger()
    assert.truthy(before > 0)
    local status, _, noted = folder:run(topup)
    assert.equal(3, status)
    assert.truthy(noted:find "Run it again after %d", noted)
    folder:run "sleep 4"
    status = folder:run(topup)
    assert.equal(3, status) -- those whose answer nobody read are for a person
    local seen = {}
    for _, booking in ipairs(server.infobip:ledger()) do
      local name = booking.description or booking.text
      assert.is_nil(seen[name], name)
      seen[name] = true
    end
    local report = folder:succeed "luapay journal report"
    assert.is_nil(report:find("Needs a person: 0", 1, true))
  end)
end)

describe("luapay batch", function()
  local folder
  before_each(function()
    folder = helper.folder()
  end)
  after_each(function()
    folder:remove()
  end)

  local AGREEMENT = "000000a0-0000-4000-8000-000000000001"

  it("follows payments until they are made", function()
    local lines = { "reference,agreement_id,amount,description,due_date" }
    for i = 1, 3 do
      lines[#lines + 1] = ("p-%d,%s,%d.00,month,%s"):format(
        i,
        AGREEMENT,
        i,
        os.date("!%Y-%m-%d", os.time() + (3 + i) * 86400)
      )
    end
    folder:write("batch.csv", table.concat(lines, "\n"))
    local said = folder:succeed(
      "luapay batch --sandbox --journal pay.db --yes --watch batch.csv"
    )
    assert.truthy(said:find("6.00 DKK", 1, true), said)
    assert.truthy(said:find "money moved +3", said)
  end)

  it("names the line of what the flow refuses", function()
    folder:write(
      "batch.csv",
      "reference,agreement_id,amount,description\n"
        .. ("\na,%s,1.00,x\n"):format(AGREEMENT)
        .. ("b,%s,-1.00,x\n"):format(AGREEMENT)
    )
    local status, _, noted =
      folder:run "luapay batch --sandbox --yes batch.csv"
    assert.equal(2, status)
    assert.truthy(noted:find("batch.csv:4: ", 1, true), noted)
  end)
end)
