# Unpack one change (a tar on stdin) in its folder and order it. Nothing that is in use is touched here.
set -e
umask 077
mkdir -p /var/lib/mroom/changes
cd /var/lib/mroom/changes
open=$(readlink /var/lib/mroom/unconfirmed || true)
ls -1t | tail -n +10 | while read -r name; do [ "/var/lib/mroom/changes/$name" = "$open" ] || rm -rf -- "$name"; done
mkdir "$1" # fails when the change was given up before it came here (decide.sh)
cd "$1"
trap '[ -e state ] || rm -rf "$PWD"' EXIT # a package that broke off leaves nothing
tar -xmpf - --same-owner
[ -e complete ] # tar takes a package that ends too early for a whole one
chmod 755 new 2>/dev/null || true
install -D -m 755 boot.sh /etc/mroom/boot.d/90-change.sh
bash agent.sh "$PWD" start
cat state
