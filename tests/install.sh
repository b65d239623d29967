# Sourced by tests/run: installs the Debian packages the tests need, says what it installs, and does nothing when all is there.
install_what_is_missing() {
  command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2; return 1; }
  command -v npm >/dev/null || { echo "Node.js 20 or later with npm is missing (Debian: nodejs, npm)" >&2; return 1; }
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
