-- Which addresses luapay.transport.nginx sends to: no nginx needed.
local urls = require "luapay.transport.nginx.url"

describe("a URL", function()
  local parse = urls.new(true)

  for url, expected in pairs {
    ["https://a.example"] = { "a.example", 443, "/" },
    ["https://a.example?x=1"] = { "a.example", 443, "/?x=1" },
    ["https://A.example:1/"] = { "a.example", 1, "/" },
    ["https://[::1]:8443/x"] = { "[::1]", 8443, "/x" },
    ["http://127.0.0.1:80/"] = { "127.0.0.1", 80, "/" },
  } do
    it("is taken apart: " .. url, function()
      for _ = 1, 2 do
        local origin, target = parse(url)
        assert.equal(expected[1], origin.host)
        assert.equal(expected[2], origin.port)
        assert.equal(expected[3], target)
      end
    end)
  end

  for _, url in ipairs {
    "https://a.example:0/",
    "https://a.example:65536/",
    "https://a.example:/",
    "https://a.example:80:80/",
    "https://a.example:+80/",
    "https://[::1/",
    "https://a%2eexample/",
    "HTTPS://a.example/",
    "https:a.example/",
    "http://127.0.0.256/",
    "http://localhost.example/",
    "https://[::1]x/",
  } do
    it("is refused: " .. url, function()
      local origin, why = parse(url)
      assert.is_nil(origin)
      assert.is_string(why)
    end)
  end

  it("remembers no end of origins", function()
    for i = 1, 300 do
      assert.equal("h" .. i, parse("https://h" .. i .. "/").host)
    end
  end)
end)
