# What a router does now, each answer after its `@name` line; nothing is changed.
ask() { echo "@$1"; shift; "$@" 2>/dev/null; echo; }
if [ -S /run/frr/zebra.vty ]; then
    [ -S /run/frr/ospfd.vty ] && ask ospf vtysh -c 'show ip ospf neighbor json'
    [ -S /run/frr/bgpd.vty ] && ask bgp vtysh -c 'show bgp summary json'
    ask bfd vtysh -c 'show bfd peers json'
    ask routes vtysh -c 'show ip route json'
fi
ask kernel ip -j -4 route show
ask addresses ip -j -4 address show
ask links ip -j link show
ask time chronyc -c sources
exit 0
