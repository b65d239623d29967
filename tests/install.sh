# Sourced by tests/run: installs what the tests need, says what it installs, and does nothing when all is there.
node_needed=20.19

install_what_is_missing() {
  command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2; return 1; }
  command -v npm >/dev/null || { echo "Node.js $node_needed or later with npm is missing (Debian: nodejs, npm)" >&2; return 1; }
  local node; node=$(node --version) || return 1
  [ "$(printf '%s\n' "$node_needed" "${node#v}" | sort -V | head -n 1)" = "$node_needed" ] ||
    { echo "Node.js $node_needed or later is needed; this is $node" >&2; return 1; }
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  command -v bc >/dev/null || missing+=(bc)
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing Debian packages: ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq >/dev/null &&
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    { echo "Could not install: ${missing[*]}" >&2; return 1; }
}

# Folder. What was installed from the same lock file is left as it is.
install_npm_packages() {
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return 0
  echo "Installing npm packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
}
