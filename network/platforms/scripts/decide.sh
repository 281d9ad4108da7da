# decide.sh FOLDER confirmed|restored [WHY]: whoever makes the link decides; answers what was decided.
cd "$1" || exit 1
if [ "$2" = restored ]; then echo "$3" >why.new && [ ! -L decision ] && mv why.new why; fi
ln -s "$2" decision 2>/dev/null
readlink decision
