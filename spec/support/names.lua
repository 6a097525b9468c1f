-- Starts the name server of the specs (see dns.lua), and stops it.
local names = {}

--- The server; its field `port`.
function names.start()
  local made = assert(io.popen "mktemp -u")
  local fifo = made:read "*l"
  made:close()
  assert(os.execute("mkfifo " .. fifo))
  local command = ("lua5.4 spec/support/dns.lua %s || echo 0 >%s"):format(
    fifo,
    fifo
  )
  local pipe = assert(io.popen(command, "w"))
  local from = assert(io.open(fifo))
  local port = tonumber(from:read "*l")
  from:close()
  os.remove(fifo)
  return {
    port = port,
    stop = function()
      pipe:close()
    end,
  }
end

return names
