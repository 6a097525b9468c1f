-- Bugs that somebody could make, one line each. `line` is the line as it
-- stands (with `nth` where it stands more than once), `to` what becomes of
-- it, `what` why that would be wrong.

return {}
