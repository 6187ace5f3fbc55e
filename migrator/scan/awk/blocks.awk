# Which lines of a file of settings belong together.

# Keep where blocks begin, by how far lines are set in: `opened_at[depth]` is the line that opened the innermost; and
# the last line that said something, in `above`.
function block(line,   at, item) {
  match(line, /^[ \t]*/)
  at = RLENGTH
  item = index(line, "-") && line ~ ("^[ \t]*-[ \t]+([{]|[\"" q "]?[A-Za-z0-9_.-]+[\"" q "]?[ \t]*:([ \t]|$))")
  if (item) {
    match(line, /^[ \t]*-[ \t]+/)
    at = RLENGTH
  }
  while (depth && level[depth] > at) {
    depth--
  }
  if (!depth || level[depth] < at) {
    level[++depth] = at
    opened_at[depth] = last
    opened_by[depth] = title
  }
  if (item || (index(line, "[") && line ~ /^[ \t]*\[+[A-Za-z_][^]=,"]*\]+[ \t]*$/)) {
    opened_at[depth] = FNR
    opened_by[depth] = line
  }
  last = FNR
  above = title
  title = line
}
