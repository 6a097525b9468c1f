-- Written by make bench-instructions WRITE=1.
return {
  ["plain"] = 0.511,
  ["TLS"] = 0.639,
  ["plain, LuaJIT"] = 0.369,
}
