-- Lists that come in pages, in both shapes that the provider may send.

local helper = require "spec.subscriptions.helper"

for _, shape in ipairs { "list", "object" } do
  describe("a page of agreements (" .. shape .. ")", function()
    local client

    setup(function()
      local _
      _, client = helper.open { list_as = shape }
      for i = 1, 5 do
        assert(client:create_agreement(helper.offer {
          external_id = "agreement-" .. i,
        }))
      end
    end)

    local function ask(number, size)
      return assert(client:list_agreements {
        pageNumber = number,
        pageSize = size,
      })
    end

    it("leads to the next, and the empty one to none", function()
      local seen, pages = {}, 0
      local page = ask(1, 2)
      while page do
        pages = pages + 1
        assert.equal(pages, page.number)
        for _, agreement in ipairs(page:items()) do
          seen[#seen + 1] = agreement.external_id
        end
        page = page:next()
      end
      table.sort(seen)
      assert.equal(4, pages) -- a short one is not taken for the last
      assert.same({
        "agreement-1",
        "agreement-2",
        "agreement-3",
        "agreement-4",
        "agreement-5",
      }, seen)
    end)

    it("can be the one where somebody else has stopped", function()
      local page = ask(3, 2)
      assert.equal(1, #page:items())
      page = assert(page:next())
      assert.same({}, page:items())
      assert.is_nil(page:next())
    end)

    it("is empty behind the end", function()
      local page = ask(9, 2)
      assert.same({}, page:items())
      assert.is_nil(page:next())
    end)

    it("hands on the fault of the next one", function()
      local provider, other = helper.open { list_as = shape }
      for i = 1, 2 do
        assert(other:create_agreement(helper.offer {
          external_id = "agreement-" .. i,
        }))
      end
      local page = assert(other:list_agreements {
        pageNumber = 1,
        pageSize = 1,
      })
      provider:inject { at = "list_agreements", fault = "error", status = 400 }
      local following, fault = page:next()
      assert.is_nil(following)
      assert.equal("failed", fault.outcome)
    end)
  end)
end
