local guard = require "luapay.guard"
local task = require "luapay.task"

-- A source with a clock of its own: what is begun takes as long as it says,
-- and waiting costs no time.
local function new_source(clock)
  clock = clock or { time = 0, waits = 0 }
  local source = { under_way = {}, ids = 0, most = 0, clock = clock }
  local function due(list)
    local first = math.huge
    for _, one in ipairs(list) do
      for _, till in pairs(one.under_way) do
        first = math.min(first, till)
      end
    end
    return first
  end
  source.wait = clock.wait
    or function(list, seconds)
      clock.waits = clock.waits + 1
      clock.time =
        math.max(clock.time, math.min(clock.time + seconds, due(list)))
    end
  clock.wait = source.wait
  function source.now()
    return clock.time
  end
  function source:finished(into)
    local n = 0
    for id, till in pairs(self.under_way) do
      if till <= clock.time then
        into[n * 3 + 1], into[n * 3 + 2], into[n * 3 + 3] = id, till, false
        self.under_way[id] = nil
        n = n + 1
      end
    end
    return n
  end
  -- what a transport does
  function source:call(seconds)
    local group = assert(task.running(), "not inside map")
    local id = 1 -- the smallest free one: they are used again at once
    while self.under_way[id] do
      id = id + 1
    end
    self.under_way[id] = clock.time + seconds
    local n = 0
    for _ in pairs(self.under_way) do
      n = n + 1
    end
    self.most = math.max(self.most, n)
    return group:await(self, id)
  end
  function source:sleep(seconds)
    task.running():sleep(self, seconds)
  end
  return source
end

describe("luapay.map", function()
  local source

  before_each(function()
    source = new_source()
  end)

  it("returns what the calls returned, in the order of the items", function()
    local done = task.map({ 5, 1, 3 }, nil, function(item, index)
      source:call(item)
      return item * 10, index
    end)
    assert.same({
      { item = 5, result = 50, fault = 1 },
      { item = 1, result = 10, fault = 2 },
      { item = 3, result = 30, fault = 3 },
    }, done)
    assert.equal(5, source.clock.time) -- side by side, not one by one
  end)

  it("keeps no more under way than asked for", function()
    local items = {}
    for i = 1, 50 do
      items[i] = i % 7 + 1
    end
    task.map(items, { concurrency = 4 }, function(n)
      source:call(n)
    end)
    assert.equal(4, source.most)
    task.map(items, nil, function(n)
      source:call(n)
    end)
    assert.equal(32, source.most)
  end)

  it("takes an iterator, and hands results over as they come", function()
    local i, seen, sum = 0, 0, 0
    local n = task.map(function()
      i = i + 1
      if i <= 1000 then return i end
    end, {
      concurrency = 8,
      each = function(index, result, fault, item)
        seen = seen + 1
        sum = sum + result
        assert(index == item and fault == nil)
      end,
    }, function(item)
      source:call(item % 5)
      return item
    end)
    assert.equal(1000, n)
    assert.equal(1000, seen)
    assert.equal(500500, sum)
  end)

  it("takes from an iterator no earlier than it needs", function()
    local taken, open = 0, 0
    task.map(function()
      taken = taken + 1
      if taken <= 100 then return taken end
    end, { concurrency = 3, each = function() end }, function()
      open = open + 1
      assert(taken <= open + 3)
      source:call(1)
    end)
  end)

  it("does nothing for nothing", function()
    assert.same({}, task.map({}, nil, error))
    assert.equal(0, task.map(function() end, { each = error }, error))
  end)

  it("works without any waiting", function()
    local done = task.map({ 1, 2, 3 }, nil, function(n)
      return n
    end)
    assert.equal(3, done[3].result)
  end)

  it("raises an error again, after what is under way", function()
    local finished = 0
    local ok, err = pcall(
      task.map,
      { 1, 2, 3, 4, 5, 6 },
      { concurrency = 3 },
      function(n)
        source:call(n)
        if n == 2 then error("broken at " .. n) end
        finished = finished + 1
      end
    )
    assert.is_false(ok)
    assert.matches("broken at 2", err, 1, true)
    assert.matches("task_spec.lua", err, 1, true)
    assert.matches("traceback", err, 1, true)
    assert.equal(3, finished) -- 1, 3, and 4 that had begun
    assert.same({}, source.under_way)
  end)

  it("raises a table as it is", function()
    local what = {}
    local ok, err = pcall(task.map, { 1 }, nil, function()
      error(what)
    end)
    assert.is_false(ok)
    assert.equal(what, err)
  end)

  for _, place in ipairs { "each", "iterator" } do
    it("raises what its " .. place .. " raises", function()
      local function broken()
        error("in " .. place)
      end
      local ok, err = pcall(
        task.map,
        place == "iterator" and broken or { 1, 2 },
        { each = place == "each" and broken or function() end },
        function()
          source:call(1)
        end
      )
      assert.is_false(ok)
      assert.matches("in " .. place, err, 1, true)
    end)
  end

  it("lets somebody sleep while others go on", function()
    local order = {}
    task.map({ 3, 1, 2 }, nil, function(n)
      source:sleep(n)
      order[#order + 1] = n
      source:call(n / 4)
      order[#order + 1] = n * 10
    end)
    assert.same({ 1, 10, 2, 20, 3, 30 }, order)
    assert.equal(3.75, source.clock.time)
    assert.is_true(source.clock.waits < 20) -- it waits, it does not spin
  end)

  it("waits for several sources together", function()
    local other = new_source(source.clock)
    local order = {}
    task.map({ 4, 1, 3, 2 }, nil, function(n)
      (n % 2 == 0 and source or other):call(n)
      order[#order + 1] = n
    end)
    assert.same({ 1, 2, 3, 4 }, order)
  end)

  it("waits in turn for sources that cannot be waited for together", function()
    local other = new_source()
    local done = task.map({ 1, 2, 3, 4 }, nil, function(n)
      return (n % 2 == 0 and source or other):call(0.01 * n)
    end)
    for i = 1, 4 do
      assert.is_near(0.01 * i, done[i].result, 0.01)
    end
  end)

  it("works inside itself, all side by side", function()
    local done = task.map({ 1, 2, 3 }, nil, function(n)
      source:call(1)
      local inner = task.map({ 1, 2 }, nil, function(m)
        source:call(m)
        return n * 10 + m
      end)
      source:call(1)
      return inner[1].result + inner[2].result
    end)
    assert.equal(23, done[1].result)
    assert.equal(63, done[3].result)
    assert.equal(4, source.clock.time)
  end)

  it("works inside itself when there is nothing to wait for", function()
    local done = task.map({ 1, 2 }, nil, function(n)
      local inner = task.map({ n, n }, nil, function(m)
        return m
      end)
      assert(source:call(n)) -- and not woken by the inner one
      return #inner
    end)
    assert.equal(2, done[2].result)
  end)

  it("works in a coroutine of the user's inside itself", function()
    local order = {}
    task.map({ 3, 1 }, nil, function(n)
      if n == 1 then
        coroutine.wrap(function() -- blocks the outer one, loses nothing
          task.map({ 5 }, nil, function(m)
            source:call(m)
          end)
        end)()
      end
      order[#order + 1] = "called " .. n
      source:call(n)
      order[#order + 1] = n
    end)
    assert.same({ "called 3", "called 1", 3, 1 }, order)
  end)

  it("sends nothing where it cannot wait", function()
    task.map({ 1 }, nil, function()
      local ok = pcall(function()
        table.sort({ 1, 2 }, function()
          return source:call(1)
        end)
      end)
      assert(not ok)
      assert(next(source.under_way) == nil)
    end)
  end)

  it("says so when a function yields by itself", function()
    local ok, err = pcall(task.map, { 1 }, nil, function()
      coroutine.yield()
    end)
    assert.is_false(ok)
    assert.matches("yielded", err)
  end)

  describe("in a coroutine of a scheduler", function()
    -- Runs `fn` in one, and returns what it returns and what it yielded.
    local function run(fn)
      local yielded, got = {}, nil
      local host = coroutine.create(function()
        got = { fn() }
        return "over"
      end)
      local good, value = coroutine.resume(host)
      while good and value ~= "over" do
        yielded[#yielded + 1] = value
        good, value = coroutine.resume(host, value .. "!")
      end
      assert(good, value)
      return got, yielded
    end

    it("lets what is called for the host yield to it", function()
      local got, yielded = run(function()
        local function take_two()
          local n = 0
          return function()
            n = n + 1
            return n <= 2 and coroutine.yield("item " .. n) or nil
          end
        end
        return task.map(take_two(), { concurrency = 2 }, function(item)
          source:call(1)
          return task.map({ "a", "b" }, nil, function(inner)
            return task.call_host(coroutine.yield, item .. inner)
          end)
        end)
      end)
      assert.same({
        "item 1",
        "item 2",
        "item 1!a",
        "item 1!b",
        "item 2!a",
        "item 2!b",
      }, yielded)
      assert.equal("item 2!b!", got[1][2].result[2].result)
    end)

    it("lets nobody else go on meanwhile", function()
      local order = {}
      run(function()
        task.map({ 1, 2, 3 }, nil, function(item)
          task.call_host(coroutine.yield, "first")
          order[#order + 1] = item
          task.call_host(coroutine.yield, "second")
          order[#order + 1] = item
          source:call(1)
          order[#order + 1] = item
        end)
      end)
      assert.same({ 1, 1, 2, 2, 3, 3, 1, 2, 3 }, order)
    end)

    it("raises what is raised for the host, as anything else", function()
      local ended = {}
      local got = run(function()
        return pcall(task.map, { 1, 2, 3 }, { concurrency = 2 }, function(n)
          if n == 1 then
            source:call(5)
          else
            task.call_host(function()
              error { "no line" }
            end)
          end
          ended[#ended + 1] = n
        end)
      end)
      assert.same({ false, { "no line" } }, got)
      -- plain Lua 5.1 cannot wait for the others there
      if guard.can_yield then assert.same({ 1 }, ended) end
      assert.is_nil(task.running())
    end)
  end)

  it("is nobody's home outside of it", function()
    assert.is_nil(task.running())
    task.map({ 1 }, nil, function()
      assert(task.running())
      coroutine.wrap(function()
        assert(not task.running())
      end)()
    end)
    assert.is_nil(task.running())
  end)

  for what, args in pairs {
    ["no items"] = { nil, {}, print },
    ["no function"] = { {}, {} },
    ["an unknown option"] = { {}, { parallel = 3 }, print },
    ["a concurrency of 0"] = { {}, { concurrency = 0 }, print },
    ["a concurrency of 1.5"] = { {}, { concurrency = 1.5 }, print },
    ["a concurrency in words"] = { {}, { concurrency = "9" }, print },
  } do
    it("raises for " .. what, function()
      assert.has_error(function()
        task.map(args[1], args[2], args[3])
      end)
    end)
  end

  it("stays flat however long the input", function()
    local i, before = 0, nil
    task.map(function()
      i = i + 1
      if i == 1000 or i == 20000 then
        collectgarbage()
        collectgarbage()
        local now = collectgarbage("count")
        if before then assert(now - before < 20, "kilobytes grew") end
        before = now
      end
      if i <= 20000 then return i end
    end, { each = function() end }, function()
      source:call(1)
    end)
  end)

  describe("with ahead", function()
    local disk

    -- a source that is asked first, as a journal is
    before_each(function()
      local clock = { time = 0, waits = 0 }
      function clock.wait()
        clock.time = clock.time + 1
      end
      disk = new_source(clock)
      disk.at_once = true
    end)

    it("begins items while others wait for what is written", function()
      local ended = {}
      local results = task.map(
        { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
        { concurrency = 2, ahead = 2 },
        function(i)
          disk:call(1)
          source:call(1)
          disk:call(1)
          ended[#ended + 1] = i
          return i * 10
        end
      )
      assert.equal(9, #ended)
      for i = 1, 9 do
        assert.equal(i * 10, results[i].result)
      end
      assert.equal(2, source.most) -- never more calls than were asked for
      assert.is_true(disk.most > 2 and disk.most <= 4)
    end)

    it("ends when an item raises", function()
      local begun = 0
      assert.has_error(function()
        task.map(
          { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
          { concurrency = 2, ahead = 2 },
          function(i)
            begun = begun + 1
            disk:call(1)
            if i == 3 then error({ "oops" }, 0) end
            source:call(1)
          end
        )
      end, { "oops" })
      assert.is_true(begun < 9)
      assert.is_nil(task.running())
    end)

    it("works inside a map, and with an iterator", function()
      local n, count = 0, 0
      task.map({ 1, 2 }, {}, function()
        task.map(function()
          n = n + 1
          return n <= 10 and n or nil
        end, { concurrency = 1, ahead = 3 }, function()
          disk:call(1)
          source:call(1)
          count = count + 1
        end)
      end)
      assert.equal(10, count)
    end)
  end)
end)
