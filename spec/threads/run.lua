-- make check-tsan: four threads that use the library for the first time at
-- once, several times over, under ThreadSanitizer.

local postgres = require "spec.support.postgres"
local servers = require "spec.support.servers"

local PROGRAM = arg[1]
local TIMES = 5

local server = servers.start()
local database = assert(postgres.server())
local options = database:database()

-- Libraries that the sanitizer does not see into synchronise by means that
-- it does not see; a leaked thread is the resolver's, which nobody waits for.
local SANITIZER = "TSAN_OPTIONS='ignore_noninstrumented_modules=1 "
  .. "report_thread_leaks=0 halt_on_error=1 second_deadlock_stack=1' "

local function succeeds(time)
  local command = ("%s timeout -k 5 120 %s 4 spec/threads/work.lua"):format(
    SANITIZER,
    PROGRAM
  )
  for _, word in ipairs {
    server.url.plain,
    server.url.good,
    server.ca_file,
    ("%s/journal-%d-"):format(server.folder, time),
    options.database,
    options.host,
  } do
    command = ("%s '%s'"):format(command, word)
  end
  local status = os.execute(command)
  return status == true or status == 0
end

local good = true
for i = 1, TIMES do
  good = succeeds(i) and good
  print(
    ("four threads, %d of %d: %s"):format(i, TIMES, good and "ok" or "wrong")
  )
end
server:stop()
database:close()
os.exit(good and 0 or 1)
