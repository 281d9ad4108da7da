# wait.sh FOLDER SECONDS WORD...: the change's state, as soon as its first word is none of these, or when time is up.
cd "$1" 2>/dev/null || { echo "unknown nothing is left of the change on the device"; exit; }
uptime_seconds() { read -r up _ </proc/uptime && echo "${up%.*}"; }
end=$(($(uptime_seconds) + $2)); shift 2
state=
while :; do
    { read -r state <state; } 2>/dev/null || state=${state:-checking} # not written yet: the order is being unpacked
    case " $* " in *" ${state%% *} "*) sleep 0.1 ;; *) break ;; esac
    [ "$(uptime_seconds)" -lt "$end" ] || break
done
echo "$state"
