# wait.sh FOLDER SECONDS WORD...: the change's state, as soon as its first word is none of these, or when time is up.
cd "$1" || exit 1
end=$(($2 * 10)); shift 2
for ((i = 0; i < end; i++)); do
    read -r state <state && first=${state%% *}
    case " $* " in *" $first "*) sleep 0.1 ;; *) break ;; esac
done
echo "$state"
