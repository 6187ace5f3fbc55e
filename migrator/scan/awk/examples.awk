# Files that show how settings are written: what stands in them is made up.

BEGIN {
  shown = "(example|sample|dist|template|tmpl|orig)"
}

# Whether the name alone says so: `.env.example`, `config.sample.php`. A host may be called `shop.example`, and its
# settings below /etc after it.
function is_example(path) {
  return path ~ ("/[.]?([^/]*[._-])?" shown "[.]env$|/[.]env[._-]([^/]*[._-])?" shown "$") || (path !~ /^\/etc\// && path ~ ("[._-]" shown "[.](ya?ml|php|ini|json|toml|properties|py|rb|js|xml)$"))
}

# The file whose form such a one shows, whether it is there or not; nothing where the name says nothing of the kind.
function real_of(path,   folder, name) {
  if (path !~ /exampl|sampl|dist|templ|tmpl|orig/) {
    return ""
  }
  name = path
  sub(/^.*\//, "", name)
  folder = substr(path, 1, length(path) - length(name))
  if (name ~ ("^[.]env[._-](.*[._-])?" shown "$") || (path ~ /^\/etc\/(default|sysconfig|conf\.d)\// && name ~ ("[.]" shown "$"))) {
    sub("[._-]" shown "$", "", name)
  } else if (name ~ ("^[.]?" shown "[.]env$")) {
    name = ".env"
  } else if (path !~ /^\/etc\// && match(name, "[._-]" shown "[.][a-z0-9]+$")) {
    sub("[._-]" shown "[.]", ".", name)
  } else if (path !~ /^\/etc\// && name ~ ("^" shown "[._-].+[.][a-z0-9]+$")) {
    sub("^" shown "[._-]", "", name)
  } else {
    return ""
  }
  return folder name
}
