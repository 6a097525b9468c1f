-- Written by make bench-instructions WRITE=1.
return {
  ["plain"] = 0.477,
  ["TLS"] = 0.571,
  ["plain, LuaJIT"] = 0.338,
}
