# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # root and venv come from common.sh
# Sourced by script/setup: Debian's packages, installed so that no daemon of the host starts, stops or changes.

list=$root/script/packages.txt
policy=/usr/sbin/policy-rc.d
before=/var/cache/mroom-setup.before # what was installed before an installation that is not finished
mark='# put here by script/setup of mroom for the time of an installation'

# Rows "packages units…" of the list.
rows() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$list"; }

# The names of all installed packages.
installed() { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p' | sort; }

# The packages of the list of which no alternative is installed; the first alternative stands for the others.
missing() {
  local -A have=()
  local name packages alternative
  while read -r name; do have[$name]=1; done < <(installed)
  while read -r packages _; do
    [[ $packages != '~'* ]] || continue
    for alternative in ${packages//|/ }; do [[ -n ${have[$alternative]:-} ]] && continue 2; done
    printf '%s\n' "${packages%%|*}"
  done < <(rows)
}

# While our policy is in place, maintainer scripts may neither start, restart nor stop a daemon.
policy_put() {
  policy_back # what a killed run may have left
  if [[ -e $policy ]]; then cp -a "$policy" "$policy.before-mroom"; fi
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy.new-mroom"
  chmod 755 "$policy.new-mroom"
  mv "$policy.new-mroom" "$policy"
}

policy_back() {
  if grep -qsF "$mark" "$policy"; then
    if [[ -e $policy.before-mroom ]]; then mv -f "$policy.before-mroom" "$policy"; else rm -f "$policy"; fi
  fi
  rm -f "$policy.before-mroom" "$policy.new-mroom"
}

apt() {
  DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 \
    apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef "$@" </dev/null 9>&-
}

# Fetch the packages; the lists are asked anew only when that fails with those that are there.
fetch() {
  local log=$1 try
  shift
  for try in 1 2 3; do
    apt install --download-only "$@" >"$log" 2>&1 && return
    say "setup: asking the mirrors for their lists (try $try)"
    apt update >>"$log" 2>&1 || true
  done
  apt install --download-only "$@" >>"$log" 2>&1 || explain "$log" "mend what they name and run script/setup again"
}

# Debian lets no second time-daemon stand beside chrony. Anything else that would have to go is a person's decision.
refuse_removals() {
  local gone
  gone=$(apt install -s "$@" 2>/dev/null | sed -n 's/^Remv \([^ ]*\).*/\1/p')
  [[ -z $gone || $gone == systemd-timesyncd ]] ||
    fail "to install $* Debian would remove: ${gone//$'\n'/ }" "remove or replace those yourself if that is right, then run script/setup again"
}

# Daemons that came with this installation must not come up at the next boot either.
keep_down() {
  local packages units unit new
  new=" $(comm -13 "$before" <(installed) | tr '\n' ' ') "
  while read -r packages units; do
    packages=${packages#'~'}
    [[ $new == *" ${packages%%|*} "* ]] || continue
    for unit in $units; do
      if [[ -x /etc/init.d/${unit%.*} ]]; then update-rc.d "${unit%.*}" disable >/dev/null 2>&1 || true; fi
      if command -v systemctl >/dev/null; then
        systemctl disable "$unit" >/dev/null 2>&1 || true
      else
        deb-systemd-helper disable "$unit" >/dev/null 2>&1 || true
      fi
    done
  done < <(rows)
}

# Where the machine's clock was kept by the one that had to go, chrony keeps it from now on.
keep_time() {
  if ! grep -qx systemd-timesyncd "$before" || grep -qx systemd-timesyncd < <(installed); then return; fi
  systemctl enable chrony.service >/dev/null 2>&1 || true
  [[ ! -d /run/systemd/system ]] || systemctl start chrony.service
  say "setup: systemd-timesyncd had to give way to chrony, which keeps this machine's clock from now on"
}

debian_packages() {
  command -v dpkg-query >/dev/null || fail "this machine is no Debian" "the suite runs on Debian 12 and 13"
  local wanted log
  mapfile -t wanted < <(missing)
  [[ ${#wanted[@]} -gt 0 ]] || return 0
  need_root "installing ${wanted[*]}"
  exec 9>/run/mroom-setup.lock
  flock 9 # two checkouts may be set up at once
  mapfile -t wanted < <(missing)
  if [[ ${#wanted[@]} -eq 0 ]]; then exec 9>&-; return 0; fi
  log=$(mktemp)
  trap 'policy_back; rm -f "$log"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  say "setup: installing ${#wanted[@]} packages of Debian: ${wanted[*]}"
  [[ -s $before ]] || installed >"$before"
  policy_put
  # An installation that was killed is finished first: apt does nothing before.
  if [[ -n $(ls -A /var/lib/dpkg/updates) || -n $(dpkg --audit) ]]; then
    dpkg --configure -a >"$log" 2>&1 9>&- || explain "$log" "mend what dpkg names and run script/setup again"
  fi
  fetch "$log" "${wanted[@]}"
  refuse_removals "${wanted[@]}"
  apt install "${wanted[@]}" >"$log" 2>&1 || explain "$log" "mend what they name and run script/setup again"
  policy_back
  keep_down
  keep_time
  rm -f "$before" "$log"
  trap - EXIT INT TERM HUP
  exec 9>&-
}
