# decide.sh FOLDER confirmed|restored [WHY]: whoever makes the link decides; answers what was decided.
if ! cd "$1" 2>/dev/null; then
    # Never ordered, or the order is still on its way: a folder that is there already turns it away (begin.sh).
    mkdir -p "$(dirname "$1")" && mkdir "$1" && cd "$1" || exit 1
    ln -s restored decision
    echo "restored nothing had been ordered" >state
    echo restored
    exit 0
fi
if [ "$2" = restored ]; then echo "$3" >why.new && [ ! -L decision ] && mv why.new why; fi
ln -s "$2" decision 2>/dev/null
# Neither begun nor on its way any more: the package broke off, and the power went before that could be cleared away.
[ -e state ] || pgrep -f " begin ${PWD##*/}\$" >/dev/null || echo "restored it was not fully ordered" >state
# Nobody holds the lock although the change is open: the power went, or both processes were killed. Then it is done here.
if [ "$(readlink /var/lib/mroom/unconfirmed)" = "$PWD" ] && flock -n /var/lib/mroom/change.lock true; then
    setsid -f bash agent.sh "$PWD" recover >>log 2>&1 </dev/null
fi
readlink decision
