#!/bin/sh
# What a node does at power on, in the order in which its parts depend on each other. What exists decides what runs:
# a daemon starts when its configuration is there. What Ansible installs starts again too:
#   /etc/rc3.d/S*            SysV links, as `service: enabled=true` makes them, and
#   /etc/mroom/boot.d/*.sh   executables, run in the order of their names; they must bear being run twice.
# Everything said here goes to /var/log/boot.log. /run/mroom/up appears when all of it was started.
# The table `netdev mroom_fault` is the room's own fault and not the node's to remove: never `flush ruleset` on a node.
# With the argument `again` it only starts what does not run.
set -u
export MIBS= # FRR and snmpd would read every MIB of the machine
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec >>/var/log/boot.log 2>&1 </dev/null
again=${1:-}

try() { "$@" || echo "boot: $* ended with $?"; }

# daemon FILE NAME COMMAND...: run the command when the file is there and no process has the name yet
daemon() {
    [ -f "$1" ] || return 0
    [ "$again" ] && pidof -q "$2" && return 0
    shift 2
    try "$@"
}

network() {
    # The network namespace outlives the node's processes: take away what an earlier life left there.
    if [ -e /var/lib/mroom/booted ]; then
        ip -4 route flush table main
        ip -4 addr flush scope global
        ip link del br0 2>/dev/null
        nft list tables | grep -v ' mroom_fault$' | while read -r table; do try nft delete "$table"; done
    fi
    mkdir -p /var/lib/mroom && : >/var/lib/mroom/booted
    if [ -f /etc/sysctl.d/90-mroom.conf ]; then
        try sysctl -q -p /etc/sysctl.d/90-mroom.conf
        # `default` counts for interfaces made later, and these are there already.
        sed -n 's/^net\.ipv4\.conf\.default\.//p' /etc/sysctl.d/90-mroom.conf | while IFS=' =' read -r key value; do
            for device in /proc/sys/net/ipv4/conf/*; do
                [ "${device##*/}" = all ] || echo "$value" >"$device/$key"
            done
        done
    fi
    if [ -f /etc/mroom/interfaces.ip ]; then
        [ -f /run/mroom/held ] || : >/run/mroom/held # what is broken on purpose stays down
        grep -vxFf /run/mroom/held /etc/mroom/interfaces.ip | try ip -force -batch -
    fi
    [ -f /etc/nftables.conf ] && try nft -f /etc/nftables.conf
}

services() {
    daemon /etc/rsyslog.conf rsyslogd rsyslogd
    daemon /etc/ssh/sshd_config sshd /usr/sbin/sshd
    # Before FRR, whose agentx connects to it.
    SNMPDOPTS='-LS4d -p /run/snmpd.pid'
    [ -f /etc/default/snmpd ] && . /etc/default/snmpd
    mkdir -p /var/agentx && chmod 755 /var/agentx
    daemon /etc/snmp/snmpd.conf snmpd /usr/sbin/snmpd $SNMPDOPTS
    if [ -f /etc/frr/daemons ] && ! pidof -q watchfrr; then
        # All daemons, one load of the configuration, and only then the watchdog: on a busy machine it would lose patience
        # with their start, restart them, and leave some without configuration.
        try /usr/lib/frr/watchfrr.sh start all
        try /usr/lib/frr/frrinit.sh start
    elif [ -f /etc/frr/daemons ]; then
        for name in zebra staticd $(sed -n 's/^\([a-z0-9]*\)=yes$/\1/p' /etc/frr/daemons); do
            pidof -q "$name" || try /usr/lib/frr/watchfrr.sh start "$name"
        done
    fi
    DAEMON_ARGS=
    [ -f /etc/default/keepalived ] && . /etc/default/keepalived
    daemon /etc/keepalived/keepalived.conf keepalived keepalived $DAEMON_ARGS
    daemon /etc/chrony/chrony.conf chronyd chronyd -x # all nodes share this machine's clock
    daemon /etc/bird/bird.conf bird bird
    for script in /etc/rc3.d/S*; do
        [ -x "$script" ] && try "$script" start
    done
    for script in /etc/mroom/boot.d/*.sh; do
        [ -x "$script" ] && try "$script"
    done
}

[ "$again" ] || network
services
[ "$again" ] && exit 0
: >/run/mroom/up
exec sleep infinity
