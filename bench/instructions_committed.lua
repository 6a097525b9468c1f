-- Written by make bench-instructions WRITE=1.
return {
  ["plain"] = 0.474,
  ["TLS"] = 0.569,
  ["plain, LuaJIT"] = 0.339,
}
