# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the sourcing and the sourced files
# Sourced by the scripts: a known environment, and how they speak. Works with an empty environment too.

export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
export LC_ALL=C.UTF-8
if [[ -z ${HOME:-} ]]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  export HOME
fi
unset CDPATH VIRTUAL_ENV PYTHONHOME PYTHONPATH

root=$PWD
venv=$root/.venv

say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE NEXT [EXIT]: the form of every error of the suite.
fail() {
  printf '%s: %s\n  next: %s\n' "${0##*/}" "$1" "$2" >&2
  exit "${3:-1}"
}

# explain LOG NEXT: say why a command failed, from what it wrote.
explain() {
  if grep -qiE 'no space left|disk quota exceeded|not enough free space|enough free space' "$1"; then
    fail "the disk is full" "make room (the packages and .venv need about 2 GB; df -h) and run it again"
  elif grep -qiE 'could ?n.t resolve|temporary failure (in name )?resol|could not connect|connection (failed|refused|timed out)|network is unreachable|error sending request|dns error|failed to fetch' "$1"; then
    tail -n 3 "$1" >&2
    fail "the package mirrors cannot be reached" "check the network, the proxy and the mirrors (apt: sources.list, Python: pip's or uv's settings) and run it again"
  fi
  tail -n 15 "$1" >&2
  fail "that did not work: the lines above are its last ones" "$2"
}

need_root() {
  [[ $(id -u) -eq 0 ]] || fail "$1 needs root" "run it with sudo"
}
