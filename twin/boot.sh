#!/bin/sh
# What a node does at power on, in the order in which its parts depend on each other. What exists decides what runs:
# a daemon starts when its configuration is there. What Ansible installs starts again too:
#   /etc/rc3.d/S*            SysV links, as `service: enabled=true` makes them, and
#   /etc/mroom/boot.d/*.sh   executables, run in the order of their names.
# Everything said here goes to /var/log/boot.log. /run/mroom/up appears when all of it was started.
# The table `netdev mroom_fault` is the room's own fault and not the node's to remove: never `flush ruleset` on a node.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec >>/var/log/boot.log 2>&1

try() { "$@" || echo "boot: $* ended with $?"; }

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
[ -f /etc/mroom/interfaces.ip ] && try ip -force -batch /etc/mroom/interfaces.ip
[ -f /etc/nftables.conf ] && try nft -f /etc/nftables.conf
[ -f /etc/rsyslog.conf ] && try rsyslogd
[ -f /etc/ssh/sshd_config ] && try /usr/sbin/sshd
if [ -f /etc/snmp/snmpd.conf ]; then
    # Before FRR, whose agentx connects to it.
    SNMPDOPTS='-LS4d -p /run/snmpd.pid'
    [ -f /etc/default/snmpd ] && . /etc/default/snmpd
    mkdir -p /var/agentx && chmod 755 /var/agentx
    try /usr/sbin/snmpd $SNMPDOPTS
fi
[ -f /etc/frr/daemons ] && try /usr/lib/frr/frrinit.sh start
if [ -f /etc/keepalived/keepalived.conf ]; then
    DAEMON_ARGS=
    [ -f /etc/default/keepalived ] && . /etc/default/keepalived
    try keepalived $DAEMON_ARGS
fi
[ -f /etc/chrony/chrony.conf ] && try chronyd -x
[ -f /etc/bird/bird.conf ] && try bird
for script in /etc/rc3.d/S*; do
    [ -x "$script" ] && try "$script" start
done
for script in /etc/mroom/boot.d/*.sh; do
    [ -x "$script" ] && try "$script"
done
: >/run/mroom/up
exec sleep infinity
