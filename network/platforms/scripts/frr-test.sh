# What FRR would change, were the configuration on stdin the wanted one. The copy is gone when the answer is given.
copy=$(mktemp /run/mroom-frr.XXXXXX) || exit 1
trap 'rm -f "$copy"' EXIT
cat >"$copy" && /usr/lib/frr/frr-reload.py --test --stdout "$copy" 2>&1
