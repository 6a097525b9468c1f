-- Bugs made by the operators that change nothing a user could notice, with
-- the reason. A bug stands here only when somebody has read the code. `before`
-- is the line before, where a file has the same line several times.

return {}
