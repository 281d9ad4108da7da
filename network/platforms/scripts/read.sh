# What runs on the device now. stdout: a tar of the files named; stderr: after `@name` lines what the daemons say.
# Nothing is written.
tar --ignore-failed-read -C / -cf - -- "$@" 2>/dev/null
if [ -e /etc/frr/frr.conf ] && [ -x /usr/lib/frr/frr-reload.py ]; then
    echo @frr >&2
    /usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf >&2 2>&1
fi
if [ -e /etc/nftables.conf ]; then
    echo @nft >&2
    # The file, loaded where it does nothing, beside what is loaded here: counters and handles left out.
    diff -u --label running --label file <(nft -s list table inet mroom 2>&1) \
        <(unshare -n -- bash -c 'nft -f /etc/nftables.conf && nft -s list table inet mroom' 2>&1) >&2
fi
exit 0
