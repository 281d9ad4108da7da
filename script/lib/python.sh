# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # root and venv come from common.sh
# Sourced by script/setup and script/lock: a Python, uv, and the environment .venv with exactly the hashed packages.

uv_version=0.13.9
uv_oldest=0.9.0

# The distribution's Python first: the nodes of the twin have that one too.
find_python() {
  local candidate
  for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or newer with venv" "use Debian 12 or newer, or put such a python3 on the PATH"
}

# uv from the PATH if it is new enough, else from a cache of this user.
find_uv() {
  local python=$1 found cache log
  if found=$(uv --version 2>/dev/null | awk '{print $2}') && [[ -n $found ]] &&
    printf '%s\n' "$uv_oldest" "$found" | sort -V -C; then
    command -v uv
    return
  fi
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/mroom/uv-$uv_version
  if [[ ! -x $cache/bin/uv ]]; then
    say "setup: fetching uv $uv_version"
    log=$(mktemp)
    { rm -rf "$cache" && mkdir -p "${cache%/*}" && "$python" -m venv "$cache.new.$$" &&
      "$cache.new.$$/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version" &&
      mv -T "$cache.new.$$" "$cache"; } >"$log" 2>&1 || {
      rm -rf "$cache.new.$$"
      explain "$log" "mend what they name and run script/setup again"
    }
    rm -f "$log"
  fi
  printf '%s\n' "$cache/bin/uv"
}

install_all() {
  local uv=$1 python=$2
  # The environment is kept where its Python still fits: other programs may be running from it.
  { [[ $("$venv/bin/python" -V 2>&1) == "$("$python" -V)" ]] || "$uv" venv --quiet --clear --python "$python" "$venv"; } &&
    "$uv" pip sync --quiet --require-hashes --compile-bytecode --python "$venv/bin/python" requirements.txt &&
    # The build runs in .venv, which has hatchling from the hashed list: nothing unhashed is ever fetched.
    "$uv" pip install --quiet --no-deps --no-build-isolation --python "$venv/bin/python" --editable . &&
    page_scripts "$uv"
}

# The script files of the NOC page: out of hashed packages that are unpacked beside the environment and thrown away.
page_scripts() {
  local uv=$1 unpacked=$venv/share/mroom-page.packages
  rm -rf "$unpacked" &&
    "$uv" pip install --quiet --no-deps --require-hashes --python "$venv/bin/python" --target "$unpacked" \
      -r script/page-scripts.txt &&
    "$venv/bin/python" monitoring/page/scripts.py "$unpacked" "$venv/share/mroom-page" &&
    rm -rf "$unpacked"
}

python_environment() {
  local python uv stamp=$venv/mroom-setup.stamp wanted log try
  python=$(find_python)
  wanted=$("$python" -V; printf '%s\n' "$root" && sha256sum requirements.txt pyproject.toml script/page-scripts.txt monitoring/page/scripts.py)
  [[ -x $venv/bin/mroom && -f $stamp && $(<"$stamp") == "$wanted" ]] && return
  exec 8<requirements.txt
  flock 8 # two setups of one checkout
  if [[ -x $venv/bin/mroom && -f $stamp && $(<"$stamp") == "$wanted" ]]; then exec 8<&-; return; fi
  uv=$(find_uv "$python")
  say "setup: making .venv with $("$python" -V)"
  rm -f "$stamp"
  log=$(mktemp)
  for try in 1 2 3; do
    if install_all "$uv" "$python" >"$log" 2>&1 8<&-; then break; fi
    [[ $try -lt 3 ]] || explain "$log" "mend what they name and run script/setup again"
  done
  rm -f "$log"
  printf '%s\n' "$wanted" >"$stamp"
  exec 8<&-
}
