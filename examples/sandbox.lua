-- Starts a pretend Infobip on this machine and keeps it until Enter. May be
-- given a port.

local server = require "luapay.sandbox.server"

local port = arg[1] and tonumber(arg[1])
if arg[1] and not port then
  io.stderr:write("a port is a number, not ", arg[1], "\n")
  os.exit(1)
end

local provider, why = server.start { port = port }
if not provider then
  io.stderr:write("no sandbox: ", why, "\n")
  os.exit(1)
end

local curl = "curl --cacert " .. provider.ca_file .. " "
print("base_url  " .. provider.base_url)
print("ca_file   " .. provider.ca_file)
print("username  reseller")
print("password  secret")
print("\nTry:")
print(
  "  "
    .. curl
    .. "-d username=reseller -d password=secret \\\n    "
    .. provider.base_url
    .. "/1/customerProfile/login"
)
print("  " .. curl .. provider.base_url .. "/sandbox/accounts")
print("  " .. curl .. provider.base_url .. "/sandbox/ledger")
print(
  "  "
    .. curl
    .. [[-d '{"at":"add_funds","fault":"lost_answer"}' \]]
    .. "\n    "
    .. provider.base_url
    .. "/sandbox/inject"
)
print("\nPress Enter to stop.")
io.stdout:flush()
io.read()
provider:stop()
