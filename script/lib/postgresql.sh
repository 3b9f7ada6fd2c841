# Sourced by script/test: a PostgreSQL of its own for the hub's tests, thrown away.
# shellcheck shell=bash

# find_postgresql: prints the folder of initdb and pg_ctl, or fails.
find_postgresql() {
  local folder
  for folder in "$(dirname "$(readlink -f "$(type -P postgres || true)")")" \
    /usr/lib/postgresql/*/bin; do
    if [[ -x $folder/initdb && -x $folder/pg_ctl ]]; then
      printf '%s\n' "$folder"
      return
    fi
  done
  return 1
}

# with_postgresql COMMAND...: runs it with DALEN_TEST_POSTGRESQL_URL set.
with_postgresql() {
  local bin folder port code=0 as=()
  bin=$(find_postgresql)
  folder=$(mktemp -d)
  # PostgreSQL refuses to run as root.
  if [[ $(id -u) == 0 ]]; then
    as=(runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" --)
    chown "$(id -u postgres 2>/dev/null || id -u nobody)" "$folder"
  fi
  port=$(.venv/bin/python -c 'import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])')
  (
    cd "$folder"
    "${as[@]}" "$bin/initdb" --pgdata=data --auth=trust --username=dalen --no-sync \
      --encoding=UTF8 --locale=C >"$folder.log" &&
      "${as[@]}" "$bin/pg_ctl" --pgdata=data --wait --log=data/log --silent start \
        -o "-c listen_addresses=127.0.0.1 -c port=$port -c fsync=off -k $folder"
  ) || { cat "$folder.log" >&2; return 1; }
  DALEN_TEST_POSTGRESQL_URL="postgresql+asyncpg://dalen@127.0.0.1:$port/postgres" \
    "$@" || code=$?
  (cd "$folder" && "${as[@]}" "$bin/pg_ctl" --pgdata=data --mode=immediate --silent stop)
  rm -rf "$folder" "$folder.log"
  return "$code"
}
