# Sourced by the scripts in script/: messages on stderr, one way to fail.
# shellcheck shell=bash

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' reset=$'\e[0m'
else
  bold='' red='' green='' reset=''
fi

# The step that runs now: what a failure without a message of its own is called.
step='starting'

say() {
  printf '%s[%s]%s %s\n' "$bold" "${0##*/}" "$reset" "$*" >&2
}

# begin "doing this": a progress line, and the name of the step if it fails.
begin() {
  step=$1
  say "$1 ..."
}

# die "what is wrong; what to do": one clear line, exit code 1.
die() {
  trap - ERR
  printf '%s[%s] error:%s %s\n' "$red" "${0##*/}" "$reset" "$*" >&2
  exit 1
}

on_error() {
  die "failed while $step; the lines above say why. Run $0 again once that is solved."
}

# Where tools and interpreters are kept between runs, for all checkouts.
cache_dir() {
  printf '%s/dalen' "${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}"
}

set -E
trap on_error ERR
