#!/bin/sh
# A change that was open when the power went is taken back.
[ -L /var/lib/mroom/unconfirmed ] && exec bash "$(readlink /var/lib/mroom/unconfirmed)/agent.sh" "$(readlink /var/lib/mroom/unconfirmed)" recover
exit 0
