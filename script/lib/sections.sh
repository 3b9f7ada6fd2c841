# Sourced by script/lint and script/test: titled sections that all run, whatever
# fails, and one list of the failures at the end.
# shellcheck shell=bash

failed=()

# section "title" COMMAND...: runs it, and remembers the title if it fails.
section() {
  local title=$1 start=$SECONDS
  shift
  printf '\n%s== %s%s\n' "$bold" "$title" "$reset" >&2
  if "$@"; then
    printf '%s   %s: ok%s (%s s)\n' "$green" "$title" "$reset" $((SECONDS - start)) >&2
  else
    printf '%s   %s: failed%s (%s s)\n' "$red" "$title" "$reset" $((SECONDS - start)) >&2
    failed+=("$title")
  fi
}

# finish: one line, and the exit code of the whole.
finish() {
  printf '\n' >&2
  if ((${#failed[@]} > 0)); then
    local list
    list=$(printf ', %s' "${failed[@]}")
    die "failed: ${list:2}. Each section above says why."
  fi
  say "all is well"
}
