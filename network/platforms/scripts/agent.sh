# One change of this device, run detached from whoever ordered it: applied as a whole, or not at all; and taken back
# unless it is confirmed in time. Two processes, both visible in the process list under the change's id: `mroom-change`
# applies, `mroom-rollback` waits for the confirmation and holds the lock.
#
#   agent.sh FOLDER start|change|rollback|recover
#
# In FOLDER: order (settings, sourced), new/ (files as they should be), paths (what is in new/), actions (what to reload).
# Written there: old/ and absent (what was before), decision (a link to `confirmed` or `restored`: whoever makes it
# decides), state (one line), log. /var/lib/mroom/unconfirmed leads to the folder while a change is open, so that a
# device that loses power meanwhile takes it back when it comes up.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
FOLDER=$1
cd "$FOLDER" || exit 1
. ./order
HOME_OF_CHANGES=/var/lib/mroom
LOCK=$HOME_OF_CHANGES/change.lock
OPEN=$HOME_OF_CHANGES/unconfirmed
# Lines of `router ospf` that bring something in from outside OSPF.
ENTRIES='^ redistribute ' DEFAULT='^ default-information ' OUTSIDE="^ \\(redistribute\\|default-information\\) "
DEFAULT_METRIC=10 # FRR's own for the default (DEFAULT_DEFAULT_ORIGINATE_METRIC)

say() { printf '%s\n' "$*" >state.new && mv state.new state; }
# Daemons that are started anew must not inherit the lock.
quietly() { "$@" 9>&- >>log 2>&1 </dev/null; }

uptime_seconds() { read -r up _ </proc/uptime && echo "${up%.*}"; } # no wall clock, which may be set

reason() { # the device's own words, on one line
    tail -n 40 log | grep -viE '^$|INFO' | tail -n "${1:-4}" | tr '\n' ' ' | cut -c1-600
}

pid_of() { # some write no line break behind it, and `read` then ends with 1
    local pid=
    [ -s "$1" ] && { read -r pid _ <"$1" || true; } && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

# The same program with the same words again: how a daemon was started is the node's own affair.
again() { # pidfile, service
    if [ -d /run/systemd/system ]; then quietly systemctl restart "$2"; return; fi
    local pid words=again.$2
    if pid=$(pid_of "$1"); then
        local argv=(); while IFS= read -r -d '' word; do argv+=("$word"); done <"/proc/$pid/cmdline"
        local program; program=$(readlink "/proc/$pid/exe"); program=${program% (deleted)}
        case ${argv[0]} in *:*) argv=("$program") ;; esac
        # Written down first: whoever is killed between the end and the new start leaves it to the one who restores.
        printf '%s\0' "${argv[@]}" >"$words.new" && mv "$words.new" "$words"
        kill -TERM "$pid"
        for ((i = 0; i < 100; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
        kill -KILL "$pid" 2>/dev/null
    fi
    [ -s "$words" ] || { echo "$2 does not run" >>log; return 1; }
    local argv=(); while IFS= read -r -d '' word; do argv+=("$word"); done <"$words"
    quietly "${argv[@]}"
}

reload() {
    case $1 in
        sysctl) quietly sysctl -q -p /etc/sysctl.d/90-mroom.conf ;;
        nft) quietly nft -f /etc/nftables.conf ;;
        frr-restart) as_drained restart_frr ;;
        frr) as_drained quietly /usr/lib/frr/frr-reload.py --reload --stdout /etc/frr/frr.conf && { [ -e drained ] || ! frr_left; } ;;
        # Of a drained router it is stopped, and reads its file when it is started again.
        keepalived) [ -e drained ] || { pid=$(pid_of /run/keepalived.pid) && kill -HUP "$pid"; } ;;
        snmpd) again /run/snmpd.pid snmpd ;;
        chrony) again /run/chrony/chronyd.pid chrony ;;
        rsyslog) again /run/rsyslogd.pid rsyslog ;;
        sshd) pid=$(pid_of /run/sshd.pid) && kill -HUP "$pid" ;;
        *) echo "no such action: $1" >>log; false ;;
    esac
}

restart_frr() {
    quietly /usr/lib/frr/frrinit.sh restart
    for ((i = 0; i < 100; i++)); do vtysh -c 'show version' >/dev/null 2>&1 9>&- && return 0; sleep 0.1; done
    echo "FRR does not answer" >>log; return 1
}

mark() { echo "$EPOCHREALTIME $1" >>times; } # for whoever wants to know what took how long

learnt_routes() { ip -4 route show table main | grep -cE ' proto (ospf|bgp) '; }

full_neighbours() { vtysh -c 'show ip ospf neighbor' 2>/dev/null 9>&- | grep -c ' Full/'; }

# While a router is drained, FRR reads its file with the drain in it: the change must not bring the traffic back early.
# The path is FRR's own, since frr-reload writes over it when it is given another.
as_drained() {
    [ -e drained ] || { "$@"; return; }
    local code file=/etc/frr/frr.conf words=(-e "/^router ospf\$/,/^exit/ { /$OUTSIDE/ d }")
    words+=(-e 's/^router ospf$/&\n max-metric router-lsa administrative/')
    [ -n "$DRAIN_AS" ] && words+=(-e "s/^router bgp $DRAIN_AS\$/&\\n bgp graceful-shutdown/")
    for port in $DRAIN_PORTS; do words+=(-e "/^interface $port\$/,/^exit/ s/^ ip ospf cost .*/ ip ospf cost 65535/"); done
    cp -p "$file" frr.real && sed "${words[@]}" frr.real >frr.drained && cat frr.drained >"$file" || return 1
    "$@"; code=$?
    cat frr.real >"$file"
    return $code
}

# frr-reload ends with 0 although a line was refused: ask it what is still missing.
frr_left() {
    /usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf 2>&1 9>&- | grep -A200 '^Lines To' >frr.left
    [ -s frr.left ] && { echo "not accepted:" >>log; cat frr.left >>log; }
}

check() { # what the programs say about the new files, before anything is touched
    local root=$FOLDER/new
    while IFS= read -r path; do
        case $path in
            /etc/frr/frr.conf) quietly vtysh -C -f "$root$path" ;;
            /etc/nftables.conf) quietly nft -c -f "$root$path" ;;
            /etc/keepalived/keepalived.conf) quietly keepalived -t -f "$root$path" ;;
            /etc/ssh/sshd_config) quietly /usr/sbin/sshd -t -f "$root$path" ;;
            /etc/sudoers.d/*) quietly visudo -c -f "$root$path" ;;
            /etc/rsyslog.conf) quietly rsyslogd -N1 -f "$root$path" ;;
            /etc/chrony/chrony.conf) quietly chronyd -p -f "$root$path" ;;
        esac || { echo "$path" >bad; return 1; }
    done <paths
}

save() {
    rm -rf old absent && mkdir -m 700 old && : >absent
    while IFS= read -r path; do
        if [ -e "$path" ]; then
            mkdir -p "old$(dirname "$path")" && quietly cp -p "$path" "old$path" || return 1
        else
            echo "$path" >>absent
        fi
    done <paths
    ln -sfn "$FOLDER" "$OPEN" && sync -f "$FOLDER"
}

put() { # from a folder to the root, each file at once
    while IFS= read -r path; do
        [ -e "$1$path" ] || continue
        mkdir -p "$(dirname "$path")" && cp -p "$1$path" "$path.mroom-new" && mv "$path.mroom-new" "$path" || return 1
    done <paths
}

# Those lines, as they stand in the file, each by itself: vtysh stops at the first that it refuses. 1: there are none.
outside() {
    local line some=1
    while IFS= read -r line; do
        quietly vtysh -c 'configure terminal' -c 'router ospf' -c "$1$line"
        some=0
    done < <(sed -n "/^router ospf\$/,/^exit/ { /$2/ s/^ //p }" /etc/frr/frr.conf)
    return $some
}

costs() { awk '/^interface /{ port = $2 } /^ ip ospf cost /{ print port, $4 } /^exit/{ port = "" }' /etc/frr/frr.conf; }

dearer() { # every way through this router and to it, by so much; 0 is what stands in the file
    local words=(-c 'configure terminal') port cost line
    while read -r port cost; do words+=(-c "interface $port" -c "ip ospf cost $((cost + $1))" -c exit); done < <(costs)
    quietly vtysh "${words[@]}"
    [ "$1" = 0 ] && return
    line=$(sed -n "/^router ospf\$/,/^exit/ { /$DEFAULT/ s/^ //p }" /etc/frr/frr.conf)
    [ -z "$line" ] || quietly vtysh -c 'configure terminal' -c 'router ospf' -c "$line metric $((DEFAULT_METRIC + $1))"
}

# Traffic leaves before anything is touched: VRRP first; then what is brought in from BGP, which others reach as cheaply
# by the other router of the LAN; then every way through here, by the steps of the ramp, so that no two routers send a
# packet back and forth while they turn away; LANs have costs of their own, which max-metric leaves.
drain() {
    [ -n "$DRAIN" ] || return 0
    mark draining
    learnt_routes >routes
    full_neighbours >neighbours
    : >drained
    pid=$(pid_of /run/keepalived.pid) && tr '\0' '\n' <"/proc/$pid/cmdline" >keepalived.argv && kill -TERM "$pid"
    if outside "no " "$ENTRIES"; then sleep "$DRAIN_SECONDS"; fi
    for extra in $DRAIN_RAMP; do
        dearer "$extra"
        sleep "$DRAIN_SECONDS"
    done
    mark ramped
    words=(-c 'configure terminal')
    [ -n "$DRAIN_AS" ] && words+=(-c "router bgp $DRAIN_AS" -c 'bgp graceful-shutdown' -c exit)
    words+=(-c 'router ospf' -c 'max-metric router-lsa administrative' -c exit)
    for port in $DRAIN_PORTS; do words+=(-c "interface $port" -c 'ip ospf cost 65535' -c exit); done
    quietly vtysh "${words[@]}"
    outside "no " "$DEFAULT"
    sleep "$DRAIN_SECONDS"
    mark drained
}

undrain() { # routes first: a gateway that takes its address back before it knows the way drops what it is sent
    [ -e drained ] || return 0
    mark changed
    for ((i = 0; i < 100; i++)); do [ "$(full_neighbours)" -ge "$(cat neighbours)" ] && break; sleep 0.1; done
    mark 'neighbours back'
    # A neighbour is there before the routes over it are in the kernel; traffic that came now would be dropped.
    for ((i = 0; i < 50; i++)); do [ "$(learnt_routes)" -ge "$(cat routes)" ] && break; sleep 0.1; done
    mark 'routes back'
    words=(-c 'configure terminal' -c 'router ospf' -c 'no max-metric router-lsa administrative' -c exit)
    [ -n "$DRAIN_AS" ] && words+=(-c "router bgp $DRAIN_AS" -c 'no bgp graceful-shutdown' -c exit)
    for port in $DRAIN_PORTS; do
        costs | grep -q "^$port " || words+=(-c "interface $port" -c 'no ip ospf cost' -c exit)
    done
    local ramp extra; read -ra ramp <<<"$DRAIN_RAMP"
    for ((i = ${#ramp[@]} - 1; i >= -1; i--)); do
        extra=0; [ "$i" -lt 0 ] || extra=${ramp[i]}
        dearer "$extra"
        [ ${#words[@]} -eq 0 ] || quietly vtysh "${words[@]}"
        words=()
        sleep "$DRAIN_SECONDS"
    done
    if outside "" "$OUTSIDE"; then sleep "$DRAIN_SECONDS"; fi
    mark undrained
    if [ -s keepalived.argv ] && ! pid_of /run/keepalived.pid >/dev/null; then
        mapfile -t argv <keepalived.argv
        quietly "${argv[@]}" || return 1
    fi
    rm -f drained
    ! frr_left
}

apply() {
    drain && put "$FOLDER/new" || return 1
    while IFS= read -r action; do
        echo "reload $action" >>log
        mark "$action"
        reload "$action" || { echo "$action" >bad; return 1; }
    done <actions
    undrain
}

restore() {
    say restoring
    # A router that carries traffic is drained before it is touched again; one that lost its neighbours carries none.
    if [ ! -e drained ] && [ -s neighbours ] && [ "$(full_neighbours)" -ge "$(cat neighbours)" ]; then drain; fi
    [ -s frr.real ] && cat frr.real >/etc/frr/frr.conf # cut off while FRR read it with the drain in it
    put "$FOLDER/old" || echo "not every file could be put back" >>log
    while IFS= read -r path; do rm -f "$path"; done <absent
    while IFS= read -r path; do rm -f "$path.mroom-new"; done <paths
    failed=
    while IFS= read -r action; do reload "$action" || failed="$failed $action"; done <actions
    undrain || failed="$failed drain"
    sync -f "$FOLDER" # before the change counts as closed
    if [ -n "$failed" ]; then say "restored with trouble:$failed: $(reason)"; else say "restored $(cat why 2>/dev/null)"; fi
    rm -f "$OPEN"
}

case $2 in
    start)
        # The lock lives as long as the two processes: nobody ever has to unlock anything by hand. A change whose end has
        # just been told may hold it for a moment more.
        exec 9>"$LOCK"
        if ! flock -w 2 9; then say "busy another change is open: $(readlink "$OPEN" 2>/dev/null)"; exit 0; fi
        if [ -L "$OPEN" ]; then
            cut=$(readlink "$OPEN")
            exec 9>&-
            bash "$cut/agent.sh" "$cut" recover
            say "busy a change that was cut off has just been taken back, plan anew: $cut"; exit 0
        fi
        if [ -L decision ]; then say "restored $(cat why 2>/dev/null)"; exit 0; fi # given up while it was unpacked
        say checking
        : >log
        if ! check; then say "refused $(cat bad): $(reason)"; exit 0; fi
        if ! save; then rm -f "$OPEN"; say "refused the present files could not be kept: $(reason)"; exit 0; fi
        say armed
        setsid -f bash -c 'exec -a "mroom-change $1" bash "$2/agent.sh" "$2" change' - "$CHANGE" "$FOLDER" >>log 2>&1 </dev/null
        setsid -f bash -c 'exec -a "mroom-rollback $1" bash "$2/agent.sh" "$2" rollback' - "$CHANGE" "$FOLDER" >>log 2>&1 </dev/null
        ;;
    change)
        echo $$ >change.pid
        # Whoever decides early may not have seen this process: the id is written before the decision is looked for.
        [ ! -L decision ] || exit 0
        if apply; then say applied; else
            echo "$(cat bad 2>/dev/null) $(reason)" >why
            ln -s restored decision 2>/dev/null
        fi
        ;;
    rollback)
        end=$(($(uptime_seconds) + CONFIRM_SECONDS))
        until [ -L decision ] || [ "$(uptime_seconds)" -ge "$end" ]; do sleep 0.2 9>&-; done
        ln -s restored decision 2>/dev/null && echo "not confirmed within $CONFIRM_SECONDS s" >why
        if [ "$(readlink decision)" = confirmed ]; then say confirmed; rm -f "$OPEN"; exit 0; fi
        # Whoever still applies must not go on while the old files are put back.
        [ -s change.pid ] && kill -KILL -- "-$(cat change.pid)" 2>/dev/null
        restore
        ;;
    recover)
        exec 9>"$LOCK"
        flock -w 3 9 || exit 0 # who was killed a moment ago may still hold it
        ln -s restored decision 2>/dev/null && echo "the change was cut off on the device" >why
        if [ "$(readlink decision)" = confirmed ]; then say confirmed; rm -f "$OPEN"; else restore; fi
        ;;
esac
